"""`mocksms_clock` in a stranger's project: phone, site, an app in the process or in another one, and a page."""

from __future__ import annotations

import subprocess
import sys

from mocksms.testing import RunningPhone
from tests.docs.test_playwright import WITH_CHROMIUM
from tests.meta.sources import ROOT
from tests.package.stranger import SENDING, Project
from tools import browser as browsers

TOGETHER = (
    SENDING
    + """
import time
from datetime import datetime, timedelta, timezone
import flask
from mocksms.client.clock import real_time

app = flask.Flask(__name__)

@app.get("/now")
def now():
    return str(time.time())

def ahead():
    return float(app.test_client().get("/now").text) - real_time()

def phone_ahead(phone):
    now = datetime.fromisoformat(phone.send("GET", "/api/v1/clock").json()["now"])
    return now.timestamp() - real_time()

def test_together(mocksms_phone, mocksms_clock, mihon_client_as):
    throttled = mihon_client_as("throttled")
    code = mocksms_phone.wait_for_code(throttled.persona.phone)
    assert throttled.post("/ap/mfa", data={"otpCode": code}).status_code == 429
    mocksms_phone.faults.add("delay", seconds=500, channel="mail")
    send(mocksms_phone)
    me = mocksms_phone.mailbox("me@example.com")
    mocksms_phone.expect_nothing(me, 0)
    mocksms_clock.advance(513)
    assert mocksms_phone.wait_for_code(me) == "482913"
    assert throttled.post("/ap/mfa", data={"otpCode": code}).status_code == 303
    assert ahead() == pytest.approx(513, abs=2) and phone_ahead(mocksms_phone) == pytest.approx(513, abs=2)
    mocksms_clock.advance(-13)
    assert ahead() == pytest.approx(500, abs=2) and phone_ahead(mocksms_phone) == pytest.approx(500, abs=2)
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    mocksms_clock.move_to(tomorrow)
    assert abs(mocksms_clock.now() - tomorrow) < timedelta(seconds=2)
    assert ahead() == pytest.approx(86900, abs=2) and phone_ahead(mocksms_phone) == pytest.approx(86900, abs=2)
    moved = []
    mocksms_clock.add(moved.append)
    mocksms_clock.back_to_now()
    assert len(moved) == 2 and moved[1] == 0
    assert ahead() == pytest.approx(0, abs=2)
    mocksms_clock.advance(60)

def test_next_one_has_the_real_time(mocksms_phone):
    assert ahead() == pytest.approx(0, abs=2) and phone_ahead(mocksms_phone) == pytest.approx(0, abs=2)
"""
)


def test_clock_moves_phone_site_and_app_together(project: Project) -> None:
    told = project.run(TOGETHER)
    assert "2 passed" in told, told


def test_clock_moves_a_phone_in_another_process(project: Project, phone_server: RunningPhone) -> None:
    told = project.run(TOGETHER, "--mocksms-url", phone_server.url, smtp_port=phone_server.smtp_port)
    assert "2 passed" in told, told


PAGE = """
def ahead(page):
    from mocksms.client.clock import real_time
    return page.evaluate("Date.now()") / 1000 - real_time()

def test_page(page, mocksms_clock):
    page.goto("data:text/html,<p>waiting")
    page.evaluate("setTimeout(() => document.querySelector('p').textContent = 'done', 600_000)")
    mocksms_clock.advance(590)
    assert -2 < ahead(page) - 590 < 5 and page.text_content("p") == "waiting"
    mocksms_clock.advance(30)
    assert page.text_content("p") == "done"
    mocksms_clock.advance(-120)
    assert -2 < ahead(page) - 500 < 5
    mocksms_clock.back_to_now()
    assert -2 < ahead(page) < 5
"""


def test_clock_moves_a_page(project: Project) -> None:
    told = project.run(PAGE, conftest=WITH_CHROMIUM.format(browsers.find(), browsers.FLAGS))
    assert "1 passed" in told, told


FOLLOWING = """
import asyncio, sys, time
import httpx
from mocksms.client.clock import real_time
from mocksms.client.clock_middleware import AsyncFollowPhoneClock, FollowPhoneClock

url, world = sys.argv[1:]

def ahead():
    return str(round(time.time() - real_time()))

def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [ahead().encode()]

async def asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": ahead().encode()})

async def ask(transport, named):
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        return (await client.get("/", headers=named)).text

print(ahead())
with httpx.Client(transport=httpx.WSGITransport(FollowPhoneClock(wsgi, url)), base_url="http://app") as client:
    print(client.get("/", headers={"X-World": world}).text)
    print(client.get("/").text)
transport = httpx.ASGITransport(AsyncFollowPhoneClock(asgi, url, world))
print(asyncio.run(ask(transport, {})))
print(asyncio.run(ask(transport, {"X-World": "default"})))
"""


def test_apps_in_another_process_follow_the_phone(phone_server: RunningPhone) -> None:
    with phone_server.client("followed") as phone:
        phone.move_clock(7200)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", FOLLOWING, phone_server.url, "followed"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert done.stdout.split() == ["0", "7200", "0", "7200", "0"], done.stdout + done.stderr


def test_clock_names_the_package_that_it_needs(project: Project, phone_server: RunningPhone) -> None:
    told = project.run(
        "def test_it(mocksms_clock): pass",
        "--mocksms-url",
        phone_server.url,
        conftest="import sys\nsys.modules['time_machine'] = None\n",
    )
    assert "1 error" in told and "pip install time-machine" in told, told
