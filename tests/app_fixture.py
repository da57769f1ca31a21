"""Site and phone in one process, connected as in production.

The site's gateway client sends the provider's requests to the phone, and its mails use real SMTP. The fixture is made
once per test process; `fresh` returns a clean world.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

import mocksms
import webapp
from mocksms.core.worlds import Worlds
from mocksms.providers.smtp import mail_server
from mocksms.testing import Phone, RunningPhone
from tests import coverage, engines
from tests.actors import PEOPLE, Person
from tests.form_client import Browser
from tests.plain_pages import PlainPages
from webapp.sandbox.server import CHEAP_HASH

SITE_URL = "http://localhost:8000"


@dataclass
class Clock:
    """Time in both apps: the site's clock and the phone's."""

    site: Any
    phone: Phone

    def advance(self, seconds: float) -> None:
        """Move both clocks ahead without sleeping."""
        self.site.advance(seconds)
        self.phone.move_clock(self.site.offset)

    def now(self) -> float:
        """Return the Unix seconds on both."""
        return float(self.site.now())


class AppFixture:
    """Both apps in separate folders, and a copy of the site's world after its first start."""

    def __init__(self, folder: Path, phone: RunningPhone | None = None, **settings: Any) -> None:
        """Keep data in `folder`; use an in-process phone unless `phone` is given."""
        coverage.listen()
        transport: httpx.BaseTransport | None = None
        self._until_closed = ExitStack()
        url = self._until_closed.enter_context(engines.database())
        if phone is None:
            phone_app: Flask = mocksms.create_app(
                {"INSTANCE": str(folder), "SMTP_PORT": -1, "DATABASE_URL": url}
            )
            self._smtp: mail_server.MailServer | None = mail_server.start(phone_app, "127.0.0.1", port=0)
            self.phone = Phone.in_process(phone_app)
            self._phone_worlds: Worlds | None = phone_app.extensions["mocksms"]
            transport = httpx.WSGITransport(app=phone_app)
            settings = {"smtp_port": self._smtp.port, **settings}
        else:
            self._smtp, self._phone_worlds, self.phone = None, None, phone.client()
            settings = {"smtp_port": phone.smtp_port, "gateway_url": phone.url, **settings}
        self.site: Flask = webapp.create_app(
            {
                "instance": str(folder / "site"),
                "database_url": url,
                "sandbox": True,
                "site_url": SITE_URL,
                **CHEAP_HASH,
                **settings,
            },
            gateway_transport=transport,
        )
        self.plain_pages = PlainPages(self.site)
        self.services = self.site.extensions["nidankai"]
        self.clock = Clock(self.services.clock, self.phone)
        self._clean = self.services.store.copy()

    def fresh(self) -> World:
        """Return a clean world: the site as after its first start, an empty phone, clocks at real time."""
        self.site.extensions["nidankai_dispatcher"].rest()
        self.services.store.restore(self._clean)
        self.services.clock.set_offset(0.0)
        self.site.extensions["nidankai_worlds"].get().trace_log.empty()
        self.phone.reset()
        return World(self)

    def phone_of(self, world: str) -> Phone:
        """Return the phone's world of this name; the caller closes and deletes it."""
        other = self.phone
        return Phone(other.url, world, other.smtp_port, other.transport)

    def close(self) -> None:
        """Stop everything that runs beside the tests. All pages were as Jinja's own."""
        self.site.extensions["nidankai_dispatcher"].rest()
        if self._smtp is not None:
            self._smtp.stop()
        if self._phone_worlds is not None:
            self._phone_worlds.close()
        self.site.extensions["nidankai_engine"].close()
        self._until_closed.close()
        self.plain_pages.check()


@dataclass
class World:
    """What a test gets: site, phone, clock and users."""

    apps: AppFixture

    @property
    def site(self) -> Flask:
        return self.apps.site

    @property
    def services(self) -> Any:
        """Return the site's services (`webapp.services.context.Services`)."""
        return self.apps.services

    @property
    def phone(self) -> Phone:
        return self.apps.phone

    @property
    def clock(self) -> Clock:
        return self.apps.clock

    def sql(self, statement: str, *parameters: Any) -> list[Any]:
        """Run a statement in the site's database and return its rows."""
        with self.services.store.writing() as db:
            return list(db.execute(statement, parameters))

    def browser(self, language: str = "ja", **options: Any) -> Browser:
        """Return a new browser without cookies."""
        return Browser(self.site, language, **options)

    def person(self, name: str, language: str = "ja", **options: Any) -> Person:
        """Return one of the demo users with a new browser."""
        return Person(self, PEOPLE[name], self.browser(language, **options))
