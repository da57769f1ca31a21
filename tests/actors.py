"""Actors: what the demo users do on the site and with their phones, by labels and field names only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyotp

from mocksms.client import Phone
from tests.catalogue import english_for
from tests.form_client import Browser, Page
from webapp import paths
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.runner import FormRunner
from webapp.sandbox.journeys.steps import Open, Press, Step

if TYPE_CHECKING:
    from tests.app_fixture import World

PASSWORD = "Mihon-demo-1"  # the demo people's, printed by `make run`


@dataclass(frozen=True)
class Identity:
    """A user's identity and phone numbers (docs/screens.md#demo-accounts)."""

    name: str
    email: str
    number: str
    secret: str = ""
    password: str = PASSWORD

    @property
    def national(self) -> str:
        """Return the number as users in Japan type it: 090-1234-5678."""
        digits = "0" + self.number.removeprefix("+81")
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"


PEOPLE = {
    "hanako": Identity("花子", "hanako@example.com", "+819012345678"),
    "taro": Identity("太郎", "taro@example.com", "+818012345678"),
    "jiro": Identity("次郎", "jiro@example.com", "+817012345678", "MIHONDEMOMIHONDEMOMIHONDEMO23456"),
    "sakura": Identity("さくら", "sakura@example.com", "+819087654321"),
    "desk": Identity("窓口", "desk@example.com", "+817087654321", "MIHONDESKMIHONDESKMIHONDESK23456"),
}


