"""Why a number was found to be a message's code, in the page's language. The API says it in English.

Below are the texts of `mocksms.core.codes`, marked for the catalogue.
"""

import re

from flask_babel import gettext as _

from mocksms.core.checks.check import N_

_TOO_LITTLE = re.compile(r"too little evidence for the likeliest number, (\S+): (.+)")
PLACES = {
    " right before it": N_("%(word)s right before it"),
    " before it": N_("%(word)s before it"),
    " after it": N_("%(word)s after it"),
}
_WORDS = (
    N_("a word for a code"),
    N_("a word for a number"),
    N_("a word for digits"),
    N_("a word for another number"),
    N_("a word for an example"),
    N_("a word for a discount"),
    N_("a word for entering"),
    N_("a word for using"),
    N_("a word for calling"),
    N_("a word for what a code is for"),
    N_("a word for a payment or a delivery"),
    N_("a word for an approval"),
    N_("a word for how long it is valid"),
)
TEXTS = frozenset(
    {
        *_WORDS,
        N_("the message speaks of a code"),
        N_("the message speaks of what a code is for"),
        N_("the message speaks of a payment or a delivery"),
        N_("the message speaks of a discount"),
        N_("the message says how long something is valid"),
        N_("the message says that something is done"),
        N_("the message asks to keep something secret"),
        N_("the message asks to enter something"),
        N_("the message gives a permanent password"),
        N_("the message begins with it"),
        N_("a discount message"),
        N_("nothing says that a code follows"),
        N_("no other number like it"),
        N_("no number that could be a code"),
        N_("the line bound to a website names it"),
        N_("the pattern in the request names it"),
        N_("a colon before its line"),
        N_("a colon before it"),
        N_("a name before it"),
        N_("a word for another number right after it"),
        N_("a unit follows"),
        N_("described as another number"),
        N_("sent after a word"),
        N_("one of several numbers"),
        N_("a word to send to a number"),
        N_("a fraud warning with a number to call"),
        N_("said twice"),
        N_("spoken twice or slowly"),
        N_("little else in the message"),
        N_("introduced by “is” or similar"),
        N_("a number to send something to"),
        N_("alone on its line"),
        N_("in brackets or other marks"),
        N_("six digits"),
        N_("six letters"),
        N_("long for a code"),
        N_("after two letters"),
        N_("spoken like a phone number"),
        N_("spoken digit by digit"),
        N_("with a dot"),
        N_("a round number"),
        N_("like a date"),
        N_("like a time"),
        N_("like a year"),
        N_("a span of time"),
        N_("like a phone number"),
        N_("in pairs, like a number plate"),
        N_("begins with a year"),
        N_("an amount"),
        N_("an amount with its unit"),
        N_("part of a masked or numbered item"),
        N_("part of an account number"),
        N_("a number plate"),
        N_("the end of another number"),
        N_("letters"),
        N_("letters only"),
        N_("lower-case letters"),
        N_("a word in capitals"),
        N_("a word and a number, like a discount code"),
        N_("like a flight or an order"),
        N_("a word that can be spoken"),
    }
)


def translated(reason: str) -> str:
    """Return a message's ``code_reason`` in the page's language."""
    if found := _TOO_LITTLE.fullmatch(reason):
        return _(
            "too little evidence for the likeliest number, %(number)s: %(reasons)s",
            number=found[1],
            reasons=translated(found[2]),
        )
    return _("; ").join(_part(part) for part in reason.split("; "))


def _part(part: str) -> str:
    if part not in TEXTS:
        for place, sentence in PLACES.items():
            if part.endswith(place):
                return _(sentence, word=_(part.removesuffix(place)))
    return _(part)
