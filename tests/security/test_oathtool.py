"""Codes of the authenticator app, judged by another program (promise 10)."""

from __future__ import annotations

import subprocess

from webapp.rules import totp

START = 1_795_000_000


def test_two_hundred_secrets_agree_with_oathtool_s10() -> None:
    for count in range(200):
        secret, at = totp.new_secret(), START + count * 977
        command = ["oathtool", "--totp", "--base32", f"--now=@{at}", secret]
        theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        assert totp.code_at(secret, totp.step_at(at)) == theirs
