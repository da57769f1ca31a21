"""The visitor: cookie, address, device, place."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.unit import little_site
from webapp.pages.framework import visitor as visitors
from webapp.rules import devices


def test_visitor_gets_one_cookie_and_keeps_it() -> None:
    client = little_site.make().test_client()
    first = client.get("/page")
    (cookie,) = first.headers.getlist("Set-Cookie")
    name, value = cookie.split(";")[0].split("=")
    assert name == "mihon_8000_browser"
    assert len(value) == 32
    second = client.get("/page")
    assert second.headers.getlist("Set-Cookie") == []
    assert (
        first.get_json()["browser"]
        == second.get_json()["browser"]
        == hashlib.sha256(value.encode()).hexdigest()
    )


def test_two_browsers_are_two_visitors() -> None:
    app = little_site.make()
    assert (
        app.test_client().get("/page").get_json()["browser"]
        != app.test_client().get("/page").get_json()["browser"]
    )


@pytest.mark.parametrize("value", ["", "x", "x" * 500, "<script>", "ü" * 32])
def test_visitor_takes_no_cookie_that_is_not_ours(value: str) -> None:
    client = little_site.make().test_client()
    client.set_cookie("mihon_8000_browser", value)
    assert len(client.get("/page").headers.getlist("Set-Cookie")) == 1


@pytest.mark.parametrize("header", ["x=\xff", "x=\xff; mihon_8000_browser=\xe3\x81", "=\xff", "\xff", ";=;"])
def test_cookies_that_are_no_text_are_answered_as_none(header: str) -> None:
    answer = little_site.make().test_client().get("/page", environ_overrides={"HTTP_COOKIE": header})
    assert answer.status_code == 200
    assert len(answer.headers.getlist("Set-Cookie")) == 1


def test_page_that_does_not_ask_who_sets_no_cookie() -> None:
    assert little_site.make(lambda: "hello").test_client().get("/page").headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8::1:4711", "2001:db8::1:4711"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("192.0.2.7:http", "?"),
        ("", "?"),
        ("unix", "?"),
    ],
)
def test_address_has_one_spelling(peer: str, address: str) -> None:
    answer = little_site.make().test_client().get("/page", environ_base={"REMOTE_ADDR": peer})
    assert answer.get_json()["address"] == answer.get_json()["near"] == address


@pytest.mark.parametrize(("proxies", "address"), [(0, "192.0.2.1"), (1, "203.0.113.9"), (2, "198.51.100.5")])
def test_address_is_what_the_trusted_proxies_say_s22(proxies: int, address: str) -> None:
    client = little_site.make(trusted_proxies=proxies).test_client()
    answer = client.get(
        "/page",
        headers={"X-Forwarded-For": "10.0.0.1, 198.51.100.5, 203.0.113.9"},
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert answer.get_json()["address"] == address


@pytest.mark.parametrize("proxies", [1, "192.0.2.0/28"])
def test_port_that_a_proxy_adds_is_no_part_of_the_address_s22(proxies: int | str) -> None:
    """Else each connection would be a visitor of its own, with limits of its own."""
    client = little_site.make(trusted_proxies=proxies).test_client()
    for port in (4711, 4712):
        chain = f"10.0.0.1, 203.0.113.9:{port}" + (", 192.0.2.2:80" if proxies != 1 else "")
        answer = client.get(
            "/page", headers={"X-Forwarded-For": chain}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
        )
        assert answer.get_json()["address"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (little_site.CHROME, "Chrome, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari, iOS",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.4 Safari/605.1.15",
            "Safari, macOS",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Windows"),
        ("", ""),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Ubuntu"),
        # Here the parser takes whatever comes first for the browser's name.
        ("<b>Evil</b>\"&'/1.0 CFNetwork/978.0.7 Darwin/18.7.0", "iOS"),
        ("Call 0120-444-444 now/1.0 CFNetwork/978.0.7 Darwin/18.7.0", "iOS"),
        ("Visit evil.example/1.0", ""),
        ("Mozilla/5.0 (compatible; Wire money Bot/1.0; +http://evil.example)", ""),
    ],
)
def test_device_label_shows_no_word_of_the_header_s91(user_agent: str, label: str) -> None:
    assert devices.device_label(user_agent) == label


def test_device_label_is_of_the_list_whatever_a_header_holds_s91() -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    known = {*devices._BROWSERS.values(), *devices._SYSTEMS.values(), ""}
    text = st.text(st.characters(codec="utf-8"), max_size=40)
    ends = st.sampled_from(
        ["/1.0 CFNetwork/978 Darwin/18", "/1.0", "Bot/2.1", " Safari/605", "; Linux)", " Mobile", ""]
    )

    @settings(deadline=None, max_examples=200)
    @given(st.lists(st.tuples(text, ends), max_size=3))
    def check(drawn: list[tuple[str, str]]) -> None:
        label = devices.device_label("".join(f"{head}{end}" for head, end in drawn))
        assert set(label.split(", ")) <= known

    check()


def test_visitor_without_a_known_device_says_so() -> None:
    answer = little_site.make().test_client().get("/page?lang=en", headers={"User-Agent": "-"})
    assert answer.get_json()["device"] == "Unknown device"


class Places:
    """What a MaxMind reader answers."""

    def get(self, address: str) -> Any:
        if address == "?":
            raise ValueError("not an address")
        if address == "192.0.2.1":
            return None
        return {
            "city": {"names": {"en": "Chiyoda", "ja": "千代田区"}},
            "subdivisions": [{"names": {"en": "Tokyo", "ja": "東京都"}}],
            "country": {"names": {"en": "Japan", "ja": "日本"}},
        }


@pytest.mark.parametrize(
    ("peer", "language", "near"),
    [
        ("203.0.113.9", "ja", "東京都千代田区"),
        ("203.0.113.9", "en", "Chiyoda, Tokyo"),
        ("192.0.2.1", "ja", "192.0.2.1"),
        ("", "ja", "?"),
    ],
)
def test_near_comes_from_the_places_file(
    peer: str, language: str, near: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "_places", lambda path: Places())
    client = little_site.make(geoip_file="city.mmdb").test_client()
    assert client.get(f"/page?lang={language}", environ_base={"REMOTE_ADDR": peer}).get_json()["near"] == near
