"""Replays one request of the site again and again, and kills the process at another statement each time.

`python -m tests.security.crashing` reads names of JSON files, one a line. For each it writes what the database holds
after each crash beside it, and prints a line. It is a program with a single thread: forking is safe here, and SIGKILL
hits nobody else (docs/promises.md#65).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

from flask import Flask

import webapp
from webapp.clock import Clock
from webapp.store.engine import Engine, Store
from webapp.store.engine.recording import listeners

MOST_STATEMENTS = 200
CHANGING = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT")  # reading leaves nothing half-done
REPEAT_EVERY = 3  # a crash before the commit leaves the same rows, whichever statement it was
NOBODY = {"gateway_url": "http://127.0.0.1:9", "smtp_port": 9, "outbound_deadline_seconds": 0.2}


class StoppedClock(Clock):
    """A stopped clock: however long the crashes take, every request comes at the same moment."""

    def __init__(self, moment: float) -> None:
        super().__init__()
        self._moment = moment

    def now(self) -> float:
        return self._moment


class Site:
    """The site on a database that is reset to its earlier state before each request."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.spec = spec
        self.folder = Path(spec["instance"])
        self.database = self.folder / "worlds" / "default.db"
        own = {"instance": str(self.folder), "database_url": spec["database_url"], "sandbox": True}
        self.app: Flask = webapp.create_app(
            {**spec["settings"], **NOBODY, **own},
            clock=StoppedClock(spec["now"]),
        )
        self.store: Store = self.app.extensions["nidankai"].store
        self.engine: Engine = self.app.extensions["nidankai_engine"]
        self.put_back()
        self._request(0)  # templates, catalogues and the like are loaded once, for all children
        self._close()

    def _close(self) -> None:
        """Close all connections: none may cross a fork."""
        self.store.close()
        self.engine.close()

    def put_back(self) -> None:
        """Restore the database as it was before the request."""
        if self.spec["database_url"]:
            self.store.restore(Path(self.spec["database"]).read_bytes())
            self._close()
            return
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.database}{ending}").unlink(missing_ok=True)
        shutil.copy(self.spec["database"], self.database)

    def ask(self, crash_at: int) -> bool:
        """Make the request in a child that kills itself before its n-th change (0: never). Return whether it died."""
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = self._request(crash_at)
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return True
        assert os.WEXITSTATUS(status) == 0, "the request itself failed"
        return False

    def _request(self, crash_at: int) -> int:
        seen = 0

        def count(statement: str) -> None:
            nonlocal seen
            seen += statement.lstrip().upper().startswith(CHANGING)
            if crash_at and seen == crash_at:
                os.kill(os.getpid(), signal.SIGKILL)

        listeners.append(count)
        client = self.app.test_client()
        for name, value in self.spec["cookies"].items():
            client.set_cookie(name, value, domain="localhost")
        answer = client.post(self.spec["path"], data=self.spec["data"], base_url="http://localhost:8000")
        return 0 if answer.status_code < 400 else 1

    def state(self) -> dict[str, Any]:
        """Return the account's data, without what differs by chance from one request to the next."""
        if self.spec["database_url"]:
            with self.store.reading() as rows:
                found = {
                    name: sorted(map(list, rows.execute(sql)), key=repr) for name, sql in QUESTIONS.items()
                }
            self._close()
            return found
        db = sqlite3.connect(self.database)
        try:
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            return {name: sorted(map(list, db.execute(sql)), key=repr) for name, sql in QUESTIONS.items()}
        finally:
            db.close()


QUESTIONS = {
    "accounts": "SELECT id, two_step_on, trust_epoch, password_hash IS NOT NULL FROM accounts",
    "methods": "SELECT account_id, kind, number, is_preferred FROM methods",
    "trusted": "SELECT account_id, app FROM trusted",
    "sessions": "SELECT account_id, elevated_until > 0 FROM sessions",
    "flows": "SELECT kind, state, account_id FROM flows",
    "events": "SELECT kind, account_id FROM events",
    "outbox": "SELECT kind, channel, account_id FROM outbox",
}


def main() -> None:
    """Replay each file's request in a child: only importing the site is done once for all."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        path = Path(line.strip())
        child = os.fork()
        if child == 0:
            status = 1
            try:
                path.with_name("result.json").write_text(json.dumps(replay(json.loads(path.read_text()))))
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def replay(spec: dict[str, Any]) -> dict[str, Any]:
    """Crash at each statement in turn; sometimes continue from the state that the crash left."""
    site = Site(spec)
    site.put_back()
    before = site.state()
    crashes = []
    for statement in range(1, MOST_STATEMENTS):
        site.put_back()
        if not site.ask(statement):
            break
        after_crash = site.state()
        repeats = after_crash == before and statement % REPEAT_EVERY == 1
        if repeats:
            site.ask(0)
        crashes.append({"after_crash": after_crash, "after_repeat": site.state() if repeats else None})
    return {"before": before, "after": site.state(), "crashes": crashes}


if __name__ == "__main__":
    main()
