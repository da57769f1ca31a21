"""A phone without a network, its inbox, and a browser on it."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask

import mocksms
from mocksms.core import inbox, mail
from mocksms.core.models import Message
from mocksms.core.worlds import World
from tests.form_client import Browser

PHONE_URL = "http://localhost:8001"


class Sender:
    """Send to the phone as an app would."""

    def __init__(self, world: World) -> None:
        self.world = world

    def text(self, to: str, body: str, sender: str = "Mihon", prefix: str = "") -> Message:
        """Send an SMS."""
        details = {"address_prefix": prefix} if prefix else {}
        message = Message(inbox.new_sid("SM"), "sms", sender=sender, recipient=to, body=body, details=details)
        return inbox.receive(self.world, message)

    def mail(
        self, to: str, subject: str, text: str, html: str = "", attachment: tuple[str, bytes] | None = None
    ) -> Message:
        """Send a mail with text, and with HTML and one attachment if given."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "Mihon <no-reply@mihon.example>", to, subject
        letter.set_content(text)
        if html:
            letter.add_alternative(html, subtype="html")
        if attachment:
            name, content = attachment
            letter.add_attachment(content, maintype="application", subtype="pdf", filename=name)
        source = letter.as_bytes()
        return inbox.receive(self.world, mail.parse(source, to, "no-reply@mihon.example"), source)


@pytest.fixture(scope="session")
def phone_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Create the phone's pages once for this process."""
    app = mocksms.create_app({"INSTANCE": str(tmp_path_factory.mktemp("handset"))})
    yield app
    app.extensions["mocksms"].close()


@pytest.fixture
def here(phone_app: Flask) -> World:
    """Return the default world, empty."""
    world: World = phone_app.extensions["mocksms"].get()
    inbox.reset(world)
    return world


@pytest.fixture
def send(here: World) -> Sender:
    """Return a sender of texts and mails to the phone."""
    return Sender(here)


@pytest.fixture
def look(phone_app: Flask, here: World) -> Browser:
    """Return a Japanese browser on the phone."""
    return Browser(phone_app, origin=PHONE_URL)


@pytest.fixture
def look_in(phone_app: Flask, here: World, language: str) -> Browser:
    """Return a browser in each language."""
    return Browser(phone_app, language=language, origin=PHONE_URL)
