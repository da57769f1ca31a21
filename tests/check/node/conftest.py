"""Node with the SDKs, installed once from the lock in this folder, and a running phone."""

from __future__ import annotations

import fcntl
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mocksms.testing import Phone, phone, phone_server

__all__ = ["phone", "phone_server"]

HERE = Path(__file__).parent


class SdkError(Exception):
    """An SDK's exception: its name, code and status of HTTP or SMTP."""

    def __init__(self, name: str, code: int | str | None, status: int | None, message: str) -> None:
        super().__init__(message)
        self.name, self.code, self.status = name, code, status


@dataclass(frozen=True)
class Node:
    """Run JavaScript that sends into the test's world."""

    phone: Phone

    def __call__(self, code: str, /, **given: Any) -> Any:
        """Return what the code returns; raise SdkError for what an SDK throws."""
        command = ["node", "sdk.cjs", self.phone.url, self.phone.account_sid, code, json.dumps(given)]
        ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        told = json.loads(ran.stdout)
        if "error" in told:
            raise SdkError(**told["error"])
        return told["answer"]


@pytest.fixture(scope="session")
def sdks() -> None:
    """Install the SDKs, unless exactly these are installed."""
    lock = (HERE / "package-lock.json").read_text()
    stamp = HERE / "node_modules" / ".installed"
    with (HERE / ".setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != lock:
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                cwd=HERE,
                check=True,
                capture_output=True,
            )
            stamp.write_text(lock)


@pytest.fixture
def node(sdks: None, phone: Phone) -> Node:
    """Return JavaScript with the SDKs and nodemailer."""
    return Node(phone)
