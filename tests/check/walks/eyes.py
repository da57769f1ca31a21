"""A reader in front of a window: presses and reads what is visible, by the words on it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

FINDER = (Path(__file__).parent / "eyes.js").read_text()
PATIENCE_SECONDS = 20.0
LATER = "() => new Promise((done) => setTimeout(done, 50))"
MARK = "() => { window.isBefore = true; }"
IS_MARKED = "() => Boolean(window.isBefore)"
CODE = re.compile(r"(?<![\d+#:-])\d(?:[ 、]?\d){5}(?![\d-])")
"""Six digits as a reader finds them: not in a phone number, not behind the # for browsers."""


class Tab(Protocol):
    """A tab of a browser, whichever browser it is. Points are in CSS pixels of its view."""

    def goto(self, url: str) -> None:
        """Open an address."""

    def evaluate(self, function: str) -> Any:
        """Return what a JavaScript function without parameters returns; raise `Elsewhere` between two pages."""

    def click(self, x: float, y: float) -> None:
        """Click at a point."""

    def keys(self, text: str) -> None:
        """Type into what has the focus."""

    def paste(self) -> None:
        """Paste into what has the focus, by the keyboard."""

    def set_files(self, selector: str, paths: Sequence[Path]) -> None:
        """Choose files in a file field."""

    def picture(self, selector: str) -> bytes:
        """Return a PNG of an element."""

    def lay_finger(self, is_on: bool) -> bool:
        """Touch the reader for fingerprints, or no longer. Return whether the device has one."""

    def frame(self) -> Tab | None:
        """Return the document in the page's frame, if there is one yet."""

    def newest(self) -> Tab:
        """Return the tab that this window opened last."""

    def close(self) -> None:
        """Close the tab."""


class Elsewhere(Exception):
    """The page went while it was asked."""


def _solid(text: str) -> str:
    return re.sub(r"\s", "", text)


class Reader:
    """A person who knows only what a page shows."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self._read = ""

    def press(self, label: str, *, beside: str = "", stays: bool = False) -> None:
        """Press the link or button with exactly this label and wait for the next page, unless it stays."""
        self._press("press", label, beside, stays)

    def press_banner(self, words: str) -> None:
        """Press the first link with these words in it."""
        self._press("banner", words, "", stays=False)

    def tick(self, label: str) -> None:
        """Press the box or choice with this label."""
        self._press("tick", label, "", stays=True)

    def type(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self._press("field", label, "", stays=True)
        self.tab.keys(text)

    def paste(self, label: str) -> None:
        """Paste into the field with this label."""
        self._press("field", label, "", stays=True)
        self.tab.paste()

    def choose_files(self, label: str, *paths: Path) -> None:
        """Choose files in the field with this label."""
        self.tab.set_files(self._find("files", label), paths)

    def read(self, *texts: str) -> None:
        """Wait until the page shows all of these texts, wherever its lines break."""
        missing = list(map(_solid, texts))

        def is_read() -> bool:
            page = _solid(self.page())
            missing[:] = [text for text in missing if text not in page]
            return not missing

        self._until(is_read, "the page does not show all of " + "".join(f"「{text}」" for text in texts))

    def page(self) -> str:
        """Return all visible text."""
        return str(self._look("text") or "")

    def code(self) -> str:
        """Return the first code on the page, once there is one that was not read before."""

        def is_new() -> bool:
            found = CODE.search(self.page())
            fresh = re.sub(r"\D", "", found.group()) if found else ""
            if fresh in ("", self._read):
                return False
            self._read = fresh
            return True

        self._until(is_new, "no code came")
        return self._read

    def opens_new_tab(self, label: str) -> Reader:
        """Press a link in the page's frame that opens a tab; return its reader."""
        self._until(lambda: self.tab.frame() is not None, "no frame came")
        frame = self.tab.frame()
        assert frame is not None
        Reader(frame).press(label, stays=True)
        found = Reader(self.tab.newest())
        found._until(lambda: bool(found.page()), "no tab came")
        return found

    def _press(self, what: str, label: str, beside: str, stays: bool) -> None:
        x, y = self._find(what, label, beside)
        if not stays:
            self.tab.evaluate(MARK)
        self.tab.click(x, y)
        if not stays:
            self._until(lambda: not self.tab.evaluate(IS_MARKED), f"「{label}」 led nowhere")

    def _find(self, what: str, label: str, beside: str = "") -> Any:
        found: list[Any] = []

        def is_found() -> bool:
            found.append(self._look(what, label, beside))
            return found[-1] is not None

        self._until(is_found, f"no {what} 「{label}」 that can be seen")
        return found[-1]

    def _look(self, *question: str) -> Any:
        return self.tab.evaluate(f"() => ({FINDER})({json.dumps(question)})")

    def _until(self, is_so: Callable[[], bool], told: str) -> None:
        """Ask until it is so; the wait between is the page's."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if is_so():
                    return
                self.tab.evaluate(LATER)
            except Elsewhere:
                pass
            if time.monotonic() > end:
                raise AssertionError(f"{told}; it shows: {self.page()[:700]}")
