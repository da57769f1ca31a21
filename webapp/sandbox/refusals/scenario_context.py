"""What the ways to refusals have in common: a persona made anew, at the real time, on a phone without faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp import paths
from webapp.rules import totp
from webapp.sandbox.controls import clock as time_travel
from webapp.sandbox.personas import personas, states
from webapp.sandbox.phone import phone
from webapp.sandbox.refusals.walker import Handset, Walker
from webapp.sandbox.world_middleware import world
from webapp.store import accounts, throttles

NEW_PASSWORD = "sunny-teapot-91-drawer"  # noqa: S105 - of accounts that are nobody's
JIROS_LANDLINE = "+81312345678"
STRANGER = "newcomer@example.com"


@dataclass
class Scene:
    """A way under way: who walks, in which browser, with which phone; ``lands`` is where the browser is to go."""

    persona: personas.Persona
    walker: Walker = field(default_factory=Walker)
    lands: str = ""

    def __post_init__(self) -> None:
        time_travel.move(0.0)
        phone().ask("DELETE", "faults")
        world().settings.change(slow_database=0.0, locked_database=False)
        self.remake(self.persona.key)
        self.handset = Handset()

    def remake(self, key: str) -> None:
        """Make a persona anew; nobody waits any more for wrong codes or passwords, and no stranger has an account."""
        services = world().services
        with services.store.writing() as db:
            throttles.clear_all(db)
            stranger = accounts.find_by_email(db, STRANGER)
            if stranger is not None:
                accounts.remove(db, stranger.id)
        personas.seed(services, (key,))

    # -- time and trouble --------------------------------------------------------------------------------------

    def jump(self, seconds: float) -> None:
        """Move the clock of site and phone ahead; back, it stands as if it had never been moved."""
        offset = world().services.clock.offset + seconds
        world().services.clock.set_offset(offset)
        time_travel.set_phone(offset)

    def fault(self, what: str, channel: str, **more: Any) -> None:
        """Let the next messages of this kind go wrong, until another way is begun."""
        if what == "slow":
            more["seconds"] = world().services.config.outbound_deadline_seconds + 1
        phone().ask("POST", "faults", {"what": what, "channel": channel, **more})

    # -- what people do ----------------------------------------------------------------------------------------

    @property
    def number(self) -> str:
        """The persona's own number."""
        assert self.persona.phone is not None
        return self.persona.phone

    def gives_name(self) -> None:
        """To the page that asks for the password."""
        self.walker.get(paths.SIGN_IN)
        self.walker.send(email=self.persona.email)

    def gives_password(self) -> None:
        """Name and password: signed in, or asked for a code."""
        self.gives_name()
        self.walker.send(password=personas.PASSWORD)

    def reads_code(self) -> str:
        """The next code that comes to the persona's number."""
        return self.handset.code(self.number)

    def app_code(self, steps: int = 0) -> str:
        """What jiro's app shows now, or so many steps of 30 s later."""
        return totp.code_at(states.JIRO_SECRET, totp.step_at(world().services.clock.now()) + steps)

    def code(self) -> str:
        """The right code of the persona's preferred method."""
        return self.app_code() if self.persona.key == "jiro" else self.reads_code()

    def signs_in(self, **fields: str) -> None:
        """All the way in, with a code where one is asked."""
        self.gives_password()
        if self.walker.path == paths.SIGN_IN_CODE:
            self.walker.send(otpCode=self.code(), **fields)

    def opens(self, path: str) -> None:
        """Sign in, and open a page that asks for a fresh proof first."""
        if self.walker.path == "/":
            self.signs_in()
        self.walker.get(path)
        if self.walker.path.startswith(paths.STEP_UP):
            self.walker.send(paths.STEP_UP)
            if self.walker.path == paths.SIGN_IN_CODE:
                self.walker.send(otpCode=self.code())
            else:
                self.decides("approve")
                self.walker.send(paths.APPROVAL)

    def asks_by_mail(self) -> str:
        """Sign in and ask for the settings: on the waiting page. The path of the mail's link."""
        self.signs_in()
        self.walker.get(paths.SETTINGS)
        self.walker.send(paths.STEP_UP)
        return self.handset.link(self.persona.email, paths.APPROVAL_LINK)

    def decides(self, decision: str, link: str = "") -> str:
        """Open the mail's link on the phone, in a browser of its own, and approve or deny. The link's path."""
        link = link or self.handset.link(self.persona.email, paths.APPROVAL_LINK)
        mail = Walker(is_stranger=True)
        mail.get(link)
        mail.send_fields({"decision": decision})
        self.walker.get(paths.APPROVAL)
        return link

    def begins_set_up(self) -> None:
        """To the choice of a method."""
        self.opens(paths.SETTINGS)
        self.walker.send(paths.SETTINGS_START)

    def adds_method(self) -> None:
        """To the choice of another method."""
        self.opens(paths.SETTINGS)
        self.walker.send(paths.METHOD_ADD)

    def resets_password(self) -> None:
        """To the page that asks for a new password after a forgotten one."""
        self.walker.get(paths.FORGOT_PASSWORD)
        self.walker.send(email=self.persona.email)
        self.walker.send(otpCode=self.handset.code(self.persona.email))

    def begins_recovery(self) -> None:
        """To the page that takes documents."""
        self.walker.get(paths.RECOVERY)
        self.walker.send(email=self.persona.email, password=personas.PASSWORD)

    def wrong_codes(self, right: str, times: int) -> None:
        """Type a wrong code up to five times, and wait each time as long as the site asks for at the most."""
        for _ in range(times):
            self.walker.send(otpCode=other_than(right))
            self.jump(5)


def other_than(code: str) -> str:
    """Six digits that are not this code."""
    return "000000" if code != "000000" else "111111"
