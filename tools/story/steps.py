"""The steps of stories. Each does what a user would do, and takes a picture of where to press."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tools.driver import expect
from tools.story.captions import field_of, instruction, label_of, row_of, sentence
from tools.story.guide import Guide, Text, text_of
from webapp.sandbox.journeys import pages

PASSWORD = "Mihon-demo-1"
Both = tuple[str, str]
"""A sentence in Japanese and in English."""


class Step(Protocol):
    """One step of a user."""

    def do(self, guide: Guide) -> None:
        """Do the step, and add a scene if there is something to see."""


@dataclass(frozen=True)
class Open:
    """Open an address of the site; ``fresh`` in a browser without cookies."""

    path: str
    page: str = ""
    fresh: bool = False
    before: Both | None = None

    def do(self, guide: Guide) -> None:
        if self.fresh:
            guide.site = guide.new_window()
        if self.before is not None:
            guide.between(guide.say(*self.before))
        guide.open(self.path)
        if self.page:
            guide.expect(self.page)


@dataclass(frozen=True)
class Press:
    """Fill fields, choose, tick, and press ``target``; then ``page`` is shown, in ``state`` if given.

    The caption is made of the page's labels unless ``caption`` gives it.
    """

    target: str
    page: str = ""
    state: str = ""
    fill: tuple[tuple[str, Text], ...] = ()
    choose: tuple[str, ...] = ()
    tick: tuple[str, ...] = ()
    caption: Both | None = None
    before: Callable[[Guide], None] | None = None
    picture: bool = True

    def do(self, guide: Guide) -> None:
        if self.before is not None:
            self.before(guide)
        site = guide.site
        chosen = [site.locator(selector).first for selector in self.choose]
        for radio in chosen:
            radio.check()
        typed = [(site.locator(selector).first, text_of(text, guide)) for selector, text in self.fill]
        for field, text in typed:
            field.fill(text)
        ticked = [site.locator(selector).first for selector in self.tick]
        for box in ticked:
            box.check()
        button = site.locator(self.target).locator("visible=true").first
        if self.caption is not None:
            caption = sentence(guide.say(*self.caption))
        else:
            caption = instruction(
                guide.language,
                [(field_of(field), text) for field, text in typed],
                [field_of(radio) for radio in chosen],
                [field_of(box) for box in ticked],
                label_of(button),
                row_of(button),
            )
        site.evaluate("document.activeElement && document.activeElement.blur()")
        if self.picture:
            guide.take(caption, "site", site, button)
        button.click()
        if self.page:
            guide.expect(self.page, self.state)


@dataclass(frozen=True)
class Upload:
    """Choose the sample documents in a field."""

    field: str
    file: str

    def do(self, guide: Guide) -> None:
        guide.site.locator(self.field).set_input_files(self.file)


@dataclass(frozen=True)
class Look:
    """A picture of the current page, with these elements outlined."""

    caption: Both
    marked: str = ""
    page: str = ""
    state: str = ""
    top: bool = False

    def do(self, guide: Guide) -> None:
        if self.page:
            guide.expect(self.page, self.state)
        site = guide.site
        if self.marked:
            expect(site.locator(self.marked).locator("visible=true").first).to_be_visible()
        if self.top:
            site.evaluate("window.scrollTo(0, 0)")
        marked = [site.locator(self.marked).locator("visible=true").first] if self.marked else []
        guide.take(sentence(guide.say(*self.caption)), "site", site, *marked)


@dataclass(frozen=True)
class Arrives:
    """The phone's lock screen, where a message has just arrived for ``address``."""

    address: str
    caption: Both = ("SMSにワンタイムパスワードが届きます。", "A one-time password arrives by text message.")

    def do(self, guide: Guide) -> None:
        guide.open_phone(f"/handsets/{self.address}/")
        note = guide.phone.locator("#lock-notes li").first
        expect(note).to_be_visible()
        guide.take(sentence(guide.say(*self.caption)), "phone", guide.phone, note)


