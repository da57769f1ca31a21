"""Dates in lists and conversations: in the phone's time zone (Tokyo), by the phone's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask, g

from mocksms.handset import dates
from tests.handset.conftest import Sender

NOW = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)  # 0:30 on 2 March in Tokyo
DATES = [
    ("2026-03-01T15:00:00", "0:00", "0:00", "今日", "Today"),
    ("2026-03-01T14:59:59", "昨日", "Yesterday", "昨日", "Yesterday"),
    ("2026-02-28T15:00:00", "昨日", "Yesterday", "昨日", "Yesterday"),
    ("2026-02-28T14:59:59", "2/28", "28 Feb", "2月28日 土曜日", "Saturday, 28 February"),
    ("2025-12-31T15:00:00", "1/1", "1 Jan", "1月1日 木曜日", "Thursday, 1 January"),
    ("2025-12-31T14:59:59", "2025/12/31", "31 Dec 2025", "12月31日 水曜日", "Wednesday, 31 December"),
    ("2026-03-02T15:00:00", "3/3", "3 Mar", "3月3日 火曜日", "Tuesday, 3 March"),
]


@pytest.mark.parametrize(("at", "short_ja", "short_en", "day_ja", "day_en"), DATES)
def test_a_date_is_as_short_as_its_distance_allows(
    phone_app: Flask, language: str, at: str, short_ja: str, short_en: str, day_ja: str, day_en: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    with phone_app.test_request_context(f"/?lang={language}"):
        g.phone_now = NOW.timestamp()
        told = dates.short_date(moment), dates.day(moment)
    assert told == {"ja": (short_ja, day_ja), "en": (short_en, day_en)}[language]


def test_a_time_of_day_needs_no_clock_of_a_world(phone_app: Flask) -> None:
    with phone_app.test_request_context("/"):
        assert dates.clock_time(NOW.timestamp()) == "0:30"


def test_requests_in_one_app_context_have_the_dates_of_their_own_time(phone_app: Flask, send: Sender) -> None:
    send.text("+819012345678", "hello")
    client = phone_app.test_client()
    with phone_app.app_context():
        assert "Yesterday" not in client.get("/?lang=en").text
        assert client.put("/api/v1/clock", json={"offset": 86400}).status_code == 200
        assert "Yesterday" in client.get("/?lang=en").text
    client.put("/api/v1/clock", json={"offset": 0})
