"""The pages and states to look at, and how a window gets there: by address or by the sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from webapp.sandbox.personas.personas import PERSONAS

HANAKO = "+819012345678"
JIRO = "+818012345678"
LANDLINE = "+81312345678"


@dataclass(frozen=True)
class Kind:
    """A window's size, and what its reader has set in the browser."""

    width: int
    height: int
    scheme: str = "light"
    type_times: int = 1
    is_forced: bool = False

    def __str__(self) -> str:
        extras = (self.scheme, f"type ×{self.type_times}" * (self.type_times > 1), "forced" * self.is_forced)
        return " ".join((f"{self.width}×{self.height}", *filter(None, extras)))


def sending(action: str) -> str:
    """Return a JavaScript function that sends the form with this action a moment later."""
    return f"""() => {{
        window.isBefore = true;
        const form = document.querySelector('form[action="{action}"]');
        setTimeout(() => form.requestSubmit(), 1);
    }}"""


class View(Protocol):
    """A browser's window, whichever browser it is."""

    def goto(self, url: str) -> None:
        """Open an address and wait until the page is complete."""

    def submit(self, action: str) -> None:
        """Send the form that leads to this address, and wait for the next page."""

    def become(self, kind: Kind) -> None:
        """Take this size, and what else of it this browser can set."""

    def evaluate(self, function: str) -> Any:
        """Return what a JavaScript function without parameters returns."""


@dataclass(frozen=True)
class State:
    """One thing to look at: sign in as `persona`, produce the error `way`, then open `path`, if given."""

    name: str
    path: str = ""
    persona: str = ""
    way: str = ""

    def arrive(self, view: View, url: str) -> None:
        """Bring a window into this state."""
        if self.persona:
            view.goto(f"{url}/sandbox/personas")
            view.submit(f"/sandbox/personas/{self.persona}")
        if self.way:
            view.goto(f"{url}/sandbox/refusals?q={quote(self.way)}")
            view.submit(f"/sandbox/refusals/{self.way}")
        if self.path:
            view.goto(url + self.path)


OPEN = (
    "/", "/ap/signin", "/ap/register", "/ap/forgotpassword", "/ap/recovery", "/music", "/music/ap/signin",
    "/music/older", "/patterns", "/no-such-page", "/sandbox/clock", "/sandbox/coverage", "/sandbox/faults",
    "/sandbox/map", "/sandbox/map?flow=set_up", "/sandbox/personas", "/sandbox/refusals", "/sandbox/stage",
    "/sandbox/timeline", "/sandbox/worlds",
)  # fmt: skip
OWN = (
    "/account", "/account/security", "/account/security/name", "/account/security/address",
    "/account/security/email", "/account/security/phone",
    "/account/security/password", "/account/security/devices/end-all", "/account/security/passkeys",
    "/a/settings/approval", "/a/settings/approval/disable", "/sandbox/timeline", "/sandbox/timeline/report",
)  # fmt: skip
WAYS = (
    "WrongPassword", "Throttled.password", "WrongCode.wrong", "SendCapReached", "NotAPhoneNumber.not_a_number",
    "LandlineNeedsCall", "MethodTaken", "LastMethod", "approval.link_expired", "MailFailed.down", "WeakPassword.common",
    "DocumentRefused.missing", "NothingToReset", "OwnCase", "LinkExpired", "register.too_long", "ContactTaken",
    "GatewayFailed.down", "WrongCode.older", "StaleFlow",
)  # fmt: skip
PHONE = f"/handsets/{HANAKO}"
HANDSET = (
    "/", "/search?q=Mihon", "/side-by-side", f"{PHONE}/", f"{PHONE}/home", f"{PHONE}/messages/",
    f"{PHONE}/messages/Mihon", f"{PHONE}/mail/", f"{PHONE}/mail/box/hanako@example.com", f"{PHONE}/mail/MAIL",
    f"{PHONE}/mail/MAIL?view=text", f"{PHONE}/mail/MAIL?view=source", f"{PHONE}/authenticator/",
    f"{PHONE}/authenticator/add", f"{PHONE}/search?q=Mihon", f"{PHONE}/settings", f"{PHONE}/phone/",
    f"{PHONE}/phone/voicemail", f"{PHONE}/phone/CALL", f"/handsets/{JIRO}/", f"/handsets/{JIRO}/home",
    f"/handsets/{JIRO}/phone/RINGING",
    f"/handsets/{LANDLINE}/", f"/handsets/{LANDLINE}/home", f"/handsets/{LANDLINE}/phone/",
    f"/handsets/{LANDLINE}/phone/TALKING", "/handsets/hanako@example.com/", "/no-such-page",
)  # fmt: skip

SITE_STATES = (
    *(State(path, path) for path in OPEN),
    *(State(f"leaving {path}", path, persona="leaving") for path in OWN),
    *(State(f"as {key}", persona=key) for key in PERSONAS),
    *(State(f"before {way}", way=way) for way in WAYS),
)
PHONE_STATES = tuple(State(f"phone {path}", path) for path in HANDSET)
