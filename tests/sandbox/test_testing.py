"""The testers' fixtures and clients of running sites."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from mocksms.testing import Phone, RunningPhone, phone, phone_server
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.phone import Phone as SitesPhone
from webapp.sandbox.testing import (
    Client,
    Mihon,
    MihonError,
    Site,
    SiteWorld,
    client_as,
    mihon,
    mihon_site,
    signed_in,
)
from webapp.store import sessions

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["client_as", "mihon", "mihon_site", "phone", "phone_server", "signed_in"]


def test_fixtures_make_a_world_in_well_under_a_second(mihon_site: Site) -> None:
    with mihon_site.world("warm-up"):
        pass
    took = []
    for at in range(3):
        begun = time.perf_counter()
        with mihon_site.world(f"quick-{at}") as world:
            took.append(time.perf_counter() - begun)
            assert world.client().get("/").status_code == 200
    assert min(took) < 1, took


@pytest.mark.parametrize("name", sorted(key for key, persona in PERSONAS.items() if persona.registered))
def test_fixtures_sign_anybody_in(signed_in: Callable[[str], Client], name: str) -> None:
    client = signed_in(name)
    assert PERSONAS[name].name in client.get("/account").text


def test_fixtures_put_clients_into_states(client_as: Callable[[str], Client], phone: Phone) -> None:
    client = client_as("halfway")
    assert client.persona is not None and client.persona.phone is not None
    assert client.get(client.persona.lands).status_code == 200
    code = phone.wait_for_code(client.persona.phone)
    assert client.post(client.persona.lands, data={"otpCode": code}).status_code == 303


def sessions_of(mihon_site: Site, mihon: SiteWorld, name: str) -> int:
    world = mihon_site.worlds.get(mihon.world)
    with world.services.store.reading() as db:
        return len(sessions.of_account(db, name, world.services.clock.now(), 3600))


def test_persona_leaves_no_session_behind(mihon_site: Site, mihon: SiteWorld) -> None:
    jiro = mihon.persona("jiro")
    assert sessions_of(mihon_site, mihon, "jiro") == 0 and jiro.lands == "/account"
    client = mihon.client()
    client.post("/ap/signin", data={"email": jiro.email})
    client.post("/ap/signin?step=password", data={"password": jiro.password})
    assert jiro.secret is not None
    client.post("/ap/mfa", data={"otpCode": mihon.app_code(jiro.secret)})
    assert sessions_of(mihon_site, mihon, "jiro") == 1
    cookies = dict(jiro.cookies)
    assert sessions_of(mihon_site, mihon, "jiro") == 2 and jiro.cookies == cookies
    assert client.get("/account").status_code == 200, "the account is the same one"
    with httpx.Client(base_url=mihon.url, cookies=cookies, trust_env=False) as browser:
        assert "次郎" in browser.get("/account").text


def test_persona_in_a_flow_has_the_session_of_its_state(mihon: SiteWorld) -> None:
    halfway = mihon.persona("halfway")
    with httpx.Client(base_url=mihon.url, cookies=halfway.cookies, trust_env=False) as browser:
        assert browser.get(halfway.lands).status_code == 200


def test_client_logs_in_at_protected_tools(
    mihon_site: Site, mihon: SiteWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []

    def noting(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        seen.append(environ.get("HTTP_AUTHORIZATION"))
        return mihon_site.app(environ, start_response)

    def asked(url: str) -> str | None:
        Mihon(url, mihon.world, httpx.WSGITransport(app=noting)).personas()
        return seen[-1]

    assert asked(mihon.url) is None
    monkeypatch.setenv("WEBAPP_TOOLS_PASSWORD", "s3")
    assert asked(mihon.url) == f"Basic {b64encode(b'tester:s3').decode()}"
    with_login = mihon.url.replace("://", "://me:p%40ss@")
    assert asked(with_login) == f"Basic {b64encode(b'me:p@ss').decode()}"
    assert Mihon(with_login).url == mihon.url


def test_site_logs_in_at_a_protected_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    transport = httpx.MockTransport(answer)
    SitesPhone("http://phone:8001", "w", transport).ask("GET", "clock")
    monkeypatch.setenv("MOCKSMS_PASSWORD", "s3")
    SitesPhone("http://phone:8001", "w", transport).ask("GET", "clock")
    SitesPhone("http://me:p%40ss@phone:8001/", "w", transport).ask("GET", "clock")
    assert [each.headers.get("Authorization") for each in seen] == [
        None,
        f"Basic {b64encode(b'mocksms:s3').decode()}",
        f"Basic {b64encode(b'me:p@ss').decode()}",
    ]
    assert {str(each.url) for each in seen} == {"http://phone:8001/api/v1/clock"}


def test_fixtures_keep_clients_apart(mihon: SiteWorld) -> None:
    taro, hanako, nobody = mihon.signed_in("taro"), mihon.signed_in("hanako"), mihon.client()
    assert "太郎" in taro.get("/account").text
    assert "花子" in hanako.get("/account").text
    assert nobody.get("/account").status_code == 303


def test_clock_moves_site_and_phone(mihon: SiteWorld, phone: Phone) -> None:
    client = mihon.client_as("throttled")
    assert client.persona is not None and client.persona.phone is not None
    code = phone.wait_for_code(client.persona.phone)
    assert client.post("/ap/mfa", data={"otpCode": code}).status_code == 429
    mihon.clock.advance(513)
    assert mihon.clock.offset == pytest.approx(513)
    assert phone.send("GET", "/api/v1/clock").json()["offset"] == pytest.approx(513)
    assert client.post("/ap/mfa", data={"otpCode": code}).status_code == 303
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    mihon.clock.move_to(tomorrow)
    assert mihon.clock.now() == pytest.approx(tomorrow.timestamp(), abs=60)
    mihon.clock.back_to_now()
    assert mihon.clock.offset == 0


def test_faults_are_asked_for_and_lifted(mihon: SiteWorld, phone: Phone) -> None:
    mihon.faults.add("sms-lost")
    assert len(mihon.faults.all()) == 1
    mihon.faults.lift()
    assert mihon.faults.all() == []
    mihon.client_as("coded")
    assert phone.wait_for_code("+819011110008")


def test_reset_makes_the_world_new(mihon: SiteWorld, phone: Phone) -> None:
    client = mihon.client_as("coded")
    mihon.clock.advance(3600)
    mihon.reset()
    assert mihon.clock.offset == 0 and phone.messages() == []
    assert client.get("/account").status_code == 303
    assert "太郎" in mihon.signed_in("taro").get("/account").text


def test_nobody_of_an_unknown_name(mihon: SiteWorld) -> None:
    with pytest.raises(MihonError, match="name must be one of"):
        mihon.persona("nobody")
    with pytest.raises(MihonError, match="does not answer"):
        Mihon("http://127.0.0.1:9", "x").persona("taro")


def test_links_and_cookies_lead_into_the_world(mihon: SiteWorld) -> None:
    persona = mihon.persona("taro")
    assert mihon.link("/account") == f"{mihon.url}/account?world={mihon.world}"
    assert mihon.link("/ap/signin?step=password").endswith(f"&world={mihon.world}")
    assert {cookie["url"] for cookie in persona.cookies_for(mihon.url)} == {mihon.url}
    assert persona.password not in repr(persona)


def test_a_served_site_is_steered_over_http(mihon_site: Site, phone_server: RunningPhone) -> None:
    with Mihon(mihon_site.url, "over-http") as far, phone_server.client("over-http") as phone:
        persona = far.persona("coded", language="en")
        assert persona.world == "over-http" and len(far.personas()) == len(PERSONAS)
        assert "Mihon OTP" in phone.sms(persona.phone or "").body
    assert "over-http" not in mihon_site.worlds.names()


def test_ten_worlds_at_once_do_not_touch_each_other(mihon_site: Site, phone_server: RunningPhone) -> None:
    def walk(at: int) -> tuple[float, int]:
        name = f"ten-{at}"
        with mihon_site.world(name) as world, phone_server.client(name) as phone:
            world.clock.advance(at * 100)
            for _ in range(3):
                client = world.client_as("coded")
                assert client.persona is not None and client.persona.phone is not None
                code = phone.wait_for_code(client.persona.phone)
                answer = client.post("/ap/mfa", data={"otpCode": code}, follow_redirects=True)
                assert client.persona.called in answer.text
            met = world.clock.offset, len(phone.messages())
            phone.delete_world()
            return met

    with ThreadPoolExecutor(10) as pool:
        met = list(pool.map(walk, range(10)))
    assert [offset for offset, _count in met] == pytest.approx([at * 100 for at in range(10)])
    assert [count for _offset, count in met] == [3] * 10


def test_with_deletes_only_a_world_that_it_made(mihon_site: Site) -> None:
    with Mihon(mihon_site.url, "held"):
        assert "held" in mihon_site.worlds.names()
        with Mihon(mihon_site.url, "held"):
            pass
        assert "held" in mihon_site.worlds.names()
    assert "held" not in mihon_site.worlds.names()
    with Mihon(mihon_site.url):
        pass
    assert mihon_site.worlds.names()[0] == "default"


def test_client_without_a_world_is_refused(mihon_site: Site) -> None:
    with pytest.raises(ValueError, match="empty"):
        Mihon(mihon_site.url, "")
    with pytest.raises(MihonError, match=r"404.*no world 'nobody'"):
        Mihon(mihon_site.url, "nobody").reset()
    assert "nobody" not in mihon_site.worlds.names()
