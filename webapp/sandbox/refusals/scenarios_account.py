"""Ways to what is refused about accounts: addresses, numbers, passwords; and at a reset by documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.flows import recovery
from webapp.sandbox.personas.personas import PASSWORD
from webapp.sandbox.refusals.scenario import NEXT, SEND_CODE, TOLD, Last, Way
from webapp.sandbox.refusals.scenario_context import NEW_PASSWORD, STRANGER, Scene
from webapp.sandbox.refusals.walker import Walker
from webapp.sandbox.world_middleware import world
from webapp.store import accounts, methods
from webapp.store import recovery as stored

Told = Mapping[str, str] | None
ADDRESS_RULE = _("In sandbox mode only addresses of reserved domains are taken.")
CONTACT_RULE = _("A new address or number counts once the code that went there came back.")
TEXTS_RULE = _("A number to sign in with must take text messages.")
PASSWORD_RULE = _("8 to 128 characters, and not what others would try first.")
RECOVERY_RULE = _("At most 3 files of 10 MB: DOC, DOCX, JPG, JPEG, PDF or PNG, and each what its name says.")
RESET_RULE = _("A reset is for accounts with Two-Step Verification only.")
OWN_RULE = _("Nobody decides their own case.")
LINK_RULE = _("A link counts for 30 days and only as it was sent.")
FLOW_RULE = _("What is half done lives 10 minutes and belongs to one browser.")
SAVE = _("Save the password")


def _email(scene: Scene) -> Told:
    scene.opens(paths.CHANGE_EMAIL)
    return None


def _phone(scene: Scene) -> Told:
    scene.opens(paths.CHANGE_PHONE)
    return None


def _taken(scene: Scene) -> Told:
    """An address that another one registers while its code is under way."""
    scene.opens(paths.CHANGE_EMAIL)
    scene.walker.send(paths.CHANGE_EMAIL, email=STRANGER)
    code = scene.handset.code(STRANGER)
    stranger = Walker(is_stranger=True)
    stranger.get(paths.REGISTER)
    stranger.send(customerName="新入", email=STRANGER, password=NEW_PASSWORD)
    stranger.send(otpCode=scene.handset.code(STRANGER))
    return {"otpCode": code}


def _new_password(scene: Scene) -> Told:
    scene.resets_password()
    return None


def _change_password(scene: Scene) -> Told:
    scene.opens(paths.CHANGE_PASSWORD)
    return None


def _register_too_long(scene: Scene) -> Told:
    scene.walker.get(paths.REGISTER)
    scene.walker.send(customerName="新入", email=STRANGER, password=NEW_PASSWORD)
    scene.jump(world().services.config.flow_seconds + 1)
    scene.lands = paths.REGISTER_VERIFY
    return None


def _recovery_start(scene: Scene) -> Told:
    scene.walker.get(paths.RECOVERY)
    return None


def _documents(scene: Scene) -> Told:
    scene.begins_recovery()
    return None


def _link(scene: Scene) -> str:
    scene.begins_recovery()
    return scene.handset.link(scene.persona.email, paths.RECOVERY_LINK)


def _link_expired(scene: Scene) -> Told:
    scene.lands = _link(scene)
    scene.jump(world().services.config.recovery_seconds + 1)
    return None


def _link_tampered(scene: Scene) -> Told:
    scene.lands = _link(scene)[:-6] + "broken"
    return None


def _own_case(scene: Scene) -> Told:
    """A reviewer who was locked out, sent documents, and sits at the desk again."""
    services, key = world().services, scene.persona.key
    with services.store.writing() as db:
        methods.add(db, account_id=key, kind="sms", number="+819011110009", is_preferred=True,
                    verified_at=services.clock.now(), method_id=f"{key}-sms")  # fmt: skip
        accounts.set_two_step(db, key, True)
    scene.begins_recovery()
    scene.walker.send_papers(paths.RECOVERY_CASE, "page-1.pdf")
    scene.walker.forget_session()
    with services.store.writing() as db:
        accounts.set_two_step(db, key, False)
    scene.gives_password()
    with services.store.reading() as db:
        case = stored.newest_of_account(db, key, recovery.OPEN, services.clock.now())
    assert case is not None
    scene.walker.get(url_for("desk.case", case_id=case.id))
    return None


def _weak(reason: str, password: str) -> Way:
    return Way(f"WeakPassword.{reason}", "forgot_password", "hanako", PASSWORD_RULE, _new_password,
               Last(SAVE, {"password": password}))  # fmt: skip


def _address(name: str, typed: str, rule: Any) -> Way:
    return Way(name, "account_change", "hanako", rule, _email, Last(SEND_CODE, {"email": typed}))


def _refused(name: str, *files: str) -> Way:
    return Way(name, "recovery", "taro", RECOVERY_RULE, _documents, Last(_("Send documents"), files=files))


WAYS = (
    _address("NotAMailAddress", "hanako@", CONTACT_RULE),
    _address("MailDomainRefused", "hanako@gmail.com", ADDRESS_RULE),
    _address("ContactUnchanged", "hanako@example.com", CONTACT_RULE),
    Way("ContactTaken", "account_change", "hanako", CONTACT_RULE, _taken,
        Last(_("Verify code and continue"), {"otpCode": TOLD})),
    Way("MobileNeeded", "account_change", "hanako", TEXTS_RULE, _phone,
        Last(SEND_CODE, {"phoneNumber": "03-1234-5678"})),
    _weak("too_short", "k9#Tq2x"),
    _weak("too_long", "sunny-teapot-91-" * 8 + "!"),
    _weak("personal", "hanako1234"),
    _weak("date", "1990-04-01"),
    _weak("common", "password123"),
    _weak("pattern", "abcdefgh1234"),
    _weak("guessable", "the7xq9v"),
    Way("WeakPassword.unchanged", "account_change", "hanako", PASSWORD_RULE, _change_password,
        Last(SAVE, {"password": PASSWORD, "passwordNew": PASSWORD})),
    Way("register.too_long", "register", "hanako", FLOW_RULE, _register_too_long, text=_(
        "This took too long or was begun in another browser. Nothing was changed; please start again.")),
    Way("NothingToReset", "recovery", "hanako", RESET_RULE, _recovery_start,
        Last(NEXT, {"email": "hanako@example.com", "password": PASSWORD})),
    _refused("DocumentRefused.missing"),
    _refused("DocumentRefused.extension", "notes.txt"),
    _refused("DocumentRefused.empty", "empty.pdf"),
    _refused("DocumentRefused.content", "torn.png"),
    _refused("DocumentRefused.active", "script.pdf"),
    _refused("DocumentRefused.bomb", "swelling.docx"),
    _refused("DocumentRefused.pixels", "huge.png"),
    _refused("DocumentTooLarge", "large.pdf"),
    _refused("TooManyDocuments", "page-1.pdf", "page-2.pdf", "page-3.pdf", "page-4.pdf"),
    Way("OwnCase", "recovery", "desk", OWN_RULE, _own_case, Last(_("Begin the review"))),
    Way("LinkExpired", "recovery", "taro", LINK_RULE, _link_expired,
        text=_("There is nothing to cancel any more")),
    Way("LinkTampered", "recovery", "taro", LINK_RULE, _link_tampered, text=_("Page not found")),
)  # fmt: skip
