"""This project's site, for the comparison."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from bench.peers.side import EMAIL, PASSWORD, Site
from bench.site import SiteWalk


def create(folder: Path) -> Site:
    """Return the site. Its sign-in: name, password and code on a page each."""
    logging.disable(logging.CRITICAL)
    site = SiteWalk(folder)

    def walk(client: Any, code: str) -> None:
        client.get("/ap/signin")
        client.post("/ap/signin", email=EMAIL)
        client.follow()
        client.post("/ap/signin?step=password", password=PASSWORD)
        client.follow()
        client.post("/ap/mfa", otpCode=code)
        client.follow()

    return Site(site.app, walk, "次郎")
