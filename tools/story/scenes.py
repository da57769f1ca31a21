"""The parts of a storyboard: chapters of scenes, each with a caption, a picture and its effects."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

LANGUAGES = {"ja": "日本語", "en": "English"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that arrived on the phone: ``channel`` is sms, call or mail."""

    channel: str
    to: str
    subject: str
    text: str


@dataclass(slots=True)
class Scene:
    """One numbered step: ``on`` is site or phone, ``picture`` a file name, ``happened`` the site's events.

    ``before`` describes what is between this scene and the previous one: time, another browser.
    """

    caption: Markup
    on: str
    picture: str
    path: str = ""
    before: list[str] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    happened: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Chapter:
    """A story as walked in one language."""

    name: str
    title: str
    opening: str
    scenes: list[Scene]
