"""The interface of a factor: a way to prove the second step by a code."""

from __future__ import annotations

from typing import Any, Protocol

from webapp.services.codes import SentSource, Source
from webapp.services.context import Services
from webapp.store.flows import Flow
from webapp.store.methods import ChallengeContext, Method

Proof = dict[str, Any]
"""What was proven: ``kind``, with ``number`` or ``secret`` (sealed) and ``step``; perhaps a ``name``."""


class Factor(Protocol):
    """A way to prove the second step by a code; one object for all accounts.

    A method is an account's registration of it. Codes of a `SentFactor` go to an address, stored as the method's
    ``number``. Other codes come from what the owner got at set-up, stored as its ``secret`` and ``last_step``.
    """

    kind: str
    may_be_preferred: bool = True
    may_be_backup: bool = True

    def mask(self, method: Method) -> str:
        """Return a hint at the method that is safe to show before sign-in."""
        return ""

    def number_to_notify(self, method: Method) -> str | None:
        """Return the phone number that gets a text when the method is replaced (docs/promises.md#18)."""
        return None

    def source(self, services: Services, asked: ChallengeContext, flow: Flow) -> Source:
        """Return where the codes of the method come from that this flow asks."""
        ...

    def first_source(self, services: Services, account_id: str, flow: Flow) -> Source:
        """Return where the code comes from that enrols a method."""
        ...

    def proof(self, flow: Flow, source: Source) -> Proof:
        """Return what the right code of ``source`` has proven."""
        ...

    def columns(self, services: Services, account_id: str, proof: Proof) -> dict[str, Any]:
        """Return what a method keeps of a proof: columns of its row."""
        ...


class SentFactor(Factor):
    """A factor whose codes are sent to an address. The first code that comes back enrols it."""

    def read(self, typed: str, region: str) -> str:
        """Return the typed address in its stored form. Raise a refusal."""
        return typed.strip()

    def deliver(self, services: Services, to: str, code: str, language: str) -> str | None:
        """Send a code to an address; return a call's sid, else None. Raise ``DeliveryFailed``."""
        return services.outbound.send_code(channel=self.kind, to=to, code=code, language=language)

    def mask(self, method: Method) -> str:
        """Return the address's last three characters."""
        return (method.number or "")[-3:]

    def source(self, services: Services, asked: ChallengeContext, flow: Flow) -> Source:
        """Return the codes that were sent for this flow."""
        return SentSource(flow.id, flow.kind, services.pepper, asked.sent)

    def first_source(self, services: Services, account_id: str, flow: Flow) -> Source:
        """Return the codes that were sent for this flow and address."""
        return SentSource(scope(flow, flow.data["number"]), flow.kind, services.pepper)

    def proof(self, flow: Flow, source: Source) -> Proof:
        """Return the address that the code went to."""
        return {"kind": self.kind, "number": flow.data["number"]}

    def columns(self, services: Services, account_id: str, proof: Proof) -> dict[str, Any]:
        """Return the address."""
        return {"number": proof["number"]}


def scope(flow: Flow, address: str) -> str:
    """Return what a code is bound to: flow *and* address, so that it verifies no other one (docs/promises.md#14)."""
    return f"{flow.id}:{address}"
