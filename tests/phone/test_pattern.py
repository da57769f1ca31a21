"""A tester's own pattern finds the code instead of the finder."""

import contextlib
import time
from typing import Any

import pytest

from mocksms import cli
from mocksms.core.codes import pattern
from mocksms.testing import NothingCame, Phone, PhoneError
from tests.phone.conftest import either_server as phone_server

__all__ = ["phone_server"]

ME, SHOP = "+819012345678", "+15005550006"
TEXT = "Order 55821 is confirmed, seat B-17, ticket 482913."


def text(twilio: Any, body: str) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body=body)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        (r"seat (?P<code>[A-Z]-\d+)", "B-17"),
        (r"(Order) (?P<code>\d+)", "55821"),
        (r"ticket (\d+)", "482913"),
        (r"\d{6}", "482913"),
        (r"(?<=seat )\S+(?=,)", "B-17"),
        (r"(x)?ticket", None),
        (r"(?:seat (Z))|ticket (\d+)", None),
        (r"nothing", None),
    ],
)
def test_the_named_group_wins_then_the_first_then_all(expression: str, code: str | None) -> None:
    assert pattern.read(expression).find(TEXT) == code


@pytest.mark.parametrize("expression", ["(", "[a", "(?P<code>a)(?P<code", "*", r"\g<1>", "a" * 501])
def test_a_bad_pattern_is_refused(expression: str) -> None:
    with pytest.raises(pattern.BadPattern, match="pattern is"):
        pattern.read(expression)


@pytest.mark.parametrize("expression", [r"(a+)+$", r"(a|aa)+$", r"(.*a){25}x", r"((a*)*)*b"])
def test_a_catastrophic_pattern_ends(expression: str) -> None:
    begun = time.thread_time()
    with contextlib.suppress(pattern.BadPattern):
        assert pattern.read(expression).find("a" * 5_000 + "!") is None
    assert time.thread_time() - begun < 10 * pattern.PATIENCE_SECONDS


def test_the_api_takes_a_pattern(twilio: Any, phone: Phone) -> None:
    text(twilio, TEXT)
    text(twilio, "482914 is your code")
    asked = phone.send("GET", "/api/v1/code", params={"to": ME, "pattern": r"seat (\S+),"})
    assert (asked.status_code, asked.text) == (200, "B-17")
    assert phone.message(int(asked.headers["X-Message-Id"])).body == TEXT
    assert phone.send("GET", "/api/v1/code", params={"to": ME, "pattern": "x{9}"}).status_code == 204
    waited = phone.wait(to=ME, pattern=r"Order (?P<code>\d+)")
    assert (waited.code, waited.body) == ("55821", TEXT)
    assert waited.code_reason == "the pattern in the request names it"


@pytest.mark.parametrize("path", ["/api/v1/code", "/api/v1/messages/wait"])
def test_the_api_says_what_is_wrong_with_a_pattern(phone: Phone, path: str) -> None:
    with pytest.raises(PhoneError, match=r"422.*pattern is no regular expression") as caught:
        phone.send("GET", path, params={"to": ME, "pattern": "("})
    assert caught.value.problem["errors"][0]["field"] == "pattern"


def test_the_api_stops_a_catastrophic_pattern(twilio: Any, phone: Phone) -> None:
    text(twilio, "a" * 1_000 + "!")
    with pytest.raises(PhoneError, match=r"422.*takes too long"):
        phone.send("GET", "/api/v1/code", params={"to": ME, "pattern": r"(?:a|a|aa)+$"})


def test_the_client_and_the_command_take_a_pattern(
    twilio: Any, phone: Phone, capsys: pytest.CaptureFixture[str]
) -> None:
    text(twilio, TEXT)
    assert phone.code(ME, pattern=r"Order (\d+)") == "55821"
    assert phone.wait_for_code(ME, pattern=r"seat (\S+),") == "B-17"
    with pytest.raises(NothingCame):
        phone.wait_for_code(ME, timeout=0, pattern=r"seat (\S+),")
    there = ["wait-code", "--url", phone.url, "--world", phone.world, ME, "--timeout", "0"]
    assert cli.main([*there, "--pattern", r"ticket (?P<code>\d+)"]) == 0
    assert capsys.readouterr().out == "482913\n"
    assert cli.main([*there, "--pattern", "("]) == 1
    assert "pattern is no regular expression" in capsys.readouterr().err
