"""Random walks over all flows and the clock, beside a small model of what should hold."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import lockout as recovery
from tests.actors import PASSWORD
from tests.app_fixture import AppFixture
from tests.security.model import FLOW, IDLE, SEEN_EVERY, SETTINGS, STEP_UP, TRUST, App, Model, Walker
from tests.security.tools import rows, wrong_code

WALKS = int(os.environ.get("WALKS", "0"))
STEPS = 30
EMAIL = "hanako@example.com"
LINK = "承認または否認してください"
seat = st.sampled_from([0, 1])


def signed_in(walks: Walks) -> bool:
    return any(own.is_signed_in(walks.now) for own in walks.model.seats)


def asked(walks: Walks) -> bool:
    return walks.model.is_on and bool(walks.waiting())


def on_and_signed_in(walks: Walks) -> bool:
    return walks.model.is_on and signed_in(walks)


def off_and_signed_in(walks: Walks) -> bool:
    return not walks.model.is_on and signed_in(walks)


class Walks(RuleBasedStateMachine):
    """Two browsers of hanako's, one app, one mailbox; a rule is what she may do next, the rest is her account."""

    apps: AppFixture

    @initialize(starts_on=st.booleans(), remember=st.booleans())
    def begin(self, starts_on: bool, remember: bool) -> None:
        self.world = self.apps.fresh()
        self.model, self.app = Model(), App()
        self.walkers = [Walker(self.world), Walker(self.world)]
        self.world.clock.advance(15 - self.now % 30)
        if starts_on:
            self.password(0)
            self.turn_on(0, remember)

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def fresh_code(self) -> str:
        """Return a code of an unused step: move the time on by one."""
        self.world.clock.advance(30)
        return self.app.code(self.now)

    def inside(self, at: int) -> int:
        """Return a signed-in browser: ``at`` if it is one."""
        return at if self.model.seats[at].is_signed_in(self.now) else 1 - at

    def waiting(self) -> list[int]:
        """Return the browsers that are asked for a code and stay so for a while."""
        return [
            at
            for at, own in enumerate(self.model.seats)
            if self.now + 60 < own.asked_until and not own.is_signed_in(self.now)
        ]

    def look(self, at: int) -> bool:
        """Check whether the account's page opens at this browser exactly if the model says so."""
        own, now = self.model.seats[at], self.now
        expected = own.is_signed_in(now)
        assert (self.walkers[at].get("/account").status_code == 200) is expected
        if expected and now - own.seen_at >= SEEN_EVERY:
            own.seen_at = now
        return expected

    # -- what may happen -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([31, 31, 31, 300, 300, FLOW + 1, STEP_UP + 1, IDLE + 1, 86_401, TRUST + 1]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    @rule(at=seat)
    def password(self, at: int) -> None:
        own, walker = self.model.seats[at], self.walkers[at]
        answer = walker.gives_password(EMAIL, PASSWORD)
        now = self.now
        own.leaves()
        if not self.model.is_on or now < own.trusted_until:
            assert walker.leads_to(answer) == "/"
            own.sits_down(now)
        else:
            assert walker.leads_to(answer) == "/ap/mfa"
            own.asked_until = now + FLOW

    @precondition(asked)
    @rule(at=seat, remember=st.booleans())
    def right_code(self, at: int, remember: bool) -> None:
        at = at if at in self.waiting() else self.waiting()[0]
        own, walker = self.model.seats[at], self.walkers[at]
        code = self.fresh_code()
        fields = {"rememberDevice": "y"} if remember else {}
        answer = walker.post("/ap/mfa", "/ap/mfa", otpCode=code, **fields)
        if self.now < self.model.blocked_until:
            assert answer.status_code == 429
            return
        assert walker.leads_to(answer) == "/"
        self.model.succeeds()
        own.sits_down(self.now)
        if remember:
            own.trusted_until = self.now + TRUST
        for other in self.waiting():  # what signed one browser in is good in no other
            answer = self.walkers[other].post("/ap/mfa", "/ap/mfa", otpCode=code)
            assert self.walkers[other].leads_to(answer) != "/"
            self.model.counts_wrong(self.now)

    @precondition(asked)
    @rule(at=seat, times=st.integers(1, 5))
    def wrong_code(self, at: int, times: int) -> None:
        at = at if at in self.waiting() else self.waiting()[0]
        for _ in range(times):
            blocked = self.now < self.model.blocked_until
            typed = wrong_code(self.app.code(self.now))
            answer = self.walkers[at].post("/ap/mfa", "/ap/mfa", otpCode=typed)
            if not blocked:
                self.model.counts_wrong(self.now)
            assert answer.status_code == (429 if self.now < self.model.blocked_until else 200)

    @precondition(signed_in)
    @rule(at=seat)
    def sign_out(self, at: int) -> None:
        at = self.inside(at)
        self.walkers[at].post("/ap/signout", "/account")
        self.model.seats[at].leaves()

    @precondition(signed_in)
    @rule(at=seat)
    def step_up(self, at: int) -> None:
        self.elevate(self.inside(at))

    @precondition(off_and_signed_in)
    @rule(at=seat, remember=st.booleans())
    def turn_on(self, at: int, remember: bool) -> None:
        at = self.inside(at)
        if not self.elevate(at):
            return
        walker = self.walkers[at]
        walker.post(f"{SETTINGS}/start", "/account")
        if self.model.has_methods:
            if not self.proves_the_kept_app(at):
                return
        else:
            path = f"{SETTINGS}/setup/register"
            found = re.search(r'data-plain="([A-Z2-7]{32})"', walker.get(path).text)
            assert found is not None
            self.app.secret = found[1]
            walker.post(path, path, method="app", otpCode=self.fresh_code())
        fields = {"rememberDevice": "y"} if remember else {}
        answer = walker.post(f"{SETTINGS}/setup/howto", f"{SETTINGS}/setup/howto", **fields)
        assert walker.leads_to(answer) == SETTINGS
        self.model.is_on = self.model.has_methods = True
        for other, own in enumerate(self.model.seats):
            own.trusted_until = 0.0
            if other != at:  # it was confirmed without a code
                own.elevated_until = 0.0
        if remember:
            self.model.seats[at].trusted_until = self.now + TRUST

    @precondition(on_and_signed_in)
    @rule(at=seat, clear=st.booleans())
    def turn_off(self, at: int, clear: bool) -> None:
        at = self.inside(at)
        if not self.elevate(at):
            return
        fields = {"clearSettings": "y"} if clear else {}
        answer = self.walkers[at].post(f"{SETTINGS}/disable", f"{SETTINGS}/disable", **fields)
        assert self.walkers[at].leads_to(answer) == f"{SETTINGS}/disable/feedback"
        self.model.is_on, self.model.has_methods = False, not clear
        if clear:
            self.model.succeeds()
        self.model.ends_everything_but(self.model.seats[at])

    @precondition(on_and_signed_in)
    @rule(at=seat)
    def ask_everywhere(self, at: int) -> None:
        at = self.inside(at)
        if self.elevate(at):
            self.walkers[at].post(f"{SETTINGS}/trusted/revoke-all", "/account")
            for each in self.model.seats:
                each.trusted_until = 0.0

    @precondition(lambda walks: walks.model.is_on)
    @rule()
    def reset_by_documents(self) -> None:
        """Reset with email and password, ID documents, and a reviewer's decision, which ends all sessions."""
        owner = self.world.person("hanako")
        recovery.begins(owner)
        recovery.sends(owner)
        desk = recovery.reviewer(self.world)
        recovery.begins_review(desk, owner.name)
        recovery.decides(desk, "approve")
        self.model.is_on = self.model.has_methods = False
        self.model.succeeds()
        self.model.ends_everything_but(None)

    # -- what always holds ---------------------------------------------------------------------------------

    @invariant()
    def account_is_as_the_model_says(self) -> None:
        (account,) = [row for row in rows(self.world, "accounts") if row["id"] == "hanako"]
        kept = [row for row in rows(self.world, "methods") if row["account_id"] == "hanako"]
        assert (bool(account["two_step_on"]), bool(kept)) == (self.model.is_on, self.model.has_methods)
        trusting = [own for own in self.model.seats if self.now < own.trusted_until]
        own = [row for row in rows(self.world, "trusted") if row["account_id"] == "hanako"]
        living = [row for row in own if row["expires_at"] > self.now]
        assert len(living) >= len(trusting)
        assert bool(living) is bool(trusting)

    @invariant()
    def doors_are_as_the_model_says(self) -> None:
        for at, own in enumerate(self.model.seats):
            self.look(at)
            is_open = self.walkers[at].get(SETTINGS).status_code == 200
            assert is_open is own.is_elevated(self.now)

    # -- how -----------------------------------------------------------------------------------------------

    def elevate(self, at: int) -> bool:
        """Confirm the identity as the site asks. Return whether it worked (there may be a wait)."""
        own, walker = self.model.seats[at], self.walkers[at]
        if own.is_elevated(self.now + 120):
            return True
        if own.is_elevated(self.now):
            self.world.clock.advance(120)  # about to end: let it
            if not self.look(at):
                return False
        answer = walker.post("/ap/cvf/confirm", "/account", return_to=SETTINGS)
        if self.model.is_on:
            assert walker.leads_to(answer) == "/ap/mfa"
            answer = walker.post("/ap/mfa", "/ap/mfa", otpCode=self.fresh_code())
            if self.now < self.model.blocked_until:
                assert answer.status_code == 429
                return False
            self.model.succeeds()
        else:
            assert walker.leads_to(answer) == "/ap/cvf/approval"
            link = urlsplit(self.world.phone.mail(EMAIL).link(LINK)).path
            Walker(self.world).post(link, link, decision="approve")
            answer = walker.post("/ap/cvf/approval", "/account")
        assert walker.leads_to(answer) == SETTINGS
        own.elevated_until = self.now + STEP_UP
        return True

    def proves_the_kept_app(self, at: int) -> bool:
        """Turn on again with one code of the kept method."""
        walker, path = self.walkers[at], f"{SETTINGS}/setup/confirm"
        answer = walker.post(path, path, otpCode=self.fresh_code())
        if self.now < self.model.blocked_until:
            assert answer.status_code == 429
            return False
        self.model.succeeds()
        assert walker.leads_to(answer) == f"{SETTINGS}/setup/howto"
        return True


def walk(apps: AppFixture) -> None:
    """Walk at random; raise what does not agree with the model."""
    run_state_machine_as_test(
        type("WalksHere", (Walks,), {"apps": apps}),
        settings=settings(
            max_examples=WALKS or 8,
            stateful_step_count=STEPS,
            derandomize=not WALKS,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink] if WALKS else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
