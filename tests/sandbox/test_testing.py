"""The testers' fixtures and clients of running sites."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from mocksms.testing import Phone, RunningPhone, phone, phone_server
from webapp.sandbox.personas.personas import PERSONAS
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
