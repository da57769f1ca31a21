"""The phone's Flask answers as Flask does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from mocksms.api import flask_app
from mocksms.api.flask_app import FORM, LONGEST_KEPT, PATHS_KEPT, PhoneFlask
from tests.assertions import not_empty

LONG = "a" * (LONGEST_KEPT + 1)
JSON = "application/json"
PARTS = (
    b'--part\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    b'--part\r\nContent-Disposition: form-data; name="b"; filename="b.txt"\r\n\r\n2\r\n--part--\r\n'
)
REQUESTS: dict[str, dict[str, Any]] = {
    "json": {"path": "/accounts/AC1/messages"},
    "another account": {"path": "/accounts/AC2/messages"},
    "a long account": {"path": f"/accounts/{LONG}/messages"},
    "a quoted account": {"path": "/accounts/%E3%81%82%20%3F/messages"},
    "slashes": {"path": "//accounts///AC1/messages"},
    "no slash at the end": {"path": "/folder", "query_string": "a=1&b=%E3%81%82"},
    "a slash at the end": {"path": "/folder/"},
    "no path": {"path": ""},
    "an unknown path": {"path": "/nothing"},
    "a number": {"path": "/numbers/12"},
    "no number": {"path": "/numbers/twelve"},
    "HEAD": {"path": "/accounts/AC1/messages", "method": "HEAD"},
    "OPTIONS": {"path": "/accounts/AC1/messages", "method": "OPTIONS"},
    "an unknown method": {"path": "/accounts/AC1/messages", "method": "PUT"},
    "a method in small letters": {"path": "/accounts/AC1/messages", "method": "get"},
    "a websocket": {"path": "/folder/", "headers": {"Connection": "Upgrade", "Upgrade": "websocket"}},
    "another host": {"path": "/folder/", "base_url": "http://phone.example:8025"},
    "a host in capitals": {"path": "/folder", "base_url": "https://Phone.Example:443"},
    "a host beyond ASCII": {"path": "/folder", "headers": {"Host": "büro.example"}},
    "a bad host": {"path": "/folder", "headers": {"Host": "a b"}},
    "an empty host": {"path": "/folder", "headers": {"Host": ""}},
    "a folder of a server": {"path": "/folder", "base_url": "http://localhost/phone"},
    "a redirect": {"path": "/away"},
    "no content": {"path": "/status/204"},
    "not modified": {"path": "/status/304"},
    "an error": {"path": "/status/422"},
    "a failure": {"path": "/failure"},
    "pieces": {"path": "/pieces"},
    "text in a list": {"path": "/list"},
    "a close": {"path": "/close"},
    "own headers": {"path": "/headers"},
    "a form": {"path": "/form", "method": "POST", "data": {"To": "+81 9", "Body": "あ & b", "Empty": ""}},
    "a form with a charset": {
        "path": "/form", "method": "POST", "data": "a=%E3%81%82+b", "content_type": f"{FORM.title()} ; charset=utf-8"
    },
    "a form beyond ASCII": {"path": "/form", "method": "POST", "data": "a=あ&b=1".encode(), "content_type": FORM},
    "a form of other bytes": {"path": "/form", "method": "POST", "data": b"a=\xff&b=1", "content_type": FORM},
    "a form with bad quotes": {"path": "/form", "method": "POST", "data": b"a=%zz%E3&b", "content_type": FORM},
    "a form that is too large": {"path": "/form", "method": "POST", "data": b"a=" + b"b" * 2000, "content_type": FORM},
    "a form that is read before": {
        "path": "/form?first=data", "method": "POST", "data": b"a=1&b=2", "content_type": FORM
    },
    "a form that is partly read before": {
        "path": "/form?first=stream", "method": "POST", "data": b"a=1&b=2", "content_type": FORM
    },
    "a form in parts": {
        "path": "/form", "method": "POST", "data": PARTS, "content_type": "multipart/form-data; boundary=part"
    },
    "a body that is no form": {"path": "/form", "method": "POST", "data": b"a=1&b=2", "content_type": JSON},
    "a form without a body": {"path": "/form", "method": "POST", "content_type": FORM},
}  # fmt: skip


def _app(kind: type[Flask], **settings: Any) -> Flask:
    app = kind("answers")
    app.config.from_mapping({"MAX_CONTENT_LENGTH": 1000, **settings})

    @app.route("/")
    @app.get("/accounts/<account>/messages")
    def messages(account: str = "") -> ResponseReturnValue:
        assert request.view_args is not None
        request.view_args["noted"] = True  # for this request alone
        return jsonify(account=account, host=request.host, url=request.url, rule=request.endpoint), 201

    @app.get("/folder/")
    @app.get("/numbers/<int:number>")
    def folder(number: int = 0) -> ResponseReturnValue:
        return f"{request.url} {number} {request.view_args}", {"X-Own": "2"}

    @app.get("/away")
    def away() -> ResponseReturnValue:
        return redirect("/folder/?あ")

    @app.get("/status/<int:code>")
    def status(code: int) -> ResponseReturnValue:
        return "text", code

    @app.get("/failure")
    def failure() -> ResponseReturnValue:
        raise RuntimeError("a failure of the view")

    @app.get("/pieces")
    def pieces() -> ResponseReturnValue:
        return Response(iter((b"a", b"b")), mimetype="text/plain")

    @app.get("/list")
    def texts() -> ResponseReturnValue:
        return app.response_class(["あ"])

    @app.get("/close")
    def close() -> ResponseReturnValue:
        answer = app.response_class("text")
        answer.call_on_close(lambda: app.config.update(CLOSED=app.config.get("CLOSED", 0) + 1))
        return answer

    @app.get("/headers")
    def headers() -> ResponseReturnValue:
        return app.response_class(b"text", headers=[("X-A", "1"), ("X-A", "2"), ("content-location", "/あ")])

    @app.post("/form")
    def form() -> ResponseReturnValue:
        first = request.args.get("first", "")
        begun = (
            request.get_data() if first == "data" else request.stream.read(2) if first == "stream" else b""
        )
        fields = list(request.form.items(multi=True))
        files = {name: file.read().decode() for name, file in request.files.items()}
        return jsonify(begun=begun.decode(), fields=fields, files=files, rest=request.get_data(as_text=True))

    return app


@pytest.fixture
def apps() -> tuple[Flask, Flask]:
    return _app(Flask), _app(PhoneFlask)


def _answer(app: Flask, asked: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    answer = Client(app).open(EnvironBuilder(**asked))
    content = answer.get_data()
    answer.close()
    return answer.status, list(answer.headers), content


@pytest.mark.parametrize("asked", not_empty(REQUESTS))
def test_answer_is_flasks(apps: tuple[Flask, Flask], asked: str) -> None:
    theirs, ours = apps
    expected = _answer(theirs, REQUESTS[asked])
    for _ in range(3):
        assert _answer(ours, REQUESTS[asked]) == expected


def test_answer_is_flasks_after_all_others(apps: tuple[Flask, Flask]) -> None:
    theirs, ours = apps
    for _ in range(2):
        for asked in REQUESTS.values():
            assert _answer(ours, asked) == _answer(theirs, asked), asked
    assert ours.config["CLOSED"] == theirs.config["CLOSED"] == 2


@pytest.mark.parametrize("settings", [{"TRUSTED_HOSTS": [".example"]}, {"SERVER_NAME": "phone.example"}])
@pytest.mark.parametrize("host", ["phone.example", "stranger.test"])
def test_answer_obeys_the_settings_of_hosts(settings: dict[str, Any], host: str) -> None:
    asked = {"path": "/folder", "base_url": f"http://{host}"}
    expected = _answer(_app(Flask, **settings), asked)
    assert _answer(_app(PhoneFlask, **settings), asked) == expected
    assert ("TRUSTED_HOSTS" in settings and host == "stranger.test") == expected[0].startswith("400")


@pytest.mark.parametrize("length", ["30", "2", "", "many"])
@pytest.mark.parametrize("says", [{}, {"wsgi.input_terminated": True}])
def test_form_of_another_length_is_read_as_by_flask(
    apps: tuple[Flask, Flask], length: str, says: dict[str, Any]
) -> None:
    found = []
    for app in apps:
        environ = EnvironBuilder(path="/form", method="POST", data=b"a=1", content_type=FORM).get_environ()
        pieces, status, _ = run_wsgi_app(app, {**environ, "CONTENT_LENGTH": length, **says})
        found.append((status, b"".join(pieces)))
    assert found[0] == found[1]
    assert found[0][0] == ("400 BAD REQUEST" if length == "30" and not says else "200 OK")


def test_routes_are_remembered_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _app(PhoneFlask)
    assert isinstance(app, PhoneFlask)
    monkeypatch.setattr(flask_app, "PATHS_KEPT", 3)
    for number in range(10):
        _answer(app, {"path": f"/accounts/AC{number}/messages"})
        assert 1 <= len(app.routes) <= 3
    for missed in ("/nothing", "/folder", f"/accounts/{LONG}/messages"):
        known = dict(app.routes)
        _answer(app, {"path": missed})
        assert app.routes == known
    assert PATHS_KEPT * LONGEST_KEPT < 1 << 20
