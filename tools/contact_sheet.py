"""Every page of the site and every screen of the phone, in both languages and schemes, on one page of pictures.

`make pictures` writes it to INSTANCE/contact-sheet. The pages are those that `make check ONLY=look` looks at.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image

from mocksms.testing import run_phone
from tests.browser.servers import RunningSite
from tests.check.look.handset import Handset, filled
from tests.check.look.looking import measured
from tests.check.look.pages import PHONE_STATES, SITE_STATES, Kind, State
from tests.check.look.window import LOCALES, Window
from tools.driver import Browser

ROOT = Path(__file__).resolve().parent.parent
KINDS = (Kind(390, 844), Kind(390, 844, "dark"))
LONGEST = 2400  # pixels: the start of a long page shows how it looks
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Contact sheet</title>
<style>
body {{ margin: 2rem; background: #8a8577; font: 14px/1.4 system-ui; }}
main {{ display: flex; flex-wrap: wrap; align-items: start; gap: 2rem; }}
figure {{ display: flex; flex-wrap: wrap; align-items: start; gap: 4px; margin: 0; }}
figcaption {{ flex: 0 0 100%; color: #fff; font-weight: 600; }}
img {{ width: {width}px; height: auto; }}
</style>
<main>
{figures}
</main>
"""


def folder() -> Path:
    """Return the folder of the sheet."""
    return Path(os.environ.get("INSTANCE") or ROOT / "instance").resolve() / "contact-sheet"


def make(into: Path, chromium: Browser) -> Path:
    """Take the pictures of each state, and return the page with all of them."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    logging.disable(logging.INFO)  # thousands of requests
    with servers() as (site, handset):
        figures = [
            _figure(into, number, state, chromium, site, handset)
            for number, state in enumerate((*SITE_STATES, *PHONE_STATES))
        ]
    page = into / "index.html"
    page.write_text(PAGE.format(width=KINDS[0].width // 2, figures="\n".join(figures)))
    return page


@contextmanager
def servers() -> Iterator[tuple[RunningSite, Handset]]:
    """Serve a site with its phone, and a phone with something in each app."""
    with tempfile.TemporaryDirectory() as name:
        phones = [run_phone(str(Path(name) / each)) for each in ("phone", "handset")]
        site = RunningSite(Path(name) / "site", phones[0])
        try:
            yield site, filled(phones[1])
        finally:
            site.stop()
            for phone in phones:
                phone.stop()


def _figure(
    into: Path, number: int, state: State, chromium: Browser, site: RunningSite, handset: Handset
) -> str:
    """Take a state's pictures in both languages and schemes; the caption names what is measured wrong."""
    pictures, wrong = [], set()
    for language, locale in LOCALES.items():
        site.apps.fresh()
        context = chromium.new_context(locale=locale, reduced_motion="reduce", timezone_id="Asia/Tokyo")
        window = Window(context.new_page())
        if state in PHONE_STATES:
            window.goto(handset.url + handset.path(state.path))
        else:
            state.arrive(window, site.url)
        for kind in KINDS:
            wrong |= measured(window, (kind,))
            name = f"{number:03}-{language}-{kind.scheme}.jpg"
            picture = Image.open(BytesIO(window.page.screenshot(full_page=True))).convert("RGB")
            picture.crop((0, 0, picture.width, min(picture.height, LONGEST))).save(into / name, quality=70)
            pictures.append(
                f'<img src="{name}" alt="{escape(f"{state.name}, {language}, {kind.scheme}")}" loading="lazy">'
            )
        context.close()
    caption = escape(": ".join((state.name, *sorted(wrong))))
    return f"<figure><figcaption>{caption}</figcaption>{''.join(pictures)}</figure>"
