"""The faults of the tools, in testers' words (docs/sandbox.md#faults)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

SLOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: ``rules`` for the phone (`mocksms.core.faults`), or ``settings`` of the site.

    ``is_lasting`` is the default: until it is cleared, or the next one only.
    """

    key: str
    words: Any
    rules: tuple[dict[str, Any], ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    is_lasting: bool = False


def _of_gateway(what: str, **more: Any) -> tuple[dict[str, Any], ...]:
    return tuple({"what": what, "channel": channel, **more} for channel in ("sms", "call"))


GROUPS: tuple[tuple[Any, tuple[Fault, ...]], ...] = (
    (
        _("SMS"),
        (
            Fault("sms-lost", _("SMS never arrives"), ({"what": "drop", "channel": "sms"},)),
            Fault(
                "sms-late",
                _("SMS arrives 60 seconds late"),
                ({"what": "delay", "channel": "sms", "seconds": 60},),
            ),
            Fault("sms-twice", _("SMS arrives twice"), ({"what": "duplicate", "channel": "sms"},)),
            Fault(
                "sms-half-lost",
                _("About half of all SMS are lost"),
                ({"what": "drop", "channel": "sms", "share": 0.5},),
                is_lasting=True,
            ),
            Fault(
                "sms-unreachable",
                _("SMS is refused: the number can't be reached"),
                ({"what": "reject", "channel": "sms", "code": 21612},),
            ),
            Fault(
                "sms-stopped",
                _("SMS is refused: the number has opted out"),
                ({"what": "reject", "channel": "sms", "code": 21610},),
            ),
            Fault(
                "sms-landline",
                _("SMS is refused: the number is a landline"),
                ({"what": "reject", "channel": "sms", "code": 21635},),
            ),
        ),
    ),
    (
        _("Voice calls"),
        (
            Fault("call-lost", _("Call never rings"), ({"what": "drop", "channel": "call"},)),
            Fault(
                "call-late",
                _("Call rings 60 seconds late"),
                ({"what": "delay", "channel": "call", "seconds": 60},),
            ),
            Fault(
                "call-cut",
                _("Call drops when answered"),
                ({"what": "hang_up", "channel": "call"},),
            ),
            Fault(
                "call-unreachable",
                _("Call is refused: the number can't be reached"),
                ({"what": "reject", "channel": "call", "code": 21217},),
            ),
        ),
    ),
    (
        _("SMS and voice gateway"),
        (
            Fault(
                "gateway-down",
                _("The gateway is down"),
                _of_gateway("http_status", status=503),
                is_lasting=True,
            ),
            Fault(
                "gateway-slow",
                _("The gateway takes 6 s, so the site times out"),
                _of_gateway("slow", seconds=6),
            ),
            Fault(
                "gateway-garbage",
                _("The gateway returns invalid data"),
                _of_gateway("http_status", status=400),
            ),
            Fault(
                "gateway-hangs-up",
                _("The gateway closes the connection mid-response to an SMS"),
                ({"what": "hang_up", "channel": "sms"},),
            ),
        ),
    ),
    (
        lazy_pgettext("channel", "Email"),
        (
            Fault("mail-lost", _("Email never arrives"), ({"what": "drop", "channel": "mail"},)),
            Fault(
                "mail-late",
                _("Email arrives 60 seconds late"),
                ({"what": "delay", "channel": "mail", "seconds": 60},),
            ),
            Fault(
                "mail-refused",
                _("The mail server rejects the email"),
                ({"what": "smtp_code", "channel": "mail", "code": 550},),
            ),
            Fault(
                "mail-hangs-up",
                _("The mail server closes the connection"),
                ({"what": "hang_up", "channel": "mail"},),
            ),
            Fault(
                "mail-slow",
                _("The mail server takes 6 s, so the site times out"),
                ({"what": "slow", "channel": "mail", "seconds": 6},),
            ),
        ),
    ),
    (
        _("The site itself"),
        (
            Fault(
                "slow-database",
                _("The database is slow: each change waits 2 seconds"),
                settings={"slow_database": SLOW_SECONDS},
                is_lasting=True,
            ),
            Fault(
                "locked-database",
                _("The database is locked: nothing can be changed"),
                settings={"locked_database": True},
                is_lasting=True,
            ),
        ),
    ),
)
FAULTS = {fault.key: fault for _name, faults in GROUPS for fault in faults}
KINDS = {
    "drop": _("never arrives"),
    "delay": _("arrives late (seconds)"),
    "duplicate": _("arrives twice"),
    "reject": _("is refused (error code)"),
    "undelivered": _("is accepted, then not delivered (error code)"),
    "slow": _("is accepted slowly (seconds)"),
    "http_status": _("gets an error page (HTTP status)"),
    "smtp_code": _("is refused by the mail server (SMTP code)"),
    "hang_up": _("has its connection closed"),
}
CHANNELS = {"sms": _("SMS"), "call": _("Voice call"), "mail": lazy_pgettext("channel", "Email")}
NUMBERS = {
    "delay": "seconds", "slow": "seconds", "reject": "code", "undelivered": "code", "smtp_code": "code",
    "http_status": "status",
}  # fmt: skip
"""The label of a rule's number, for those that have one."""
