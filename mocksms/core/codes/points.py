"""The points that each kind of word gives a candidate, by its place."""

Points = list[tuple[int, str]]  # each with its reason

_REASONS = {
    "code": "a word for a code",
    "number": "a word for a number",
    "figures": "a word for digits",
    "other": "a word for another number",
    "calls": "a word for calling",
    "ends": "a word for another number",
    "example": "a word for an example",
    "promo": "a word for a discount",
    "enter": "a word for entering",
    "by": "a word for using",
    "login": "a word for what a code is for",
    "deal": "a word for a payment or a delivery",
    "slip": "a word for an approval",
    "life": "a word for how long it is valid",
}
BEFORE, RIGHT_BEFORE, AFTER = (
    {kind: f"{reason} {where}" for kind, reason in _REASONS.items()}
    for where in ("before it", "right before it", "after it")
)
# Right before it, in its sentence, in the sentence or line before.
POINTS_BEFORE = {
    "code": (75, 50, 35),
    "number": (30, 18, 8),
    "figures": (50, 30, 16),
    "other": (-100, -12, 0),
    "example": (-90, -80, 0),
    "deal": (18, 10, 4),
    "slip": (-60, -10, 0),
    "enter": (55, 30, 22),
    "by": (38, 8, 0),
    "login": (32, 17, 5),
}
POINTS_AFTER = {
    "code": (60, 35),
    "number": (10, 5),
    "figures": (20, 10),
    "promo": (-30, -10),
    "calls": (-60, 0),
    "ends": (-100, 0),
    "example": (-80, 0),
    "enter": (45, 20),
    "login": (28, 18),
    "life": (12, 8),
    "deal": (18, 12),
}
ANYWHERE = (
    ("code", 4, "the message speaks of a code"),
    ("login", 10, "the message speaks of what a code is for"),
    ("deal", 5, "the message speaks of a payment or a delivery"),
    ("life", 10, "the message says how long something is valid"),
    ("secret", 12, "the message asks to keep something secret"),
    ("enter", 6, "the message asks to enter something"),
)
