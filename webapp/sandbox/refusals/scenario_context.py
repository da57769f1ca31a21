"""What scenarios share: a new persona, at real time, on a phone without faults."""

from __future__ import annotations

from typing import Any

from webapp.rules import totp
from webapp.sandbox.controls import clock as time_travel
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Do, Note, Press, Step, Wait, noted
from webapp.sandbox.journeys.walk import Walk
from webapp.sandbox.personas import personas, states
from webapp.sandbox.phone import phone
from webapp.sandbox.refusals.scenario import Scenario
from webapp.sandbox.world_middleware import world
from webapp.store import accounts, throttles

STRANGER = "newcomer@example.com"


class ScenarioContext(Walk):
    """A running scenario: the persona, its browser and its phone."""

    def __init__(self, scenario: Scenario) -> None:
        time_travel.move(0.0)
        phone().ask("DELETE", "faults")
        world().settings.change(slow_database=0.0, locked_database=False)
        self.key = scenario.persona
        services = world().services
        with services.store.writing() as db:
            throttles.clear_all(db)
            stranger = accounts.find_by_email(db, STRANGER)
            if stranger is not None:
                accounts.remove(db, stranger.id)
        personas.seed(services, (self.key,))
        super().__init__(personas.PERSONAS[self.key])
        self.handset.skip_received()
        if scenario.begins != "signed_out":
            self.browser.hold_session(self.key, is_proven=scenario.begins == "proven")
        self.walk(scenario.journey)

    def advance(self, seconds: float) -> None:
        """Move the clock of site and phone ahead. Back, it is as if it had never been moved."""
        offset = world().services.clock.offset + seconds
        world().services.clock.set_offset(offset)
        time_travel.set_phone(offset)

    def code(self) -> str:
        """Return the right code of the persona's preferred method."""
        return app_code()(self) if self.key == "jiro" else super().code()


def app_code(steps: int = 0) -> Any:
    """Return a function that returns the code of jiro's app now, or so many steps of 30 s later."""
    return lambda _run: totp.code_at(states.JIRO_SECRET, totp.step_at(world().services.clock.now()) + steps)


def right_code(run: ScenarioContext) -> str:
    """Return the right code."""
    return run.code()


def wrong_code(run: ScenarioContext) -> str:
    """Return a code that is not the right one."""
    return other_than(run.notes["code"] if "code" in run.notes else run.code())


def other_than(code: str) -> str:
    """Return six digits that are not this code."""
    return "000000" if code != "000000" else "111111"


def fault(what: str, channel: str, **more: Any) -> Do:
    """Return a step that makes the next messages of this kind fail, until another scenario begins."""

    def ask(_run: object) -> None:
        if what == "slow":
            more["seconds"] = world().services.config.outbound_deadline_seconds + 1
        phone().ask("POST", "faults", {"what": what, "channel": channel, **more})

    return Do(ask)


def wait_past(*settings: str) -> Wait:
    """Return a step that waits a second longer than settings or limits of the site, one after the other."""

    def seconds(_run: object) -> float:
        services = world().services
        return sum(float(getattr(services.config, setting)) for setting in settings) + 1

    return Wait(seconds)


def wrong_tries(times: int) -> tuple[Step, ...]:
    """Return steps that type wrong codes, each after the longest wait of the site."""
    return (Press(pages.SIGN_IN_WITH_CODE, {pages.CODE: wrong_code}), Wait(5)) * times


NOTE_CODE = Note("code", right_code)
NOTED_CODE = noted("code")
SIGN_OUT = Do(lambda run: run.browser.forget_session())
