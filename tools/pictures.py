"""`make pictures`: walk the main job in a real browser and take the README's pictures anew.

Site and phone are photographed in two windows at the moment when the code has come, and laid side by side on
one desk. The clock is set to a fixed moment; only the code is another one each time.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect, sync_playwright

from mocksms.testing import run_phone
from tests.browser.street import RunningSite, Street
from tools import browser as browsers

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
MOMENT = datetime(2026, 11, 22, 10, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
NUMBER = "+819012345678"
PASSWORD = "Mihon-demo-1"
DESK = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 56px 64px; width: 1472px; display: flex; gap: 56px; align-items: center;
       justify-content: center; background: {desk}; }}
figure {{ margin: 0; border-radius: 12px; overflow: hidden; box-shadow: 0 2px 6px #0003, 0 24px 60px #0004; }}
img {{ display: block; }}
.site img {{ width: 940px; }} .phone img {{ width: 390px; }} .phone {{ border-radius: 40px; }}
</style><figure class="site"><img alt="" src="{site}"></figure>
<figure class="phone"><img alt="" src="{phone}"></figure>"""
DESKS = {"light": "#e9e2d3", "dark": "#2f333c"}


def main() -> int:
    """Both colour schemes; the pictures land in docs/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        phone = run_phone(str(Path(name) / "phone"))
        site = RunningSite(Path(name) / "site", phone)
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        try:
            for scheme in DESKS:
                street = Street(site.house.fresh(), site.url, phone.url, chromium)
                side_by_side(street, scheme)
                street.close()
        finally:
            chromium.close()
            site.stop()
            phone.stop()
    for picture in sorted(PICTURES.glob("*.png")):
        print(f"nidankai: docs/pictures/{picture.name}, {picture.stat().st_size // 1024} KiB")
    return 0


def side_by_side(street: Street, scheme: str) -> None:
    """The site asks for the code that the phone shows."""
    street.clock.advance(MOMENT.timestamp() - time.time())
    look: dict[str, Any] = {"color_scheme": scheme, "device_scale_factor": 2}
    phone = street.window(390, **look)
    phone.goto(f"{street.phone_url}/handsets/{NUMBER}/")
    site = street.window(1040, **{**look, "viewport": {"width": 1040, "height": 844}})
    hanako_turns_it_on(street)
    site.goto(street.site_url)
    site.locator("#nav-link-accountList").click()
    site.locator("#ap_email").fill("090-1234-5678")
    site.locator("#continue").click()
    site.locator("#ap_password").fill(PASSWORD)
    site.locator("#signInSubmit").click()
    code = phone.locator("#lock-notes [data-copy]").first
    expect(code).to_be_visible()
    site.locator("#auth-mfa-otpcode").fill(code.get_attribute("data-copy") or "")
    site.locator("h1").click()
    compose(street.chromium, site, phone, scheme)


def hanako_turns_it_on(street: Street) -> None:
    """Hanako's two-step verification is turned on beforehand, without a window."""
    hanako = street.world.person("hanako", origin=street.site_url)
    hanako.signs_in()
    hanako.sets_up_by_sms()
    street.world.phone.delete()


def compose(chromium: Browser, site: Page, phone: Page, scheme: str) -> None:
    """Lay both windows on one desk and photograph it."""
    page = chromium.new_page(device_scale_factor=1.25)
    page.set_content(DESK.format(desk=DESKS[scheme], site=_as_data(site), phone=_as_data(phone)))
    name = "side-by-side" if scheme == "light" else f"side-by-side-{scheme}"
    page.locator("body").screenshot(path=PICTURES / f"{name}.png")
    page.close()


def _as_data(page: Page) -> str:
    return "data:image/png;base64," + base64.b64encode(page.screenshot()).decode()


if __name__ == "__main__":
    sys.exit(main())
