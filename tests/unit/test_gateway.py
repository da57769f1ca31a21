"""The gateway client: the provider's protocol, and the meaning of each kind of answer."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import httpx
import pytest

from tests import faulty_gateway
from webapp.errors import GatewayFailed
from webapp.outbound.gateway import LARGEST_ANSWER_BYTES, Gateway

ACCOUNT = "AC" + "0" * 32
MESSAGE = "SM" + "1" * 32
CALL = "CA" + "2" * 32
Handler = Callable[[httpx.Request], httpx.Response]


def gateway(handler: Handler, sender: str = "+815012345678") -> Gateway:
    def streamed(request: httpx.Request) -> httpx.Response:
        answer = handler(request)
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content)
        )

    return Gateway("https://gateway.test", ACCOUNT, "token", sender, transport=httpx.MockTransport(streamed))


def answering(http_status: int, **body: object) -> Handler:
    return lambda request: httpx.Response(http_status, json=body)


def test_text_speaks_the_providers_wire() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"sid": MESSAGE, "status": "queued", "error_code": None})

    assert gateway(handler).text("+819012345678", "123456は、") == MESSAGE
    request = seen[0]
    assert (request.method, str(request.url)) == (
        "POST",
        f"https://gateway.test/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
    )
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (
        request.headers["Authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT}:token".encode()).decode()
    )
    assert parse_qs(request.content.decode()) == {
        "To": ["+819012345678"],
        "From": ["+815012345678"],
        "Body": ["123456は、"],
    }


def test_text_goes_through_a_messaging_service_where_the_sender_is_one() -> None:
    service = "MG" + "3" * 32

    def handler(request: httpx.Request) -> httpx.Response:
        assert parse_qs(request.content.decode())["MessagingServiceSid"] == [service]
        return httpx.Response(201, json={"sid": MESSAGE, "status": "accepted"})

    assert gateway(handler, sender=service).text("+819012345678", "x") == MESSAGE


def test_call_carries_its_twiml_and_tells_its_status() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            assert request.url.path.endswith(f"/Calls/{CALL}.json")
            return httpx.Response(200, json={"sid": CALL, "status": "ringing"})
        assert parse_qs(request.content.decode())["Twiml"] == ["<Response/>"]
        return httpx.Response(201, json={"sid": CALL, "status": "queued"})

    caller = gateway(handler)
    assert caller.call_status(caller.call("+81312345678", "<Response/>")) == "ringing"


def test_call_status_takes_nothing_but_a_sid() -> None:
    with pytest.raises(ValueError, match="sid"):
        gateway(answering(200)).call_status("../../Messages")


@pytest.mark.parametrize("code", [21211, 21614, 21635, 21610, 21217])
def test_refusal_carries_the_providers_code(code: int) -> None:
    refusing = answering(400, code=code, message="The 'To' number +819012345678 …", more_info="", status=400)
    with pytest.raises(GatewayFailed) as failed:
        gateway(refusing).text("+819012345678", "x")
    assert (failed.value.kind, failed.value.code) == ("refused", code)
    assert "9012345678" not in str(failed.value)


def test_message_that_failed_at_once_is_refused() -> None:
    with pytest.raises(GatewayFailed) as failed:
        gateway(answering(201, sid=MESSAGE, status="failed", error_code=30006)).text("+81312345678", "x")
    assert (failed.value.kind, failed.value.code) == ("refused", 30006)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(500, json={"code": 20500}), "down"),
        (httpx.Response(503), "down"),
        (httpx.Response(200, text="<html>hello</html>"), "garbage"),
        (httpx.Response(201, json=[]), "garbage"),
        (httpx.Response(201, json={}), "garbage"),
        (httpx.Response(201, json={"sid": "SM1"}), "garbage"),
        (httpx.Response(201, json={"sid": 7}), "garbage"),
        (httpx.Response(201, content=b"[" * 60_000), "garbage"),
        (httpx.Response(201, content=b"\xff\xfe{"), "garbage"),
        (httpx.Response(201, json={"sid": MESSAGE, "x": "y" * LARGEST_ANSWER_BYTES}), "garbage"),
        (httpx.Response(302, headers={"Location": "http://elsewhere.test/"}), "garbage"),
        (httpx.Response(307, headers={"Location": "/"}, json={"sid": MESSAGE}), "garbage"),
        (httpx.Response(404, text="not found"), "garbage"),
        (httpx.Response(400, json={"code": True}), "garbage"),
        (httpx.Response(204), "garbage"),
    ],
)
def test_answers_outside_the_contract(answer: httpx.Response, kind: str) -> None:
    with pytest.raises(GatewayFailed) as failed:
        gateway(lambda request: answer).text("+819012345678", "x")
    assert failed.value.kind == kind
    assert failed.value.code is None


def test_check_sends_nothing() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(200, json={"messages": []})

    gateway(handler).check()
    assert asked == ["GET"]


def test_connection_is_kept_and_shared_by_threads() -> None:
    body = json.dumps({"sid": MESSAGE, "status": "queued"}).encode()
    answer = faulty_gateway.http("201 Created", body).replace(b"Connection: close\r\n", b"")
    connections: list[socket.socket] = []

    def keeps(connection: socket.socket, over: threading.Event) -> None:
        connections.append(connection)
        with connection.makefile("rb") as lines:
            for line in lines:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
                if line == b"\r\n":
                    lines.read(length)
                    connection.sendall(answer)

    with faulty_gateway.server(keeps) as port:
        client = Gateway(f"http://127.0.0.1:{port}", ACCOUNT, "token", "+815012345678")
        for _ in range(5):
            assert client.text("+819012345678", "x") == MESSAGE
        assert len(connections) == 1
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: client.text("+819012345678", "x"), range(20))) == {MESSAGE}
        assert len(connections) <= 4
        client.close()
        assert client.text("+819012345678", "x") == MESSAGE
        client.close()


def test_gateway_opens_nothing_before_the_first_message() -> None:
    opened: list[socket.socket] = []
    with faulty_gateway.server(lambda connection, _over: opened.append(connection)) as port:
        client = Gateway(f"http://127.0.0.1:{port}", ACCOUNT, "token", "+815012345678")
        assert opened == []
        with pytest.raises(GatewayFailed):
            client.text("+819012345678", "x")
        assert len(opened) == 1
        client.close()
