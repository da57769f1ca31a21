"""Assertions about results in loops, and about refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from werkzeug.test import TestResponse

from webapp.pages.framework.shown_refusals import shown

Found = TypeVar("Found")


def not_empty(found: Iterable[Found]) -> list[Found]:
    """Return what was found, and fail when it is empty: a loop over nothing asserts nothing."""
    listed = list(found)
    assert listed, "there is nothing to look at"
    return listed


def refusal(send: Callable[[], TestResponse]) -> str:
    """Send a request that is refused, and return the refusal's name, such as `WrongCode.used`.

    The page must show the refusal: another page, a bad request or a crash fails.
    """
    seen: list[str] = []

    def note(_sender: object, *, name: str, **_rest: object) -> None:
        seen.append(name)

    with shown.connected_to(note):
        answer = send()
    assert answer.status_code in (200, 429), f"{answer.status_code} {answer.headers.get('Location', '')}"
    assert 'id="auth-error-message-box"' in answer.text
    (refused,) = seen
    return refused
