"""Site and phone, served, with something in each app of the phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mocksms.core import authenticator
from mocksms.testing import RunningPhone, run_phone
from tests.browser.conftest import chromium, servers
from tests.browser.handset import Desk
from tests.browser.servers import RunningSite
from tests.check.look.pages import HANAKO

__all__ = ["chromium", "servers"]


@pytest.fixture(scope="session")
def running_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """Return the phone that the site sends to."""
    running = run_phone(str(tmp_path_factory.mktemp("phone")))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def running_site(
    tmp_path_factory: pytest.TempPathFactory, running_phone: RunningPhone
) -> Iterator[RunningSite]:
    """Return the site."""
    running = RunningSite(tmp_path_factory.mktemp("site"), running_phone)
    yield running
    running.stop()


@pytest.fixture
def site_url(running_site: RunningSite) -> str:
    """Return the site's address, in a clean world."""
    running_site.apps.fresh()
    return running_site.url


@dataclass(frozen=True)
class Handset:
    """A running phone with something in each app, and the addresses of its one mail and its one call."""

    url: str
    mail: str
    call: str

    def path(self, path: str) -> str:
        """Return a path of the list with the mail's and the call's number in it."""
        return path.replace("MAIL", self.mail).replace("CALL", self.call)


@pytest.fixture(scope="session")
def handset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handset]:
    """Return the phone whose pages are looked at."""
    running = run_phone(str(tmp_path_factory.mktemp("handset")))
    desk = Desk(running)
    desk.text("048213は、Mihonのワンタイムパスワードです。誰とも共有しないでください。\n@localhost #048213")
    desk.text("お荷物をお届けに上がりました。 https://mihon.example/track", sender="+15005550006")
    desk.mail("hanako@example.com", "Mihonセキュリティ警告", "本文 http://localhost:8000/", "<h1>警告</h1>")
    desk.call("<Response><Say>4 8 2 9 1 3</Say></Response>")
    authenticator.add(desk.world, HANAKO, "MIHONDEMOMIHONDEMOMIHONDEMO23456", "jiro@example.com", "Mihon")
    mail, call = (running.client().messages(channel=channel)[0].id for channel in ("mail", "call"))
    yield Handset(running.url, str(mail), str(call))
    running.stop()
