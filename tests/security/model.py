"""A small model of one account, written from docs/screens.md#rules only, and its browsers."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.app_fixture import SITE_URL, World
from webapp.sandbox.form_client import FormClient

SETTINGS = "/a/settings/approval"
FLOW, STEP_UP, IDLE, SESSION, TRUST = 600, 900, 3600, 86_400, 30 * 86_400
FREE, LONGEST = 3, 900
SEEN_EVERY = 60


@dataclass
class Seat:
    """The model's data of one browser; times are Unix seconds, 0 for never."""

    signed_in_at: float = 0.0
    seen_at: float = 0.0
    elevated_until: float = 0.0
    asked_until: float = 0.0
    trusted_until: float = 0.0

    def is_signed_in(self, now: float) -> bool:
        return bool(self.signed_in_at) and now < self.signed_in_at + SESSION and now < self.seen_at + IDLE

    def is_elevated(self, now: float) -> bool:
        return self.is_signed_in(now) and now < self.elevated_until

    def sits_down(self, now: float) -> None:
        self.signed_in_at = self.seen_at = now
        self.elevated_until = self.asked_until = 0.0

    def leaves(self) -> None:
        self.signed_in_at = self.elevated_until = 0.0


@dataclass
class Model:
    """The expected state of the account."""

    is_on: bool = False
    has_methods: bool = False
    wrong: int = 0
    blocked_until: float = 0.0
    seats: list[Seat] = field(default_factory=lambda: [Seat(), Seat()])

    def counts_wrong(self, now: float) -> None:
        self.wrong += 1
        over = self.wrong - FREE
        self.blocked_until = now + (min(LONGEST, 2**over) if over > 0 else 0)

    def succeeds(self) -> None:
        self.wrong, self.blocked_until = 0, 0.0

    def ends_everything_but(self, seat: Seat | None) -> None:
        """Turning off, a reset and similar: end all other sessions, half-done sign-ins and all trust."""
        for each in self.seats:
            each.trusted_until = 0.0
            if each is not seat:
                each.leaves()
                each.asked_until = 0.0


class Walker(FormClient):
    """A browser that uses the site by paths and field names."""

    def __init__(self, world: World) -> None:
        super().__init__(SITE_URL)
        self.world = world
        self.client: FlaskClient = world.site.test_client()

    def get(self, path: str) -> TestResponse:
        answer = self.client.get(path, base_url=SITE_URL)
        assert answer.status_code < 500, path
        self.url, self.html = SITE_URL + path, answer.text
        return answer

    def post(self, path: str, page: str, **fields: str) -> TestResponse:
        """Send fields with the token of the page that has the form."""
        self.get(page)
        data = {"csrf_token": self.token, **fields}
        answer = self.client.post(path, data=data, base_url=SITE_URL)
        assert answer.status_code in {*range(200, 500), 503}, path  # 503: busy, nothing was done
        return answer

    def leads_to(self, answer: TestResponse) -> str:
        return urlsplit(answer.headers.get("Location", "")).path

    def gives_password(self, email: str, password: str) -> TestResponse:
        self.post("/ap/signin", "/ap/signin", email=email)
        return self.post("/ap/signin?step=password", "/ap/signin?step=password", password=password)


class App:
    """The owner's authenticator app."""

    def __init__(self) -> None:
        self.secret = ""

    def code(self, now: float) -> str:
        return pyotp.TOTP(self.secret).at(int(now))
