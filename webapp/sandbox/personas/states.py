"""The states of demo accounts, beyond a name and a password. Every value is fixed and public."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from webapp.challenges.method import throttle_key
from webapp.factors.shared_secret import seal_context
from webapp.flows import recovery, set_up
from webapp.rules import totp
from webapp.rules.links import token_hash
from webapp.rules.webauthn_checks import user_handle
from webapp.services.context import Services
from webapp.services.throttling import wait_seconds
from webapp.services.trust import cookie_name
from webapp.store import accounts, codes, flows, methods, passkeys, throttles, trust
from webapp.store import recovery as stored_recovery
from webapp.store.accounts import Account
from webapp.store.codes import SentCode
from webapp.store.engine import Connection
from webapp.store.passkeys import Passkey
from webapp.store.recovery import StoredDocument
from webapp.store.throttles import Throttle
from webapp.store.trust import Trusted

JIRO_SECRET = "MIHONDEMOMIHONDEMOMIHONDEMO23456"  # noqa: S105 - the demo's own, also public
REVIEWER = "desk"
REVIEWER_SECRET = "MIHONDESKMIHONDESKMIHONDESK23456"  # noqa: S105 - public, too
SPECIMEN = Path(__file__).parent / "specimen_licence.png"
TRUST_SERIES, TRUST_TOKEN = "mihon-demo-series", "mihon-demo-token"
TRUST_COOKIE = f"{TRUST_SERIES}:{TRUST_TOKEN}"
WRONG_TRIES = 12
PASSKEY_ID = b"mihon-demo-passkey-0123456789abc"
PASSKEY_SCALAR = 0x4D69686F6E2D64656D6F2D706173736B65792D6B65792D666F722D7465737473  # public: for tests only
_BROWSER = hashlib.sha256(b"a browser of nobody's").digest()


def by_sms(db: Connection, services: Services, account: Account) -> None:
    """Turn two-step verification on, by SMS to the account's number."""
    methods.add(
        db,
        account_id=account.id,
        kind="sms",
        number=account.phone,
        is_preferred=True,
        verified_at=account.created_at,
        method_id=f"{account.id}-sms",
    )
    accounts.set_two_step(db, account.id, True)


