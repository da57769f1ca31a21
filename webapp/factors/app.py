"""The authenticator app (RFC 6238)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from webapp.factors.factor import Factor, Proof
from webapp.factors.shared_secret import seal_context, unseal
from webapp.rules import totp
from webapp.services.codes import Source, Verdict
from webapp.services.context import Services
from webapp.store import methods
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import ChallengeContext, Method


@dataclass(frozen=True, slots=True)
class AppCodes:
    """Codes of an enrolled authenticator app: each step once and only forward (RFC 6238 5.2)."""

    method: Method
    secret: str = field(repr=False)
    window: int
    is_by_clock: ClassVar[bool] = True

    def judge(self, db: Connection, typed: str, now: float) -> Verdict:
        """Check a code. The oldest matching step after the last used one wins."""
        matching = totp.matching_steps(self.secret, typed, now, self.window)
        if not matching:
            return Verdict.WRONG
        fresh = [step for step in matching if step > self.method.last_step]
        if fresh and methods.use_step(db, self.method.id, fresh[0]):
            return Verdict.RIGHT
        return Verdict.USED


@dataclass(slots=True)
class FirstCode:
    """The first code of an app during set-up. `step` is the step that it used, to be stored with the method."""

    secret: str = field(repr=False)
    window: int
    step: int = 0
    is_by_clock: ClassVar[bool] = True

    def judge(self, db: Connection, typed: str, now: float) -> Verdict:
        """Check a code. Any step in the window may match: there is no earlier use to compare with."""
        matching = totp.matching_steps(self.secret, typed, now, self.window)
        if not matching:
            return Verdict.WRONG
        self.step = matching[-1]
        return Verdict.RIGHT


class App(Factor):
    """An authenticator app, which makes codes from a secret and the time."""

    kind = "app"

    def source(self, services: Services, asked: ChallengeContext, flow: Flow) -> Source:
        """Return the app's codes."""
        method = asked.method
        secret = services.seal.open(method.secret or b"", seal_context(method.account_id)).decode()
        return AppCodes(method, secret, services.limits.totp_window)

    def first_source(self, services: Services, account_id: str, flow: Flow) -> Source:
        """Return the codes of the secret that the flow shows; the right one's step won't sign in
        (docs/promises.md#9)."""
        return FirstCode(unseal(services, account_id, flow.data["secret"]), services.limits.totp_window)

    def proof(self, flow: Flow, source: Source) -> Proof:
        """Return the flow's secret, still sealed, and the step that was used up."""
        assert isinstance(source, FirstCode)
        return {"kind": self.kind, "secret": flow.data["secret"], "step": source.step}

    def columns(self, services: Services, account_id: str, proof: Proof) -> dict[str, Any]:
        """Return the secret and the step. Equal secrets are found by their mark, without opening them."""
        secret = unseal(services, account_id, proof["secret"])
        return {
            "secret": services.seal.seal(secret.encode(), seal_context(account_id)),
            "secret_mark": totp.mark(secret, services.pepper),
            "last_step": proof["step"],
        }


@dataclass(frozen=True, slots=True)
class Key:
    """What a user enters in an app: the secret, and the same as an ``otpauth:`` address for the QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def key_of(services: Services, account: Account, flow: Flow) -> Key:
    """Return the key of the app that may be enrolled now."""
    secret = unseal(services, account.id, flow.data["secret"])
    return Key(secret, totp.provisioning_uri(secret, account.email or account.phone or account.name))


def sealed_secret(method: Method) -> bytes | None:
    """Return the sealed secret of an app; None if the method is no app."""
    return method.secret if method.kind == App.kind else None
