"""The Authenticator app without JavaScript: by key, link and picture; codes by the moved clock."""

from __future__ import annotations

import io
from pathlib import Path

import pyotp
import pytest
import segno

import mocksms
from mocksms.core import authenticator
from mocksms.core.worlds import World
from tests.form_client import Browser
from tests.handset.conftest import PHONE_URL

HANAKO = "+819012345678"
KEY = "MIHONDEMOMIHONDEMOMIHONDEMO23456"


def test_authenticator_by_key(look_in: Browser, here: World) -> None:
    assert look_in.get(f"/handsets/{HANAKO}/authenticator/").state == "empty"
    look_in.get(f"/handsets/{HANAKO}/authenticator/add")
    page = look_in.submit(name="Mihon", secret="miho ndem omih onde momi hond emo2 3456")
    assert page.state == "codes"
    shown = page.one("[data-otp-code]")
    step = int(shown.attrs["data-step"])
    assert shown.to_text().replace(" ", "") == pyotp.TOTP(KEY).at(step * 30)
    assert page.one("[data-otp-next]").to_text().replace(" ", "") == pyotp.TOTP(KEY).at(step * 30 + 30)


def test_authenticator_has_the_accounts_of_the_settings_from_the_start(tmp_path: Path) -> None:
    uri = pyotp.TOTP(KEY, name="jiro@example.com", issuer="Mihon").provisioning_uri()
    app = mocksms.create_app({"INSTANCE": str(tmp_path), "AUTHENTICATORS": f"{HANAKO}={uri}"})
    try:
        page = Browser(app, origin=PHONE_URL).get(f"/handsets/{HANAKO}/authenticator/")
        shown = page.one("[data-otp-code]")
        code = pyotp.TOTP(KEY).at(int(shown.attrs["data-step"]) * 30)
        assert shown.to_text().replace(" ", "") == code
        assert not page.has(".otp details"), "what the settings give cannot be removed"
    finally:
        app.extensions["mocksms"].close()


def test_authenticator_follows_the_moved_clock(look: Browser, here: World) -> None:
    authenticator.add(here, HANAKO, KEY, name="Mihon")
    before = look.get(f"/handsets/{HANAKO}/authenticator/").one("[data-otp-code]").attrs["data-step"]
    here.set_offset(3600)
    page = look.get(f"/handsets/{HANAKO}/authenticator/")
    assert int(page.one("[data-otp-code]").attrs["data-step"]) - int(before) in (120, 121)
    assert page.has(".status-bar__moved")


def test_authenticator_by_link(look_in: Browser) -> None:
    look_in.get(f"/handsets/{HANAKO}/authenticator/add")
    uri = pyotp.TOTP(KEY, name="hanako@example.com", issuer="Mihon").provisioning_uri()
    page = look_in.submit(uri=uri)
    assert page.one(".otp__name").to_text() == "Mihon"
    assert page.one(".otp__account").to_text() == "hanako@example.com"


def test_authenticator_by_picture(look_in: Browser) -> None:
    picture = io.BytesIO()
    segno.make(pyotp.TOTP(KEY, name="hanako@example.com", issuer="Mihon").provisioning_uri()).save(
        picture, kind="png", scale=4
    )
    look_in.get(f"/handsets/{HANAKO}/authenticator/add")
    answer = look_in.raw(
        "POST",
        look_in.page.path,
        data={
            "csrf_token": look_in.csrf_token, "way": "picture",
            "picture": (io.BytesIO(picture.getvalue()), "qr.png"),
        },
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 302
    assert look_in.get(answer.headers["Location"]).state == "codes"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "secret": KEY},
        {"name": "Mihon", "secret": ""},
        {"name": "Mihon", "secret": "018!"},
        {"name": "Mihon", "secret": "ABCD"},
        {"uri": ""},
        {"uri": "https://mihon.example/"},
        {"uri": "otpauth://hotp/x?secret=" + KEY},
        {"uri": "otpauth://[totp/x?secret=" + KEY},
    ],
)
def test_authenticator_add_says_what_is_wrong(look_in: Browser, fields: dict[str, str]) -> None:
    look_in.get(f"/handsets/{HANAKO}/authenticator/add")
    page = look_in.submit(expect=422, **fields)
    assert page.state == "problem" and page.has("[role=alert]")


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_authenticator_add_survives_what_is_no_picture(look_in: Browser, content: bytes) -> None:
    look_in.get(f"/handsets/{HANAKO}/authenticator/add")
    answer = look_in.raw(
        "POST",
        look_in.page.path,
        data={
            "csrf_token": look_in.csrf_token, "way": "picture", "picture": (io.BytesIO(content), "x.png"),
        },
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 422


def test_authenticator_remove(look_in: Browser, here: World) -> None:
    entry = authenticator.add(here, HANAKO, KEY, name="Mihon")
    look_in.get(f"/handsets/{HANAKO}/authenticator/")
    assert look_in.submit(form=f"#otp-{entry.id} form").state == "empty"
