"""Find or install a Chromium for tests. Standard library only: it runs before anything is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first one is headless only, which makes tests a third faster.
NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
)  # fmt: skip
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT_CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PLAYWRIGHT_BINARIES = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)

# The first line: pages that the address bar loads behind every new window, each a process of its own and a second of
# CPU. The others are what Playwright switches off; of two such flags a browser heeds the last one only.
NOT_WANTED = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "AiModeOmniboxEntryPoint", "WebUIOmniboxFullPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "GlobalMediaControls", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "OptimizationHints", "PaintHolding",
    "ThirdPartyStoragePartitioning", "Translate",
)  # fmt: skip

# Flags that stop a browser's own requests: only the tests' pages are fetched.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=" + ",".join(NOT_WANTED),
)


def find() -> str | None:
    """Return the path of a Chromium: from `$BROWSER_PATH`, PATH, macOS's applications, or Playwright."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return named if os.access(named, os.X_OK) else None
    on_path = (shutil.which(name) for name in NAMES)
    candidates = (*on_path, *MAC_APPS, *_from_playwright())
    return next((path for path in candidates if path and Path(path).exists()), None)


def ensure(python: str) -> str | None:
    """Find a browser or install one. Return None if that is not possible here. `python` has Playwright."""
    found = find()
    if found or os.environ.get("BROWSER_PATH"):
        return found
    if sys.platform.startswith("linux") and shutil.which("apt-get") and os.geteuid() == 0:
        apt_install(*PACKAGES)
    else:
        subprocess.run([python, "-m", "playwright", "install", "chromium"], check=False)
    return find()


def apt_install(*packages: str) -> bool:
    """Install Debian packages without asking. Return True if all succeeded. Only root may call it."""
    print("nidankai: apt-get install", *packages, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", *packages])
    return all(_succeeds(command, environment) for command in commands)


def _succeeds(command: list[str], environment: dict[str, str]) -> bool:
    nothing = subprocess.DEVNULL
    return subprocess.run(command, env=environment, stdin=nothing, stdout=nothing).returncode == 0


def _from_playwright() -> list[str]:
    """Return the browsers that `playwright install` left on this machine, newest first."""
    caches = [Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "/nonexistent")]
    caches += [Path(cache).expanduser() for cache in PLAYWRIGHT_CACHES]
    hits = (str(hit) for cache in caches for pattern in PLAYWRIGHT_BINARIES for hit in cache.glob(pattern))
    return sorted(hits, reverse=True)
