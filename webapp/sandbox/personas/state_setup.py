"""How a browser gets into a persona's state: by the flows' own steps, as a visitor's clicks would make them.

Each arrival is called inside of a request, whose cookie it fills as the pages do, and answers with the path of the page
where the state shows.
"""

from __future__ import annotations

from typing import Literal

import flask
from flask import url_for
from flask_babel import gettext

from webapp.challenges.method import throttle_key
from webapp.flows import approval, older_device, sign_in, step_up
from webapp.sandbox.personas import states
from webapp.sandbox.personas.persona_session import Seat, nobody
from webapp.services import sessions, trust
from webapp.store import methods as stored_methods
from webapp.store import throttles
from webapp.store.flows import Flow

# -- signed in -----------------------------------------------------------------------------------------------


def signed_in(seat: Seat) -> str:
    """Signed in to the shop, on the account's page."""
    services = seat.services
    with services.store.writing() as db:
        done = sign_in.finish(
            db, services, seat.visitor, seat.account, "shop", "/", services.clock.now(), how="password"
        )
    seat.hold(done.token)
    return url_for("account.services")


def elevated(seat: Seat) -> str:
    """Signed in, and freshly proven: the settings are open."""
    signed_in(seat)
    services = seat.services
    with services.store.writing() as db:
        until = services.clock.now() + services.config.step_up_seconds
        token = sessions.elevate(db, seat.session, until)
    assert token is not None  # opened above
    seat.hold(token)
    return url_for("settings.overview")


def reviewing(seat: Seat) -> str:
    """Signed in at the desk."""
    signed_in(seat)
    return url_for("desk.queue")


# -- signing in ----------------------------------------------------------------------------------------------


def at_sign_in(_seat: Seat) -> str:
    """Before the first page of the sign-in."""
    return url_for("sign_in.identifier")


def at_older_device(_seat: Seat) -> str:
    """Before the older device's one page."""
    return url_for("older_device.sign_in")


def at_password(seat: Seat) -> str:
    """Address given, the password is asked; the browser is a trusted one."""
    seat.trust = (trust.cookie_name(seat.key, "shop"), states.TRUST_COOKIE)
    flask.session["identifier_shop"] = seat.email
    flask.session["return_to_shop"] = url_for("shop.home")
    return url_for("sign_in.identifier", step="password")


def at_code(seat: Seat) -> str:
    """Right password; the code has left and is asked."""
    flow = sign_in.submit_password(
        seat.services,
        seat.visitor,
        seat.email,
        seat.password,
        app="shop",
        return_to=url_for("shop.home"),
        cookie=nobody,
    )
    assert isinstance(flow, Flow)
    flask.session["sign_in_shop"] = flow.id
    return url_for("sign_in.code")


def at_wait(seat: Seat) -> str:
    """A code is asked while a wait runs, and the wait is told."""
    path = at_code(seat)
    with seat.services.store.reading() as db:
        preferred = stored_methods.of_account(db, seat.key)[0]
        wait = throttles.read(db, throttle_key(preferred.id)).blocked_until
    seconds = round(wait - seat.services.clock.now())
    flask.flash(
        gettext(
            "Sandbox: a wait of %(seconds)s seconds runs. A code is looked at once it is over.",
            seconds=seconds,
        ),
        "info",
    )
    return path


def at_another_way(seat: Seat) -> str:
    """At the ways to receive a code."""
    at_code(seat)
    return url_for("sign_in.another_way")


def at_older_code(seat: Seat) -> str:
    """On an older device, after the right password: the code is to follow it."""
    flow = older_device.submit(
        seat.services,
        seat.visitor,
        None,
        seat.email,
        seat.password,
        return_to=url_for("older_device.sign_in"),
        cookie=nobody,
    )
    assert isinstance(flow, Flow)
    return seat.at(older_device.TABLE, flow)


def stepping_up(seat: Seat) -> str:
    """Signed in; a code is asked before the settings open."""
    signed_in(seat)
    flow = step_up.begin(
        seat.services, seat.visitor, seat.account, seat.session, url_for("settings.overview")
    )
    return seat.at(step_up.TABLE, flow)


def waiting(seat: Seat) -> str:
    """Signed in; the mail with the link has left, the page waits."""
    signed_in(seat)
    return seat.at(approval.TABLE, _asked(seat))


def decided(seat: Seat, decision: Literal["approve", "deny"]) -> str:
    """Signed in; the owner has decided by the link in the mail."""
    signed_in(seat)
    flow = approval.decide(seat.services, seat.visitor, _asked(seat), decision)
    return seat.at(approval.TABLE, flow)


def _asked(seat: Seat) -> Flow:
    settings = url_for("settings.overview")
    return approval.request(seat.services, seat.visitor, seat.account, seat.session, settings)
