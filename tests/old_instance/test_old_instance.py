"""Start both apps on an instance that commit 33796eb made, and find everything in it.

`make.py` made the archive. The tests use pages and APIs only, because the files may change their shape. The computer's
clock starts at the time the archive was made, so that nothing in it has expired.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest

from mocksms.testing import NothingCame, Phone, RunningPhone, run_phone
from tests.actors import PASSWORD, PEOPLE
from tests.assertions import not_empty
from tests.form_client import Browser, Page
from tests.old_instance import make
from webapp.sandbox.testing import Site, SiteWorld

ARCHIVE = Path(__file__).parent / "instance.tar.xz"
WORLDS = ("default", make.OTHER)


@dataclass
class Instance:
    """Both apps on the older data, and what was written down about it when it was made."""

    running: RunningPhone
    site: Site
    kept: dict[str, Any]

    def phone(self, world: str = "default") -> Phone:
        return self.running.client(world)

    def world(self, name: str = "default") -> SiteWorld:
        return SiteWorld(self.site, name)

    def browser(self, world: str = "default", cookies: dict[str, str] | None = None) -> Browser:
        """A browser in this world that holds these cookies."""
        browser = Browser(self.site.app)
        if world != "default":
            browser.headers["X-World"] = world
        for name, value in (cookies or {}).items():
            browser.client.set_cookie(name, value)
        return browser

    def reviewer(self, world: str = "default") -> Browser:
        """A browser of today's reviewer, who has two-step verification and has just stepped up."""
        site = self.world(world)
        desk = self.browser(world, site.persona("desk").cookies)
        desk.get("/ap/cvf/confirm?return_to=/desk")
        desk.submit(form='form[action="/ap/cvf/confirm"]')
        desk.submit(otpCode=site.app_code(PEOPLE["desk"].secret))
        return desk

    def gives_password(self, browser: Browser, name: str) -> Page:
        """Sign in as far as name and password lead."""
        browser.get("/")
        browser.follow("#nav-link-accountList")
        browser.submit(email=PEOPLE[name].email)
        return browser.submit(password=PASSWORD)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """Today's apps, started on a copy of the older instance."""
    shutil.unpack_archive(ARCHIVE, tmp_path)
    folder = tmp_path / "instance"
    kept = json.loads((folder / "kept.json").read_text())
    real, age = time.time, time.time() - kept["made_at"]
    monkeypatch.setattr(time, "time", lambda: real() - age)
    running = run_phone(str(folder))
    site = Site(str(folder / "site"), running, site_url=make.SITE_URL)
    yield Instance(running, site, kept)
    site.stop()
    running.stop()


def test_messages_are_all_there_in_order(old: Instance) -> None:
    count = 0
    for world in WORLDS:
        found = [dict(message.fields) for message in reversed(old.phone(world).messages(limit=100))]
        assert [each["id"] for each in found] == [each["id"] for each in old.kept[world]["messages"]]
        for now, then in not_empty(zip(found, old.kept[world]["messages"], strict=True)):
            assert {name: now[name] for name in then if name != "details"} == _without(then, "details")
        count += len(found)
    assert count >= 20


def test_message_read_before_is_still_read(old: Instance) -> None:
    for world, number in (("default", make.TARO), (make.OTHER, make.JIRO)):
        texts = old.phone(world).messages(to=number, channel="sms", sender=make.SENDER)
        assert [text.read_at is not None for text in texts] == [True] * len(texts) != []


def test_mail_is_found_by_its_words_with_its_attachment(old: Instance) -> None:
    (mail,) = old.phone().messages(q="領収書")
    assert (mail.to, mail.link("開く")) == ("taro@example.com", "https://example.com/r?a=1&b=2")
    (attached,) = mail.details["attachments"]
    assert (attached["name"], attached["type"], attached["size"]) == (
        "receipt.png",
        "image/png",
        len(make.picture()),
    )
    assert old.phone(make.OTHER).messages(q="領収書") == []


def test_call_that_rang_is_answered(old: Instance) -> None:
    call = old.phone().call(make.PATIENT)
    assert call.status == "ringing"
    call.answer()
    assert call.transcript == "Your code is 4, 8, 2, 9, 1, 3."
    assert old.phone().code(make.PATIENT) == "482913"


