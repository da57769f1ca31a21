"""One line a request, and nothing secret in it."""

from __future__ import annotations

import logging
import re

import pytest

from tests.unit import little_site


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "webapp.request"]


def test_request_leaves_one_line(caplog: pytest.LogCaptureFixture) -> None:
    answer = little_site.make().test_client().get("/page?q=123456")
    (line,) = lines(caplog)
    assert re.fullmatch(r"GET /page page 200 \d+\.\d ms [0-9a-f]{16}", line)
    assert line.endswith(answer.headers["X-Request-Id"])


def test_link_is_logged_as_its_pattern_s39(caplog: pytest.LogCaptureFixture) -> None:
    little_site.make().test_client().get("/link/c2VjcmV0?code=123456")
    (line,) = lines(caplog)
    assert line.startswith("GET /link/<token> link 200 ")


def test_unknown_path_is_not_logged_s39(caplog: pytest.LogCaptureFixture) -> None:
    little_site.make().test_client().get("/a/c/x/c2VjcmV0")
    (line,) = lines(caplog)
    assert line.startswith("GET - - 404 ")


def test_request_id_is_ours_alone(caplog: pytest.LogCaptureFixture) -> None:
    client = little_site.make().test_client()
    ids = [client.get("/page", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert "mine" not in ids


def test_strange_method_writes_no_strange_line(caplog: pytest.LogCaptureFixture) -> None:
    little_site.make().test_client().open("/page", method="X-\x1b[31m")
    (line,) = lines(caplog)
    assert line.startswith("? ")


def test_failure_is_logged_without_its_path_s39(caplog: pytest.LogCaptureFixture) -> None:
    app = little_site.make(little_site.raising(ZeroDivisionError("oh")))
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/link/c2VjcmV0")
    assert "Failed: GET /link/<token> " + answer.headers["X-Request-Id"] in caplog.text
    assert "ZeroDivisionError: oh" in caplog.text
    assert "c2VjcmV0" not in caplog.text


def test_healthz_answers_without_a_cookie() -> None:
    answer = little_site.make().test_client().get("/healthz")
    assert answer.get_json() == {"status": "ok"}
    assert answer.headers.getlist("Set-Cookie") == []
