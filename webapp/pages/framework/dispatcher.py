"""The dispatcher: sends what is due after the answer, in separate threads (docs/decisions.md#what-leaves-is-a-row)."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import after_this_request, g, has_request_context
from flask.testing import FlaskClient

from webapp.challenges.delivery import deliver_due
from webapp.pages.framework.services import services
from webapp.services.context import Services
from webapp.store.engine import Gone

if TYPE_CHECKING:
    from flask import Flask, Response
    from werkzeug.test import TestResponse

MOST_THREADS = 8
PAUSE_SECONDS = (0.05, 0.25)
"""From when to when after an answer sending begins, by chance."""
SHORTEST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
TEST_SECONDS = 30.0
"""How long a test's client waits at most for what its request sends."""

_CHANCE = random.SystemRandom()
_log = logging.getLogger(__name__)


class Job:
    """One look for what is due in a world, after ``pause`` seconds. ``done`` is set once all of it was tried."""

    def __init__(self, own: Services, pause: float) -> None:
        self.services = own
        self.pause = pause
        self.done = threading.Event()


class Alarm(threading.Timer):
    """A timer that knows when it goes off, and holds up no process's end."""

    def __init__(self, pause: float, look: Callable[[], None]) -> None:
        super().__init__(pause, look)
        self.at = time.monotonic() + pause
        self.daemon = True


class Dispatcher:
    """Safe to share between threads and across a fork: a thread ends when nothing is left to do."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Job] = {}  # by the place of the world
        self._under_way: set[Job] = set()
        self._threads = 0
        self._seen: set[str] = set()
        self._timers: dict[str, Alarm] = {}
        self._begun = threading.local()
        self.worlds_to_look_into: Callable[[], Iterable[Services]] = lambda: [
            self._app.extensions["nidankai"]
        ]
        """Returns the services of each world in which messages may wait."""

    def install(self, app: Flask) -> None:
        """Look into each world at its first request too: an earlier process may have left messages."""
        self._app = app
        app.extensions["nidankai_dispatcher"] = self
        app.test_client_class = PatientClient

        @app.after_request
        def look_once(response: Response) -> Response:
            own = services()
            if own.store.place not in self._seen:
                self._seen.add(own.store.place)
                response.call_on_close(lambda: self.begin(own))
            return response

    def resume(self) -> None:
        """Send in the background what an earlier process left, in every world: perhaps no request comes."""
        threading.Thread(target=self._resume, name="dispatcher-start", daemon=True).start()

    def _resume(self) -> None:
        try:
            for own in self.worlds_to_look_into():
                self.begin(own)
        except Exception:  # the first request into a world looks again
            _log.exception("the outboxes were not looked into")

    def __call__(self, own: Services) -> None:
        """Send what is due after this request's answer; outside of a request, at once."""
        if not has_request_context():
            self.begin(own)
        elif "dispatcher" not in g:
            g.dispatcher = True
            after_this_request(lambda response: self._follow(response, own))

    def _follow(self, response: Response, own: Services) -> Response:
        response.call_on_close(lambda: self.begin(own))
        return response

    def begin(self, own: Services) -> None:
        """Send what is due, in another thread and a moment later: the browser's next request has no work for it."""
        heard: list[Job] | None = getattr(self._begun, "jobs", None)
        pause = _CHANCE.uniform(*PAUSE_SECONDS) if heard is None else 0.0
        with self._lock:
            is_new = own.store.place not in self._waiting
            job = self._waiting.setdefault(own.store.place, Job(own, pause))
            if heard is not None:
                heard.append(job)
            if not is_new or self._threads >= MOST_THREADS:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="dispatcher").start()

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Wait at the end of the block for all that this thread has begun in it (for tests)."""
        jobs: list[Job] = []
        self._begun.jobs = jobs
        try:
            yield
        finally:
            self._begun.jobs = None
        for job in jobs:
            job.done.wait(TEST_SECONDS)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                job = self._waiting.pop(next(iter(self._waiting)))
                self._under_way.add(job)
            time.sleep(job.pause)
            try:
                self._deliver(job.services)
            finally:
                with self._lock:
                    self._under_way.discard(job)
                job.done.set()

    def rest(self) -> None:
        """Cancel the looks to come, and wait for those under way (for tests: one of the last test spoils the next)."""
        while True:
            with self._lock:
                for alarm in self._timers.values():
                    alarm.cancel()
                self._timers.clear()
                jobs = [*self._waiting.values(), *self._under_way]
            if not jobs:
                return
            for job in jobs:
                job.done.wait(TEST_SECONDS)

    def _deliver(self, own: Services) -> None:
        try:
            with self._app.app_context():
                next_at = deliver_due(own)
        except Gone as error:  # its world was deleted
            _log.info("nothing is sent: %s", error)
        except Exception:  # the thread goes on with the other jobs
            _log.exception("the outbox was not delivered")
            self._look_again(own, LONGEST_PAUSE_SECONDS)
        else:
            if next_at is not None:
                self._look_again(own, next_at - own.clock.now())

    def _look_again(self, own: Services, seconds: float) -> None:
        """Look again in so many seconds, even if no page is requested until then."""
        place = own.store.place
        pause = min(max(seconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

        def look() -> None:
            with self._lock:
                if self._timers.get(place) is alarm:
                    del self._timers[place]
            if threading.main_thread().is_alive():  # else the process ends, and would wait for this for ever
                self.begin(own)

        alarm = Alarm(pause, look)
        with self._lock:
            earlier = self._timers.get(place)
            if earlier is not None and earlier.at <= alarm.at:
                return
            if earlier is not None:
                earlier.cancel()
            self._timers[place] = alarm
        alarm.start()


class PatientClient(FlaskClient):
    """A test client that returns an answer once the work after it is done: messages were sent, or refused."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Make a request."""
        kwargs.setdefault("buffered", True)
        dispatcher: Dispatcher = self.application.extensions["nidankai_dispatcher"]
        with dispatcher.awaited():
            return super().open(*args, **kwargs)
