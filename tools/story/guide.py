"""Walk a story: windows on the site and on the phone, and the scenes recorded on the way."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask_babel import force_locale
from markupsafe import Markup
from PIL import Image

from mocksms.client import Phone
from tools.driver import Browser, BrowserContext, Locator, Page, expect
from tools.story.environment import Environment
from tools.story.scenes import Arrival, Scene
from webapp.rules import identifiers
from webapp.sandbox.timeline.step_texts import kind_word, step_words
from webapp.sandbox.worlds import World

PATIENCE_MILLISECONDS = 15_000
SIZE = {"width": 390, "height": 844}
SCALE = 1.5
PHONE = (
    "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Mobile Safari/537.36"
)
QUALITY = 82
LOCALES = {"ja": "ja-JP", "en": "en-US"}
TOLD_KINDS = ("move", "event", "refusal", "tool")
_SECRET = re.compile(r"(/a/c/r|/cancel|/cases)/.+")  # tokens and ids are meaningless to a reader
_OUTLINE = """element => {
  const place = element.getBoundingClientRect();
  const isTab = element.closest('.tabs');  // always at the bottom, before all else
  const isSeen = isTab || (place.top > 60 && place.bottom < innerHeight - 90);
  if (!isSeen) element.scrollIntoView({ block: 'center' });
  const radius = getComputedStyle(element).borderRadius;
  element.style.outline = '3px solid #c8371b';
  element.style.outlineOffset = '3px';
  if (radius === '0px') element.style.borderRadius = '4px';
}"""
# Hide the sandbox's banner: the guide is about the ordinary world.
_NO_STRIP = "document.querySelectorAll('.tools-note').forEach((strip) => { strip.style.display = 'none'; })"
_PLAIN = "element => { element.style.outline = ''; element.style.outlineOffset = ''; }"


class Guide:
    """One story in one language: ``site`` and ``phone`` are windows, ``scenes`` the scenes so far."""

    def __init__(
        self,
        environment: Environment,
        world: World,
        handsets: Phone,
        chromium: Browser,
        language: str,
        folder: Path,
        name: str,
    ) -> None:
        self.environment, self.world, self.handsets = environment, world, handsets
        self.language, self.folder, self.name = language, folder, name
        self.scenes: list[Scene] = []
        self.notes: dict[str, Any] = {}
        self.is_quiet = False
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self._before: list[str] = []
        self._last_message = 0
        self._last_step = world.trace_log.last_id()
        self.site = self.new_window()
        self._phone: Page | None = None

    # -- windows -------------------------------------------------------------------------------------------

    def new_window(self) -> Page:
        """Open a separate browser, without cookies, in this story's world and language."""
        context = self._chromium.new_context(
            viewport={"width": SIZE["width"], "height": SIZE["height"]},
            device_scale_factor=SCALE,
            user_agent=PHONE,
            locale=LOCALES[self.language],
            timezone_id="Asia/Tokyo",
            reduced_motion="reduce",
            color_scheme="light",
            extra_http_headers={"X-World": self.world.name},
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.set_default_navigation_timeout(PATIENCE_MILLISECONDS)
        self._contexts.append(context)
        return context.new_page()

    @property
    def phone(self) -> Page:
        """Return the window that shows the phone."""
        if self._phone is None:
            self._phone = self.new_window()
        return self._phone

    def open(self, path: str) -> None:
        """Open a page of the site."""
        self.site.goto(self.environment.site_url + path)

    def open_phone(self, path: str) -> None:
        """Open a page of the phone."""
        self.phone.goto(f"{self.environment.phone_url}{path}")

    def expect(self, page: str, state: str = "") -> None:
        """Wait until the site's window shows this page (``main[data-page]``), in this state if one is given."""
        wanted = f'main[data-page="{page}"]' + (f'[data-state="{state}"]' if state else "")
        expect(self.site.locator(wanted)).to_be_visible(timeout=PATIENCE_MILLISECONDS)

    def say(self, ja: str, en: str) -> str:
        """Return a sentence in this story's language."""
        return ja if self.language == "ja" else en

    # -- time ----------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Advance both clocks."""
        self.world.services.clock.advance(seconds)
        self.handsets.move_clock(self.world.services.clock.offset)

    def between(self, sentence: str) -> None:
        """Add a sentence before the next scene."""
        self._before.append(sentence)

    # -- scenes --------------------------------------------------------------------------------------------

    def take(self, caption: Markup, on: str, window: Page, *marked: Locator) -> Scene:
        """Take a picture of a window with these elements outlined; none while the guide is quiet."""
        if self.is_quiet:
            return Scene(caption, on, "")
        window.evaluate(_NO_STRIP)
        for element in marked:
            element.evaluate(_OUTLINE)
        file = f"{self.name}-{len(self.scenes) + 1:02}.webp"
        self._store(window.screenshot(), self.folder / file)
        for element in marked:
            element.evaluate(_PLAIN)
        path = _SECRET.sub(r"\1/…", urlsplit(window.url).path) if on == "site" else ""
        scene = Scene(caption, on, f"{self.folder.name}/{file}", path, self._before)
        self._before = []
        self.scenes.append(scene)
        return scene

    def forget(self) -> None:
        """Skip what arrived and happened since the last scene."""
        for message in self.handsets.messages(since=self._last_message):
            self._last_message = max(self._last_message, int(message.id))
        self._last_step = self.world.trace_log.last_id()

    def note_effects(self) -> None:
        """Add what arrived and happened since the last scene to it."""
        if not self.scenes:
            return
        scene = self.scenes[-1]
        for message in sorted(
            self.handsets.messages(since=self._last_message), key=lambda each: int(each.id)
        ):
            self._last_message = int(message.id)
            text = str(message.body).strip()
            to = identifiers.shown(message.to)
            scene.arrivals.append(Arrival(message.channel, to, message.subject or "", text))
        with self.environment.site.test_request_context("/"), force_locale(self.language):
            for step in self.world.trace_log.steps(after=self._last_step):
                self._last_step = step.id
                if step.kind in TOLD_KINDS:
                    scene.happened.append((kind_word(step.kind), step_words(step)))

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()

    @staticmethod
    def _store(png: bytes, path: Path) -> None:
        with Image.open(io.BytesIO(png)) as image:
            image.convert("RGB").save(path, "WEBP", quality=QUALITY, method=3)


Text = str | Callable[[Guide], str]
"""A text, or a function that finds it when needed."""


def text_of(text: Text, guide: Guide) -> str:
    """Return the plain text."""
    return text if isinstance(text, str) else text(guide)
