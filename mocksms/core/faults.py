"""Faults that testers set: the next message, a share of them, or those of one number fail in a chosen way."""

import random
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast, get_args

from mocksms import store
from mocksms.core import phone_numbers
from mocksms.core.worlds import World
from mocksms.errors import Problem

What = Literal[
    "reject", "undelivered", "delay", "duplicate", "drop", "slow", "http_status", "hang_up", "smtp_code"
]
# Each fault's number: its name, bounds and default.
NUMBERS: dict[str, tuple[str, float, float, float]] = {
    "reject": ("code", 10000, 99999, 21610),
    "undelivered": ("code", 10000, 99999, 30003),
    "delay": ("seconds", 0, 30 * 86400, 5),
    "slow": ("seconds", 0, 30, 5),
    "http_status": ("status", 400, 599, 503),
    "smtp_code": ("code", 400, 599, 451),
}
SLOW: ContextVar[float] = ContextVar("slow", default=0.0)
"""Seconds that the answer to a request waits. Who takes requests sets it back, and waits without a thread if it can."""
_chance = random.SystemRandom()


class Rule(NamedTuple):
    """One fault.

    Empty `channel`, `to` or `sender` matches all; `share` is the part of the matching messages that it hits (0 to 1).
    `number` is the code, status or seconds of `what`; `times` how often it still applies, None without limit.
    """

    what: What
    number: float = 0
    channel: str = ""
    to: str = ""
    sender: str = ""
    share: float = 1.0
    times: int | None = None
    used: int = 0
    id: int = 0

    def fits(self, channel: str, to: str, sender: str) -> bool:
        """Return whether a message of this channel, sender and recipient matches."""
        return (
            self.channel in ("", channel)
            and self.to in ("", to)
            and self.sender in ("", sender)
            and self.times != 0
            and (self.share >= 1 or _chance.random() < self.share)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the rule as the API shows it."""
        shown = {key: value for key, value in self._asdict().items() if key not in ("number", "sender")}
        shown["from"] = self.sender
        if self.what in NUMBERS:
            name = NUMBERS[self.what][0]
            shown[name] = self.number if name == "seconds" else int(self.number)
        return shown


@dataclass(slots=True)
class Effects:
    """The faults of one message; codes and seconds are None or 0 for no fault."""

    reject: int | None = None
    undelivered: int | None = None
    delay: float = 0
    slow: float = 0
    duplicate: bool = False
    drop: bool = False
    http_status: int | None = None
    hang_up: bool = False
    smtp_code: int | None = None


NOTHING = Effects()


def parse(body: object, region: str) -> Rule:
    """Return the rule that a tester described. Raise :class:`Problem` with the wrong field."""
    if not isinstance(body, dict):
        raise Problem(422, "Bad body", "a fault is a JSON object", "what")
    what = body.get("what")
    if not isinstance(what, str) or what not in get_args(What):
        raise Problem(422, "Bad body", f"what must be one of {', '.join(get_args(What))}", "what")
    known = {"what", "channel", "to", "from", "share", "times"}
    if what in NUMBERS:
        known.add(NUMBERS[what][0])
    for name in body:
        if name not in known:
            raise Problem(422, "Bad body", f"{name} is not a part of the fault {what}", str(name))
    channel = body.get("channel", "")
    if channel not in ("", "sms", "call", "mail"):
        raise Problem(422, "Bad body", "channel must be sms, call or mail", "channel")
    sides = [body.get("to", ""), body.get("from", "")]
    for name, side in zip(("to", "from"), sides, strict=True):
        if not isinstance(side, str) or len(side) > 320 or side != side.encode("utf-8", "replace").decode():
            raise Problem(422, "Bad body", f"{name} must be a number or mailbox", name)
    times = body.get("times")
    if times is not None:
        times = int(_number(times, "times", 1, 10**6))
        if times != body["times"]:
            raise Problem(422, "Bad body", "times must be a whole number", "times")
    number = 0.0
    if what in NUMBERS:
        name, low, high, default = NUMBERS[what]
        number = _number(body.get(name, default), name, low, high)
    to, sender = (phone_numbers.normalise(side, region) if side else "" for side in sides)
    return Rule(
        cast(What, what), number, channel, to, sender, _number(body.get("share", 1.0), "share", 0, 1), times
    )


def _number(value: object, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Problem(422, "Bad body", f"{name} must be a number from {low:g} to {high:g}", name)
    return float(value)


def add(world: World, rule: Rule) -> Rule:
    """Save a rule and return it with its id."""
    kept = {key: value for key, value in rule._asdict().items() if key not in ("id", "times", "used")}
    with world.altering() as db:
        rule_id = store.faults.add(db, kept, rule.times)
    return Rule(**kept, times=rule.times, id=rule_id)


def rules(world: World) -> list[Rule]:
    """Return all rules of a world, used-up ones included."""
    with world.store.reading() as db:
        return _rules(db)


def remove(world: World, rule_id: int | None = None) -> int:
    """Delete one rule, or all. Return how many were deleted."""
    with world.altering() as db:
        return store.faults.remove(db, rule_id)


def take(world: World, channel: str, to: str, sender: str) -> Effects:
    """Return the faults of this message and count each rule that hits it as used."""
    effects = Effects()
    for rule in _used(world, channel, to, sender):
        if rule.what in ("duplicate", "drop", "hang_up"):
            setattr(effects, rule.what, True)
        elif rule.what in ("delay", "slow"):
            setattr(effects, rule.what, rule.number)
        else:
            setattr(effects, rule.what, int(rule.number))
    if effects.slow:
        SLOW.set(SLOW.get() + effects.slow)
    return effects


def _used(world: World, channel: str, to: str, sender: str) -> list[Rule]:
    """Count each rule that hits a message, in one transaction, and return them."""
    with world.altering() as db:
        return [
            rule
            for rule in _rules(db)
            if rule.fits(channel, to, sender)
            and (rule.what != "smtp_code" or channel == "mail")
            and store.faults.use(db, rule.id)
        ]


def _rules(db: store.Connection) -> list[Rule]:
    return [
        Rule(**rule, times=times, used=used, id=rule_id)
        for rule_id, rule, times, used in store.faults.rules(db)
    ]
