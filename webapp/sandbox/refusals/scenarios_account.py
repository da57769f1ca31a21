"""Scenarios for errors of accounts: addresses, numbers, passwords; and of a reset with ID documents."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.flows import recovery
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Do, InOtherBrowser, LandOn, Note, Open, Press, Step, noted
from webapp.sandbox.personas.persona_journeys import NEW_PASSWORD, PASSWORD_FORGOTTEN, VISITING
from webapp.sandbox.personas.personas import PASSWORD
from webapp.sandbox.refusals.sample_files import sample_bytes
from webapp.sandbox.refusals.scenario import CONTINUE, NEXT, SEND_CODE, LastStep, Scenario
from webapp.sandbox.refusals.scenario_context import NOTED_CODE, STRANGER, ScenarioContext, wait_past
from webapp.sandbox.world_middleware import world
from webapp.store import recovery as stored
from webapp.store import throttles
from webapp.store.throttles import Throttle

ADDRESS_RULE = _("In sandbox mode, only addresses in reserved domains are accepted.")
CONTACT_RULE = _("A new address or number takes effect once you enter the code sent to it.")
TEXTS_RULE = _("A sign-in number must be able to receive text messages.")
PASSWORD_RULE = _("8 to 128 characters, and not easy to guess.")
RECOVERY_RULE = _(
    "Up to %(upload_files)s files of %(upload_bytes)s MB: DOC, DOCX, JPG, "
    "JPEG, PDF or PNG. Each must match its extension."
)
LOCK_RULE = _(
    "%(tries_until_off)s incorrect codes in a row lock the password reset by code and email the owner."
)
RESET_RULE = _("Only accounts with Two-Step Verification can be reset.")
OWN_RULE = _("Reviewers can't decide their own cases.")
LINK_RULE = _("A link works for %(recovery_seconds)s, and only as it was sent.")
FLOW_RULE = _("Unfinished steps expire after %(flow_seconds)s and work in one browser only.")
SAVE = _("Save password")


def _own_case(run: ScenarioContext) -> str:
    """Return the path of the case that the reviewer opened."""
    services = world().services
    with services.store.reading() as db:
        case = stored.newest_of_account(db, run.key, recovery.OPEN, services.clock.now())
    assert case is not None
    return paths.DESK_CASE.replace("<case_id>", case.id)


REGISTER: tuple[Step, ...] = (
    Open(paths.REGISTER),
    Press(
        pages.CONTINUE,
        {pages.CUSTOMER_NAME: "新入", pages.EMAIL: STRANGER, pages.PASSWORD: "sunny-teapot-91-drawer"},
    ),
)
CHANGE_EMAIL = (Open(paths.CHANGE_EMAIL),)
STRANGERS_CODE = Note("code", lambda run: run.reader.code(STRANGER))
# Another one registers the address while its code is under way.
TAKEN: tuple[Step, ...] = (
    *CHANGE_EMAIL,
    Press(pages.CONTINUE, {pages.EMAIL: STRANGER}),
    STRANGERS_CODE,
    wait_past("resend_seconds"),
    InOtherBrowser(
        (*REGISTER, Press(pages.VERIFY_CONTACT, {pages.CONTACT_CODE: lambda run: run.reader.code(STRANGER)}))
    ),
)
CANCEL_LINK = Note("link", lambda run: run.reader.link(run.who.email, paths.RECOVERY_LINK))
OWN_CASE: tuple[Step, ...] = (
    *VISITING,
    Press(
        pages.SEND_DOCUMENTS,
        {pages.DOCUMENTS: lambda _run: [(io.BytesIO(sample_bytes("page-1.pdf")), "page-1.pdf")]},
    ),
    Do(lambda run: run.browser.hold_session(run.key, is_proven=True)),
    Open(_own_case),
)


def _change(name: str, rule: Any, journey: tuple[Step, ...], last: LastStep) -> Scenario:
    return Scenario(name, "account_change", "hanako", rule, journey, last, begins="proven")


def _weak(reason: str, password: str) -> Scenario:
    return Scenario(f"WeakPassword.{reason}", "forgot_password", "hanako", PASSWORD_RULE, NEW_PASSWORD,
                    LastStep(SAVE, {pages.RESET_PASSWORD: password}))  # fmt: skip


def _address(name: str, typed: str, rule: Any) -> Scenario:
    return _change(name, rule, CHANGE_EMAIL, LastStep(SEND_CODE, {pages.EMAIL: typed}))


def _refused(name: str, *files: str, of: str | None = None) -> Scenario:
    return Scenario(name, "recovery", "taro", RECOVERY_RULE, VISITING,
                    LastStep(_("Send documents"), files=files), of=of)  # fmt: skip


def _lock_reset(_run: ScenarioContext) -> None:
    """Write the attempts as a row: the wrong codes before would take a day of waits."""
    services = world().services
    with services.store.writing() as db:
        now = services.clock.now()
        throttles.write(db, "reset:hanako", Throttle(services.limits.tries_until_off, now), now)


SCENARIOS = (
    Scenario("PasswordResetLocked", "forgot_password", "hanako", LOCK_RULE,
             (*PASSWORD_FORGOTTEN, Note("code", lambda run: run.reader.code(run.who.email)), Do(_lock_reset)),
             LastStep(CONTINUE, {pages.CONTACT_CODE: NOTED_CODE})),
    _address("NotAMailAddress", "hanako@", CONTACT_RULE),
    _address("MailDomainRefused", "hanako@gmail.com", ADDRESS_RULE),
    _address("ContactUnchanged", "hanako@example.com", CONTACT_RULE),
    _change("ContactTaken", CONTACT_RULE, TAKEN,
            LastStep(_("Verify code and continue"), {pages.CONTACT_CODE: NOTED_CODE})),
    _change("MobileNeeded", TEXTS_RULE, (Open(paths.CHANGE_PHONE),),
            LastStep(SEND_CODE, {pages.NUMBER: "03-1234-5678"})),
    _weak("too_short", "k9#Tq2x"),
    _weak("too_long", "sunny-teapot-91-" * 8 + "!"),
    _weak("personal", "hanako1234"),
    _weak("date", "1990-04-01"),
    _weak("common", "password123"),
    _weak("pattern", "abcdefgh1234"),
    _weak("guessable", "the7xq9v"),
    _change("WeakPassword.unchanged", PASSWORD_RULE, (Open(paths.CHANGE_PASSWORD),),
            LastStep(SAVE, {pages.PASSWORD: PASSWORD, pages.NEW_PASSWORD: PASSWORD})),
    Scenario("register.too_long", "register", "hanako", FLOW_RULE,
             (*REGISTER, wait_past("flow_seconds"), LandOn(paths.REGISTER_VERIFY)), text=_(
        "This step expired or was started in another browser. Nothing was changed. Start again.")),
    Scenario("NothingToReset", "recovery", "hanako", RESET_RULE, (Open(paths.RECOVERY),),
             LastStep(NEXT, {pages.EMAIL: "hanako@example.com", pages.PASSWORD: PASSWORD})),
    _refused("DocumentRefused.missing"),
    _refused("DocumentRefused.extension", "notes.txt"),
    _refused("DocumentRefused.empty", "empty.pdf"),
    _refused("DocumentRefused.content", "torn.png"),
    _refused("DocumentRefused.active", "script.pdf"),
    _refused("document.macros", "macros.docx", of="DocumentRefused.active"),
    _refused("document.embedded", "embedded.docx", of="DocumentRefused.active"),
    _refused("DocumentRefused.linked", "linked.docx"),
    _refused("DocumentRefused.bomb", "swelling.docx"),
    _refused("DocumentRefused.password", "locked.pdf"),
    _refused("DocumentRefused.pixels", "huge.png"),
    _refused("DocumentTooLarge", "large.pdf"),
    _refused("TooManyDocuments", "page-1.pdf", "page-2.pdf", "page-3.pdf", "page-4.pdf"),
    Scenario("OwnCase", "recovery", "desk", OWN_RULE, OWN_CASE, LastStep(_("Start the review"))),
    Scenario("LinkExpired", "recovery", "taro", LINK_RULE,
             (*VISITING, CANCEL_LINK, wait_past("recovery_seconds"), LandOn(noted("link"))),
             text=_("There is nothing to cancel any more")),
    Scenario("LinkTampered", "recovery", "taro", LINK_RULE,
             (*VISITING, CANCEL_LINK, LandOn(lambda run: run.notes["link"][:-6] + "broken")),
             text=_("Page not found")),
)  # fmt: skip
