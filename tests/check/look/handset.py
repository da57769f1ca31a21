"""A phone with something in each app."""

from __future__ import annotations

from dataclasses import dataclass

from mocksms.core import authenticator, calls, inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.testing import RunningPhone
from tests.browser.handset import Desk
from tests.check.look.pages import HANAKO, JIRO, LANDLINE

HOUR = 3600.0
SPOKEN = (
    '<Response><Say language="ja-JP">確認コードをお伝えします。</Say><Say language="ja-JP">0 4 8 2 1 3</Say>'
    + '<Pause length="60"/>' * 60  # no verb lasts longer
    + "</Response>"
)


@dataclass(frozen=True)
class Handset:
    """A running phone, and the numbers of its one mail, its call that is over and its calls that are open."""

    url: str
    numbers: dict[str, str]

    def path(self, path: str) -> str:
        """Return a path of the list with the numbers in it."""
        for name, number in self.numbers.items():
            path = path.replace(name, number)
        return path


def filled(running: RunningPhone) -> Handset:
    """Send messages of each kind to the phone."""
    desk = Desk(running)
    desk.text("048213は、Mihonのワンタイムパスワードです。誰とも共有しないでください。\n@localhost #048213")
    desk.text("お荷物をお届けに上がりました。 https://mihon.example/track", sender="+15005550006")
    desk.mail("hanako@example.com", "Mihonセキュリティ警告", "本文 http://localhost:8000/", "<h1>警告</h1>")
    authenticator.add(desk.world, HANAKO, "MIHONDEMOMIHONDEMOMIHONDEMO23456", "jiro@example.com", "Mihon")
    numbers = {"MAIL": str(running.client().messages(channel="mail")[0].id)}
    for name, number in (("CALL", HANAKO), ("RINGING", JIRO), ("TALKING", LANDLINE)):
        numbers[name] = str(_ring(desk.world, number).id)
    calls.decline(desk.world, int(numbers["CALL"]))
    calls.answer(desk.world, int(numbers["TALKING"]))
    return Handset(running.url, numbers)


def _ring(world: World, to: str) -> Message:
    """Call a handset; it rings until it is answered."""
    call = Message(inbox.new_sid("CA"), "call", sender="+15005550006", recipient=to, wire="twilio")
    call.details["twiml"] = SPOKEN
    return calls.place(world, call, HOUR)