def test_call_that_rang_goes_to_the_voicemail_in_its_time(old: Instance) -> None:
    old.phone().move_clock(make.AHEAD["default"] + 61)
    call = old.phone().call(make.PATIENT)
    assert (call.received.details["answered_by"], call.transcript) == (
        "machine_start",
        "Your code is 4, 8, 2, 9, 1, 3.",
    )


def test_message_under_way_arrives_in_its_time(old: Instance) -> None:
    phone = old.phone(make.OTHER)
    with pytest.raises(NothingCame):
        phone.sms(make.PATIENT, timeout=0)
    phone.move_clock(make.AHEAD[make.OTHER] + 700)
    assert phone.sms(make.PATIENT, timeout=5).body == "I come late: 246810"


def test_verification_is_approved_by_the_code_it_sent(old: Instance) -> None:
    text = next(each for each in old.kept["default"]["messages"] if each["wire"] == "verify")
    wires = make.Wires(old.running.url, old.running.smtp_port, "default")
    answer = wires.post(f"/v2/Services/{make.SERVICE}/VerificationCheck", To=make.JIRO, Code=text["code"])
    assert answer["status"] == "approved"


def test_number_that_was_told_to_stop_sends_nothing(old: Instance) -> None:
    wires = make.Wires(old.running.url, old.running.smtp_port, "default")
    answer = wires.http.post(
        f"{make.ACCOUNT}/Messages.json",
        data={"To": make.JIRO, "From": make.SHOP, "Body": "Sale"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 21610)


def test_authenticator_shows_the_codes_of_its_accounts(old: Instance) -> None:
    for world, number in (("default", make.TARO), (make.OTHER, make.JIRO)):
        phone = old.phone(world)
        page = phone.send("GET", f"/handsets/{number}/authenticator/").text
        now = time.time() + old.kept[world]["phone_offset"]
        shown = [
            code
            for code in (pyotp.TOTP(make.APP_KEY).at(int(now) + late) for late in (-1, 0))
            if code in page.replace(" ", "")
        ]
        assert shown and "Example" in page


def test_clocks_are_as_far_ahead_as_before(old: Instance) -> None:
    for world in WORLDS:
        assert old.world(world).clock.offset == old.kept[world]["site_offset"] == make.AHEAD[world]
        assert (
            old.phone(world).send("GET", "/api/v1/clock").json()["offset"] == old.kept[world]["phone_offset"]
        )
    assert old.kept[make.OTHER]["phone_offset"] != make.AHEAD[make.OTHER]


def test_faults_are_set_and_work(old: Instance) -> None:
    for world in WORLDS:
        found = old.phone(world).faults.all()
        assert found == old.kept[world]["phone_faults"] != []
        assert [_without(each, "words") for each in old.world(world).faults.all()] == [
            _without(each, "words") for each in old.kept[world]["site_faults"]
        ]
    wires = make.Wires(old.running.url, old.running.smtp_port, "default")
    answer = wires.http.post(
        f"{make.ACCOUNT}/Messages.json",
        data={"To": make.BROKEN, "From": make.SENDER, "Body": "Hello"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 21211)
    assert old.phone().faults.all()[0]["used"] == 1
    other = make.Wires(old.running.url, old.running.smtp_port, make.OTHER)
    undelivered = other.http.get(
        f"{make.ACCOUNT}/Messages/{other.sms(make.BROKEN, 'Hello')['sid']}.json"
    ).json()
    assert (undelivered["status"], undelivered["error_code"]) == ("undelivered", 30003)


def test_fault_of_the_site_works_until_it_is_cleared(old: Instance) -> None:
    browser = old.browser(make.OTHER)
    browser.get("/ap/signin")
    browser.submit(email="hanako@example.com")
    browser.submit(password=PASSWORD, expect=503)
    old.world(make.OTHER).faults.lift()
    assert old.gives_password(old.browser(make.OTHER), "hanako").name == "shop.home"


def test_people_sign_in_with_their_codes(old: Instance) -> None:
    old.world(make.OTHER).faults.lift()
    for world in WORLDS:
        site, phone = old.world(world), old.phone(world)
        site.clock.advance(90)  # the app's code of before is used up
        assert {"hanako", "taro", "jiro", "sakura", "desk"} <= {each["name"] for each in site.personas()}
        for name in ("hanako", "desk"):
            browser = old.browser(world)
            assert old.gives_password(browser, name).name == "shop.home"
            assert PEOPLE[name].name in browser.get("/account").text
        for name in ("taro", "jiro", "sakura"):
            browser, person = old.browser(world), PEOPLE[name]
            assert old.gives_password(browser, name).name == "sign_in.code"
            code = site.app_code(person.secret) if person.secret else phone.wait_for_code(person.number)
            assert browser.submit(otpCode=code).name == "shop.home"
            assert person.name in browser.get("/account").text


def test_browsers_are_still_signed_in(old: Instance) -> None:
    for world, name, held in (
        ("default", "太郎", "trusted"),
        ("default", "次郎", "app"),
        (make.OTHER, "太郎", "taro"),
    ):
        assert name in old.browser(world, old.kept[world][held]).get("/account").text
    elsewhere = old.browser(make.OTHER, old.kept["default"]["trusted"]).get("/account")
    assert elsewhere.name == "sign_in.identifier"


def test_trusted_browser_is_asked_for_no_code(old: Instance) -> None:
    held = old.kept["default"]["trusted"]
    trust = {name: value for name, value in held.items() if "session" not in name}
    assert len(trust) < len(held)
    assert old.gives_password(old.browser(cookies=trust), "taro").name == "shop.home"
    assert old.gives_password(old.browser(), "taro").name == "sign_in.code"


@pytest.mark.parametrize(
    ("name", "page", "state"), [("halfway", "set_up.verify", "verify"), ("throttled", "sign_in.code", "code")]
)
def test_flow_goes_on_where_it_was_left(old: Instance, name: str, page: str, state: str) -> None:
    left = old.kept["default"][name]
    found = old.browser(cookies=left["cookies"]).get(left["lands"])
    assert (found.name, found.state) == (page, state)


def test_wait_after_wrong_codes_still_runs(old: Instance) -> None:
    left = old.kept["default"]["throttled"]
    browser = old.browser(cookies=left["cookies"])
    browser.get(left["lands"])
    code = old.phone().code("+819011110002")
    browser.submit(otpCode=code, expect=429)
    old.world().clock.advance(513)
    assert browser.submit(otpCode=code).name == "shop.home"


def test_recovery_goes_on_at_the_desk_with_its_documents(old: Instance) -> None:
    owner = old.browser(cookies=old.kept["default"]["owner"])
    assert owner.get("/ap/recovery/case").state == "received"
    desk = old.reviewer()
    page = desk.get("/desk")
    assert {"次郎", "さくら"} <= {name for name in ("次郎", "さくら") if name in page.text}
    desk.get(next(row for row in page.all("a.row") if "次郎" in row.to_text()).attrs["href"])
    page = desk.press("審査を開始")
    papers = [desk.raw("GET", link.attrs["href"]) for link in page.all("figure.document a")]
    assert [(paper.status_code, paper.mimetype) for paper in papers] == [
        (200, "image/png"),
        (200, "application/pdf"),
    ]
    assert papers[0].data.startswith(b"\x89PNG") and papers[1].data == make.PDF
    desk.submit(form="#desk-decision", verdict="approve", reason="名前と住所を確認しました")
    assert owner.get("/ap/recovery/case").state == "approved"
    assert old.gives_password(old.browser(), "jiro").name == "shop.home"


def test_recovery_in_the_other_world_has_its_document(old: Instance) -> None:
    old.world(make.OTHER).faults.lift()
    desk = old.reviewer(make.OTHER)
    desk.get(desk.get("/desk").one("a.row").attrs["href"])
    page = desk.press("審査を開始")
    paper = desk.raw("GET", page.one("figure.document a").attrs["href"], headers={"X-World": make.OTHER})
    assert (paper.status_code, paper.mimetype) == (200, "image/png")


def test_timeline_has_every_step(old: Instance) -> None:
    for world in WORLDS:
        found = old.world(world).ask("GET", "timeline?all=1")["steps"]
        then = old.kept[world]["timeline"]
        assert [_step(each) for each in found] == [_step(each) for each in then] != []


def test_worlds_are_listed(old: Instance) -> None:
    assert [each["name"] for each in old.world().ask("GET", "worlds")["worlds"]] == list(WORLDS)
    listed = old.phone().send("GET", "/api/v1/worlds").json()["worlds"]
    assert {each["name"]: each["account_sid"] for each in listed} == {
        name: old.phone(name).account_sid for name in WORLDS
    }


def _without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def _step(told: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(told[name] for name in ("id", "at", "kind", "name", "walk", "data"))
