"""`make pictures`: walk the main job in a real browser and take the README's pictures, and make the contact sheet.

The README's pictures show site and phone on the stage, at the moment when the code of a sign-in has arrived.
`ARGS=sheet` makes the contact sheet only.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from mocksms.testing import run_phone
from tests.browser.servers import RunningSite, Servers
from tools import browser as browsers
from tools import contact_sheet

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SCHEMES = ("light", "dark")
DESK = {"width": 1520, "height": 900}
COLOURS = 256  # a third of the bytes, without a visible difference


def main(arguments: Sequence[str] = ()) -> int:
    """Take the pictures in both colour schemes into docs/pictures, and make the contact sheet."""
    if "sheet" not in arguments:
        take_pictures()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        print(f"nidankai: {contact_sheet.make(contact_sheet.folder(), chromium)}")
        chromium.close()
    return 0


def take_pictures() -> None:
    """Take the README's pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        phone = run_phone(str(Path(name) / "phone"))
        site = RunningSite(Path(name) / "site", phone)
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        try:
            for scheme in SCHEMES:
                servers = Servers(site.apps.fresh(), site.url, phone.url, chromium)
                side_by_side(servers, scheme)
                servers.close()
        finally:
            chromium.close()
            site.stop()
            phone.stop()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"nidankai: docs/pictures/{picture.name}, {picture.stat().st_size // 1024} KiB")


def side_by_side(servers: Servers, scheme: str) -> None:
    """Show the site asking for the code that the phone shows."""
    turn_on_for_hanako(servers)
    stage = servers.window(1520, viewport=DESK, color_scheme=scheme)
    stage.goto(f"{servers.site_url}/sandbox/stage")
    expect(stage.locator(".stage-desk[data-phone-answers]")).to_be_attached()
    for _ in range(3):
        words = stage.locator("[data-next]").inner_text()
        stage.locator("#stage-do").click()
        expect(stage.locator("[data-next]")).not_to_have_text(words)
    expect(stage.locator("#stage-take")).to_be_visible()
    expect(stage.frame_locator("[name=phone]").locator("#lock-notes [data-copy]").first).to_be_visible()
    name = "side-by-side" if scheme == "light" else f"side-by-side-{scheme}"
    picture = Image.open(BytesIO(stage.screenshot())).convert("RGB")
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(PICTURES / f"{name}.png", optimize=True)


def turn_on_for_hanako(servers: Servers) -> None:
    """Turn on hanako's two-step verification, without a window."""
    hanako = servers.world.person("hanako", origin=servers.site_url)
    hanako.signs_in()
    hanako.sets_up_by_sms()
    servers.world.phone.delete()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
