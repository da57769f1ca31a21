"""A tab of Firefox, by WebDriver BiDi."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.check.look.firefox import Firefox, Gone
from tests.check.walks.eyes import Elsewhere

CONTROL = "\ue009"


class FirefoxTab:
    """A tab, or the document in its frame."""

    def __init__(self, firefox: Firefox, user: str, context: str) -> None:
        self._firefox, self._user, self._context = firefox, user, context

    @classmethod
    def open(cls, firefox: Firefox) -> FirefoxTab:
        """Open a window without cookies, as wide and high as a phone."""
        user = firefox.send("browser.createUserContext")["userContext"]
        made = firefox.send("browsingContext.create", type="tab", userContext=user)
        size = {"width": 390, "height": 844}
        firefox.send("browsingContext.setViewport", context=made["context"], viewport=size)
        return cls(firefox, user, made["context"])

    def goto(self, url: str) -> None:
        self._firefox.send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, function: str) -> Any:
        try:
            answer = self._evaluate(f"JSON.stringify(await ({function})() ?? null)")
        except Gone as error:
            raise Elsewhere(str(error)) from error
        return json.loads(answer["value"])

    def click(self, x: float, y: float) -> None:
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": [move, *press]})

    def keys(self, text: str) -> None:
        self._strike(*((kind, key) for key in text for kind in ("keyDown", "keyUp")))

    def paste(self) -> None:
        self._strike(("keyDown", CONTROL), ("keyDown", "v"), ("keyUp", "v"), ("keyUp", CONTROL))

    def set_files(self, selector: str, paths: Sequence[Path]) -> None:
        self._firefox.send(
            "input.setFiles",
            context=self._context,
            element=self._element(selector),
            files=[str(path) for path in paths],
        )

    def picture(self, selector: str) -> bytes:
        taken = self._firefox.send(
            "browsingContext.captureScreenshot",
            context=self._context,
            clip={"type": "element", "element": self._element(selector)},
        )
        return base64.b64decode(taken["data"])

    def lay_finger(self, is_on: bool) -> bool:
        return False  # BiDi has no virtual authenticator

    def frame(self) -> FirefoxTab | None:
        (tree,) = self._firefox.send("browsingContext.getTree", root=self._context)["contexts"]
        framed = [FirefoxTab(self._firefox, self._user, each["context"]) for each in tree["children"]]
        return framed[-1] if framed else None

    def newest(self) -> FirefoxTab:
        tabs = self._firefox.send("browsingContext.getTree", maxDepth=0)["contexts"]
        mine = [each["context"] for each in tabs if each["userContext"] == self._user]
        return FirefoxTab(self._firefox, self._user, mine[-1])

    def close(self) -> None:
        self._firefox.send("browsingContext.close", context=self._context)

    def _strike(self, *keys: tuple[str, str]) -> None:
        self._act(
            {"type": "key", "id": "keys", "actions": [{"type": kind, "value": key} for kind, key in keys]}
        )

    def _act(self, source: dict[str, Any]) -> None:
        self._firefox.send("input.performActions", context=self._context, actions=[source])

    def _element(self, selector: str) -> dict[str, Any]:
        found = self._evaluate(f"document.querySelector({json.dumps(selector)})")
        return {"sharedId": found["sharedId"]}

    def _evaluate(self, expression: str) -> dict[str, Any]:
        answer = self._firefox.send(
            "script.evaluate",
            expression=f"(async () => {expression})()",
            target={"context": self._context, "sandbox": "reader"},
            awaitPromise=True,
        )
        if answer["type"] != "success":
            raise Gone(str(answer)[:500])
        return dict(answer["result"])
