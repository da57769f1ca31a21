"""Every failure has a page: status, text, and what to do next."""

from __future__ import annotations

import errno
import logging

import pytest
from werkzeug.exceptions import abort

from tests.unit import little_site
from webapp import paths
from webapp.errors import (
    DeliveryFailed,
    GatewayFailed,
    LinkExpired,
    LinkTampered,
    MailFailed,
    Refusal,
    SendCapReached,
    StaleFlow,
    Throttled,
)
from webapp.pages.framework.csrf import CsrfCheck
from webapp.store.engine import Full, Misuse, ReadOnly, Unreachable


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 415, 429, 500, 501, 503])
def test_problem_of_every_status_has_its_request_number(status: int) -> None:
    app = little_site.make(lambda: abort(status))
    answer = app.test_client().get("/page")
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert answer.headers["X-Request-Id"] in answer.text
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Throttled(7.2), 429, "8"),
        (Throttled(0.0), 429, "1"),
        (SendCapReached(), 429, None),
        (StaleFlow(), 410, None),
        (LinkExpired(), 410, None),
        (LinkTampered(), 404, None),
        (Refusal(), 400, None),
        (GatewayFailed("slow", None, "no answer"), 503, "5"),
        (MailFailed("down", "refused"), 503, "5"),
        (little_site.LOCKED, 503, "5"),
        (Full("full"), 503, "5"),
        (Unreachable("disk I/O error"), 503, "5"),
        (ReadOnly("read only"), 503, "5"),
        (Misuse("no such table: accounts"), 500, None),
        (OSError(errno.ENOSPC, "No space left on device"), 503, "5"),
        (OSError(errno.ENOENT, "No such file"), 500, None),
        (ZeroDivisionError(), 500, None),
    ],
    ids=repr,
)
def test_problem_of_every_exception(error: Exception, status: int, retry_after: str | None) -> None:
    answer = little_site.make(little_site.raising(error)).test_client().get("/page")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)


def test_problem_never_shows_what_it_was(caplog: pytest.LogCaptureFixture) -> None:
    app = little_site.make(little_site.raising(ValueError("secret MIHONDEMO of +819012345678")))
    answer = app.test_client().get("/page")
    assert "MIHONDEMO" not in answer.text
    assert "Traceback" not in answer.text


def test_delivery_failure_is_logged_with_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    error: DeliveryFailed = GatewayFailed("refused", 21614, "HTTP 400, code 21614")
    with caplog.at_level(logging.WARNING):
        answer = little_site.make(little_site.raising(error)).test_client().get("/page")
    assert f"refused: HTTP 400, code 21614 {answer.headers['X-Request-Id']}" in caplog.text


def test_unknown_page_is_not_found_in_both_languages() -> None:
    client = little_site.make().test_client()
    assert client.get("/nowhere?lang=en").status_code == 404
    assert "Page not found" in client.get("/nowhere").text


def test_wrong_method_says_which_is_right() -> None:
    answer = little_site.make().test_client().post(paths.APPROVAL_POLL)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_form_without_its_token_asks_to_send_again() -> None:
    app = little_site.make()
    CsrfCheck(app)
    answer = app.test_client().post("/page?lang=en")
    assert answer.status_code == 400
    assert "Send the form again" in answer.text


@pytest.mark.parametrize(("path", "accept"), [(paths.APPROVAL_POLL, "*/*"), ("/page", "application/json")])
def test_problem_is_json_where_json_is_spoken(path: str, accept: str) -> None:
    app = little_site.make(little_site.raising(Throttled(3)))
    answer = app.test_client().get(f"{path}?lang=en", headers={"Accept": accept})
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"] == "3"
    problem = answer.get_json()
    assert (problem["status"], problem["title"]) == (429, "Too many attempts")
    assert problem["request_id"] == answer.headers["X-Request-Id"]


def test_problem_comes_out_plain_when_its_template_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    app = little_site.make(lambda: abort(404))
    app.jinja_loader = None
    answer = app.test_client().get("/page?lang=en")
    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text


def test_failure_is_raised_in_tests_of_the_site() -> None:
    app = little_site.make(little_site.raising(ZeroDivisionError()))
    app.testing = True
    with pytest.raises(ZeroDivisionError):
        app.test_client().get("/page")
