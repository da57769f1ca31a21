"""For testers: the site in the test's own process, joined to the phone, and clients in any persona's state.

    pytest_plugins = ["mocksms.testing", "webapp.sandbox.testing"]

    def test_account(signed_in):
        assert "太郎" in signed_in("taro").get("/account").text

Each test has a separate world, and the phone's of the same name; see docs/testers.md. The fixtures ``phone`` and
``phone_server`` are the phone's: known by name only, as the two apps never import each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

from webapp import create_app
from webapp.sandbox.client import Mihon, MihonError, Persona
from webapp.sandbox.pytest_plugin import own_world
from webapp.sandbox.server import CHEAP_HASH, ThreadedServer
from webapp.sandbox.worlds import Worlds

__all__ = ["Client", "Mihon", "MihonError", "Persona", "Site", "SiteWorld"]

pytest_plugins = ["webapp.sandbox.pytest_plugin"]
"""Pytest loads it with this module; if the package is installed, it is loaded already."""

CHANGES = ("POST", "PUT", "PATCH", "DELETE")


class PhoneAddress(Protocol):
    """What the site needs of a running phone: ``mocksms.testing.RunningPhone`` has it."""

    @property
    def url(self) -> str:
        """Return the address of its pages and APIs."""

    @property
    def smtp_port(self) -> int:
        """Return the port of its mail server."""


class Client(FlaskClient):
    """A browser of one world, without pages: it keeps cookies, and sends the CSRF token that a page's form would."""

    persona: Persona | None = None
    """The persona of this browser, if any."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send one request. A change carries the token of this client's session."""
        if options.get("method") in CHANGES:
            options["headers"] = {**dict(options.get("headers") or {}), "X-CSRFToken": self._token()}
        return super().open(*args, **options)

    def _token(self) -> str:
        with self.session_transaction() as session:
            kept: str = session.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        return str(signer.dumps(kept))


class SiteWorld(Mihon):
    """One world of a site in this process."""

    def __init__(self, site: Site, world: str) -> None:
        super().__init__(site.url, world, httpx.WSGITransport(app=site.app))
        self.app = site.app

    def client(self) -> Client:
        """Return a new browser in this world, without cookies."""
        client = Client(self.app, self.app.response_class, use_cookies=True)
        client.environ_base["HTTP_X_WORLD"] = self.world
        return client

    def client_as(self, name: str) -> Client:
        """Return a browser in a persona's state; ``client.persona`` has the path where the state shows."""
        return self._held(self.persona(name))

    def signed_in(self, name: str) -> Client:
        """Return a browser signed in as a persona, whatever its state."""
        return self._held(self.persona(name, signed_in=True))

    def _held(self, persona: Persona) -> Client:
        client = self.client()
        client.persona = persona
        for name, value in persona.cookies.items():
            client.set_cookie(name, value)
        return client


class Site:
    """The site in this process, and served on a free port of this machine: ``url``."""

    def __init__(self, instance: str, phone: PhoneAddress, **settings: Any) -> None:
        """Serve the site with its data in ``instance``. It sends its messages to ``phone``."""
        self._server = ThreadedServer()
        self.url = self._server.url
        self.app: Flask = create_app(
            {
                "instance": instance,
                "sandbox": True,
                "site_url": self.url,
                "gateway_url": phone.url,
                "smtp_port": phone.smtp_port,
                **CHEAP_HASH,
                **settings,
            }
        )
        self.worlds: Worlds = self.app.extensions["nidankai_worlds"]
        self._server.app = self.app
        self._server.start()

    @contextmanager
    def world(self, name: str, stays: Callable[[], bool] = lambda: False) -> Iterator[SiteWorld]:
        """Make a fresh world and delete it after the block, unless `stays` says otherwise then."""
        self.worlds.delete(name)
        self.worlds.make(name)
        try:
            yield SiteWorld(self, name)
        finally:
            if not stays():
                self.worlds.delete(name)

    def wrap(self, app: WSGIApplication) -> None:
        """Serve this app, which passes requests on to the site."""
        self._server.app = app

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()


@pytest.fixture(scope="session")
def mihon_site(phone_server: PhoneAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the site for as long as the tests run."""
    site = Site(str(tmp_path_factory.mktemp("mihon")), phone_server)
    yield site
    site.stop()


@pytest.fixture
def mihon(request: pytest.FixtureRequest, mihon_site: Site, phone: Any) -> Iterator[SiteWorld]:
    """Return this test's world of the site. Its messages arrive at ``phone``."""
    with own_world(request, mihon_site, phone.world) as world:
        yield world


@pytest.fixture
def signed_in(mihon: SiteWorld) -> Callable[[str], Client]:
    """Return a function: ``signed_in("taro")`` is a client signed in as taro."""
    return mihon.signed_in


@pytest.fixture
def client_as(mihon: SiteWorld) -> Callable[[str], Client]:
    """Return a function: ``client_as("throttled")`` is a client in that persona's state."""
    return mihon.client_as