class PhoneReader:
    """Read a running phone by its client."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    def code(self, to: str) -> str:
        """Return the newest code sent to a number or mailbox, each only once."""
        return self._phone.wait_for_code(to)

    def link(self, to: str, part: str) -> str:
        """Return the address of the link that contains ``part`` in the newest mail."""
        return next(str(link) for link in self._phone.mail(to).links if part in link)


class Person:
    """A user with a browser and a phone."""

    def __init__(self, world: World, identity: Identity, browser: Browser) -> None:
        self.world = world
        self.browser = browser
        self.name, self.email, self.number = identity.name, identity.email, identity.number
        self.national, self.secret, self.password = identity.national, identity.secret, identity.password

    @property
    def page(self) -> Page:
        return self.browser.page

    @property
    def phone(self) -> str:
        """Return the user's number, as journeys name it."""
        return self.number

    def walks(self, *steps: Step) -> Page:
        """Do a journey's steps in this browser. Return the final page."""
        reader = PhoneReader(self.world.phone)
        FormRunner(self, reader, self.browser, lambda _key: self.world.browser()).walk(steps)
        return self.page

    def elsewhere(self, language: str = "ja") -> Person:
        """Return the same user at another browser, with the same phone."""
        other = Person(self.world, PEOPLE["hanako"], self.world.browser(language))
        for fact in ("name", "email", "number", "national", "secret", "password"):
            setattr(other, fact, getattr(self, fact))
        return other

    # -- the phone -----------------------------------------------------------------------------------------

    def reads_code(self, to: str | None = None) -> str:
        """Return the newest code sent to this user's number, or to another number or mailbox; each only once."""
        return self.world.phone.wait_for_code(to or self.number)

    def app_code(self, step: int = 0) -> str:
        """Return what the authenticator app shows now, or this many steps of 30 s later."""
        return pyotp.TOTP(self.secret).at(int(self.world.clock.now()) + 30 * step)

    def opens_mail_link(self, label: str = "承認または否認してください") -> Page:
        """Open the link of the newest mail on the phone, in a browser without this one's cookies."""
        return self._opens_on_phone(label).page

    # -- signing in and out --------------------------------------------------------------------------------

    def gives_name(self, identifier: str | None = None) -> Page:
        """Walk from the shop's front page to the page that asks for the password."""
        name = Press(pages.CONTINUE, {pages.EMAIL: identifier or self.email})
        return self.walks(main_job.START, main_job.SIGN_IN[0], name)

    def gives_password(self, password: str | None = None, identifier: str | None = None) -> Page:
        """Enter name and password: signed in, or asked for a code."""
        self.gives_name(identifier)
        return self.walks(Press(pages.SIGN_IN, {pages.PASSWORD: password or self.password}))

    def gives_code(self, code: str | None = None, *, trust: bool = False) -> Page:
        """Type a code where the page asks for one: by default the right one."""
        fields: dict[str, Any] = {"rememberDevice": True} if trust else {}
        return self.browser.submit(otpCode=code or self.right_code(), **fields)

    def right_code(self) -> str:
        """Return the code that the page asks for."""
        return self.app_code() if self.secret else self.reads_code()

    def signs_in(self, identifier: str | None = None, *, trust: bool = False) -> Page:
        """Sign in, entering a code if asked."""
        page = self.gives_password(identifier=identifier)
        if page.name == "sign_in.code":
            page = self.gives_code(trust=trust)
        return page

    def signs_out(self) -> Page:
        """Sign out with the button on the account's page."""
        self.browser.get("/account")
        return self.browser.press("サインアウト")

    # -- two-step verification -----------------------------------------------------------------------------

    def asks_for_settings(self) -> Page:
        """Press 「編集」 in ログインとセキュリティ: leads to the waiting page, a code, or the settings."""
        return self.walks(Open(paths.ACCOUNT), *main_job.ASK_FOR_SETTINGS[1:])

    def approves(self) -> Page:
        """Press 「承認」 on the page that the mail links to."""
        return self._decides("approve")

    def goes_on(self) -> Page:
        """Reload the waiting page after the approval, and press its button to continue."""
        self.browser.reload()
        return self.browser.submit(form="#approval-go-on")

    def denies(self) -> Page:
        """Press 否認 on the page that the mail links to."""
        return self._decides("deny")

    def opens_settings(self) -> Page:
        """Open the settings of two-step verification, confirming the identity as the site asks."""
        page = self.asks_for_settings()
        if page.name == "approval.wait":
            self.approves()
            page = self.goes_on()
        elif page.name == "sign_in.code":
            page = self.gives_code()
        return page

    def begins_set_up(self) -> Page:
        """Press 「開始する」 on the settings page."""
        self.opens_settings()
        return self.walks(main_job.BEGIN_SET_UP)

    def sets_up_by_sms(self, number: str | None = None, *, trust: bool = False) -> Page:
        """Turn two-step verification on with a phone number, from signed in to done."""
        self.begins_set_up()
        typed = Press(pages.SEND_TO_NUMBER, {pages.NUMBER: number}) if number else main_job.GIVE_NUMBER
        self.walks(typed, *main_job.VERIFY_NUMBER)
        return self.finishes_set_up(trust=trust)

    def sets_up_by_app(self, *, trust: bool = False) -> Page:
        """Turn two-step verification on with an authenticator app, the key typed by hand."""
        page = self.begins_set_up()
        self.secret = key_on(page)
        self.browser.submit(otpCode=self.app_code())
        return self.finishes_set_up(trust=trust)

    def finishes_set_up(self, *, trust: bool = False) -> Page:
        """Skip the backup page, if there is one, and press 「わかりました。2段階認証を有効にする」."""
        if self.page.name == "set_up.backup":
            self.browser.press("スキップ")
        return self.browser.submit(form="#enable-mfa-form", rememberDevice=trust)

    def _decides(self, decision: str) -> Page:
        labels = {"approve": "承認", "deny": "否認"}
        return self._opens_on_phone("承認または否認してください").press(labels[decision])

    def _opens_on_phone(self, label: str) -> Browser:
        mail = self.world.phone.mail(self.email)
        url = urlsplit(mail.link(label if label in mail.body else english_for(label)))
        phone_browser = self.world.browser(self.browser.language)
        phone_browser.get(f"{url.path}?{url.query}" if url.query else url.path)
        return phone_browser


def key_on(page: Page) -> str:
    """Return the key for manual entry on a set-up page, in groups of four."""
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", page.text)
    assert found, f"{page.path} shows no key in groups of four"
    return found[0].replace(" ", "")