@dataclass(frozen=True)
class MailLink:
    """Open the newest mail of a mailbox and follow its link; ``then`` looks at the page that opens."""

    address: str
    href: str
    then: tuple[Step, ...] = ()
    here: bool = False
    """Whether to follow the link in the site's window instead of the phone's browser."""

    def do(self, guide: Guide) -> None:
        message = guide.handsets.mail(self.address)
        guide.open_phone(f"/handsets/{self.address}/mail/{message.id}")
        link = guide.phone.frame_locator("iframe").locator(f'a[href*="{self.href}"]').first
        label = label_of(link)
        guide.take(
            sentence(
                guide.say(
                    f"届いたメールを開き、[{label}]をタップします。",
                    f"Open the mail that arrived, and tap [{label}].",
                )
            ),
            "phone",
            guide.phone,
            link,
        )
        url = link.get_attribute("href") or ""
        own = guide.site
        if not self.here:
            guide.site = guide.new_window()
        guide.site.goto(url)
        for step in self.then:
            step.do(guide)
            guide.note_effects()
        guide.site = own


@dataclass(frozen=True)
class Call:
    """The phone rings, is answered, and speaks the code."""

    number: str

    def do(self, guide: Guide) -> None:
        ringing = guide.handsets.call(self.number)
        page = f"/handsets/{self.number}/phone/{ringing.id}"
        guide.open_phone(page)
        answer = guide.phone.locator('form[action$="/answer"] button').first
        rings = ("電話が鳴ります。[{}]をタップします。", "The phone rings. Tap [{}].")
        guide.take(sentence(guide.say(*rings).format(label_of(answer))), "phone", guide.phone, answer)
        ringing.answer()
        guide.notes["code"] = guide.handsets.wait_for_code(self.number)
        ringing.hangup()
        guide.open_phone(page)
        told = ("音声でワンタイムパスワードが読み上げられます。", "A voice speaks the one-time password.")
        guide.take(sentence(guide.say(*told)), "phone", guide.phone)


@dataclass(frozen=True)
class AddToApp:
    """Type the site's key into the phone's authenticator."""

    number: str

    def do(self, guide: Guide) -> None:
        key = guide.site.locator(pages.APP_KEY).inner_text()
        guide.open_phone(f"/handsets/{self.number}/authenticator/add")
        form = guide.phone.locator('form:has(input[value="key"])')
        name, secret, button = (
            form.locator("[name=name]"),
            form.locator("[name=secret]"),
            form.locator("button"),
        )
        name.fill("Mihon")
        secret.fill(key)
        app = guide.say("認証アプリを開き、", "Open the authenticator: ")
        typed = [(field_of(name), "Mihon"), (field_of(secret), key)]
        caption = instruction(guide.language, typed, [], [], label_of(button))
        guide.take(sentence(app) + caption, "phone", guide.phone, button)
        button.click()
        expect(guide.phone.locator('main[data-page="handset.authenticator"]')).to_be_visible()


@dataclass(frozen=True)
class AppCode:
    """The code in the authenticator; ``app_code`` types it."""

    number: str

    def do(self, guide: Guide) -> None:
        guide.open_phone(f"/handsets/{self.number}/authenticator/")
        shown = guide.phone.locator("[data-otp-code]").first
        expect(shown).to_be_visible()
        guide.take(
            sentence(
                guide.say(
                    "認証アプリに6桁のワンタイムパスワードが表示されます。青い円が残りの秒数です。",
                    "The authenticator shows a one-time password of six digits. The blue ring shows the seconds left.",
                )
            ),
            "phone",
            guide.phone,
            shown,
        )


@dataclass(frozen=True)
class Quietly:
    """Repeat steps that were shown before, without pictures; the sentence summarises them."""

    steps: tuple[Step, ...]
    told: Both | None = None

    def do(self, guide: Guide) -> None:
        guide.is_quiet = True
        for step in self.steps:
            step.do(guide)
        guide.is_quiet = False
        guide.forget()
        if self.told is not None:
            guide.between(guide.say(*self.told))


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    seconds: float
    told: Both

    def do(self, guide: Guide) -> None:
        guide.wait(self.seconds)
        if self.told[0]:
            guide.between(guide.say(*self.told))


def sms_code(number: str) -> Callable[[Guide], str]:
    """Return the newest code sent to a number or mailbox, each only once."""
    return lambda guide: guide.handsets.wait_for_code(number)


def called_code(guide: Guide) -> str:
    """Return the code of the call that was answered last."""
    return str(guide.notes["code"])


def app_code(guide: Guide) -> str:
    """Return the code that the authenticator shows now."""
    guide.phone.reload()
    return re.sub(r"\D", "", guide.phone.locator("[data-otp-code]").first.inner_text())