def by_app(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by an app with a known secret, and by a call to a landline as backup."""
    _add_app(db, services, account, JIRO_SECRET)
    methods.add(
        db,
        account_id=account.id,
        kind="voice",
        number="+81312345678",
        is_preferred=False,
        verified_at=account.created_at + 1,
        method_id=f"{account.id}-voice",
    )
    accounts.set_two_step(db, account.id, True)


def reviewing(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by an app with a known secret: the desk asks for two steps."""
    _add_app(db, services, account, REVIEWER_SECRET)
    accounts.set_two_step(db, account.id, True)


def _add_app(db: Connection, services: Services, account: Account, secret: str) -> None:
    methods.add(
        db,
        account_id=account.id,
        kind="app",
        secret=services.seal.seal(secret.encode(), seal_context(account.id)),
        secret_mark=totp.mark(secret, services.pepper),
        is_preferred=True,
        verified_at=account.created_at,
        method_id=f"{account.id}-app",
    )


def locked_out(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by SMS to a lost phone. A case with one document waits at the desk."""
    by_sms(db, services, account)
    case = flows.add(
        db,
        kind=recovery.MACHINE.kind,
        state="received",
        account_id=account.id,
        browser=hashlib.sha256(account.id.encode()).digest(),
        data={"device": "Chrome, Windows", "near": "127.0.0.1"},
        now=account.created_at,
        life_seconds=services.config.recovery_seconds,
        flow_id=f"{account.id}-recovery",
    )
    picture = SPECIMEN.read_bytes()
    name = hashlib.sha256(case.id.encode()).hexdigest()[:32]
    sealed = services.seal.seal(picture, recovery.seal_context(name))
    document = StoredDocument(name, case.id, "png", len(picture), account.created_at)
    stored_recovery.add_document(db, document, sealed)


def trusted(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by SMS, and trust the browser with `TRUST_COOKIE`."""
    by_sms(db, services, account)
    trust.add(
        db,
        Trusted(
            id=f"{account.id}-browser",
            account_id=account.id,
            series_hash=token_hash(TRUST_SERIES),
            token_hash=token_hash(TRUST_TOKEN),
            epoch=accounts.get(db, account.id).trust_epoch,
            app="shop",
            device="Chrome, Windows",
            near="127.0.0.1",
            created_at=account.created_at,
            used_at=account.created_at,
            expires_at=account.created_at + services.config.trust_seconds,
        ),
    )


def throttled(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by SMS, with enough wrong codes in a row for a wait."""
    by_sms(db, services, account)
    wait = wait_seconds(WRONG_TRIES, services.limits.free_tries, services.limits.wait_max_seconds)
    key = throttle_key(methods.of_account(db, account.id)[0].id)
    throttles.write(db, key, Throttle(WRONG_TRIES, account.created_at + wait), account.created_at)


def half_way(db: Connection, services: Services, account: Account) -> None:
    """Begin a set-up whose code was sent and never typed, in a browser that is gone."""
    secret = services.seal.seal(JIRO_SECRET.encode(), seal_context(account.id))
    flows.add(
        db,
        kind=set_up.MACHINE.kind,
        state="verify",
        account_id=account.id,
        browser=_BROWSER,
        data={
            "secret": base64.b64encode(secret).decode(),
            "number": account.phone,
            "channel": "sms",
            "sent_at": account.created_at,
        },
        now=account.created_at,
        life_seconds=services.config.flow_seconds,
        flow_id=f"{account.id}-set-up",
    )


def kept(db: Connection, services: Services, account: Account) -> None:
    """Turn two-step verification off and keep its methods."""
    by_sms(db, services, account)
    accounts.set_two_step(db, account.id, False)


def capped(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by SMS, with as many codes sent as a day allows."""
    by_sms(db, services, account)
    assert account.phone is not None
    for at in range(services.limits.send_cap):
        codes.add(
            db,
            SentCode(
                id=f"{account.id}-{at}",
                flow_id=f"{account.id}-{at}",
                purpose="sign_in",
                account_id=account.id,
                method_id=f"{account.id}-sms",
                channel="sms",
                recipient=account.phone,
                digest=b"",
                state="replaced",
                tries_left=0,
                failure=None,
                sent_at=account.created_at,
                expires_at=account.created_at,
            ),
        )


def by_passkey(db: Connection, services: Services, account: Account) -> None:
    """Turn it on by SMS, and add a passkey whose private key is public."""
    by_sms(db, services, account)
    numbers = _passkey().public_key().public_numbers()
    # COSE (RFC 9053 7.1): key type EC2, ES256, P-256, x, y.
    cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + numbers.x.to_bytes(32, "big")
    cose += b"\x22\x58\x20" + numbers.y.to_bytes(32, "big")
    passkeys.add(
        db,
        Passkey(
            id=f"{account.id}-passkey",
            account_id=account.id,
            credential_id=PASSKEY_ID,
            public_key=cose,
            sign_count=0,
            name="見本の鍵",
            is_synced=False,
            created_at=account.created_at,
            used_at=None,
        ),
    )


def trust_cookie(services: Services, account_id: str) -> dict[str, str]:
    """Return the cookie of the trusted browser."""
    return {services.config.cookie(cookie_name(account_id, "shop")): TRUST_COOKIE}


def passkey_credential(services: Services, account_id: str) -> dict[str, str]:
    """Return the persona's passkey as DevTools' ``WebAuthn.addCredential`` takes it (base64)."""
    key = _passkey().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "credentialId": base64.b64encode(PASSKEY_ID).decode(),
        "privateKey": base64.b64encode(key).decode(),
        "userHandle": base64.b64encode(user_handle(account_id, services.pepper)).decode(),
    }


def _passkey() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(PASSKEY_SCALAR, ec.SECP256R1())
