"""The log of providers' requests in one world: recorded with the answer, written shortly after, without secrets."""

import json
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from mocksms import store
from mocksms.core.background import Background
from mocksms.core.models import Message
from mocksms.store.requests import MOST_KEPT, ChosenBy, LoggedRequest, Wanted

log = logging.getLogger("mocksms.request_log")
FLUSH_SECONDS = 0.2
MOST_HEADERS = 50
LONGEST_NAME, LONGEST_PATH, LONGEST_REASON, LONGEST_HEADER = 80, 1000, 500, 500
LONGEST_BODY, LONGEST_ANSWER = 4000, 2000
LONGEST_ACCEPTED = 300  # characters of a successful answer: its content is in the message
KEPT: ContextVar[Message | None] = ContextVar("kept", default=None)
"""The message that this thread's request produced."""

_WORDS = ("passw", "passphrase", "pwd", "secret", "token", "apikey", "api_key", "api-key", "authorization", "signature",
          "credential", "cookie")  # fmt: skip
# "name": "value" of JSON, name=value of forms and queries, name: value of headers. A value may be cut off.
_SECRET = re.compile(
    rf"""(?<![\w.\-])([\w.\-]{{0,80}}(?:{"|".join(_WORDS)})[\w.\-]{{0,80}}\\*["']?\s{{0,9}}[=:]\s{{0,9}})"""
    r"""(?:\\*"(?:[^"\\]|\\.)*"?|'[^']*'?|(?:basic|bearer|digest)\s+\S+|[^&\s,;}]+)""",
    re.I,
)
_USER_OF_ADDRESS = re.compile(r"(?<=//)[^/\s@]{1,500}(?=@)")
Pairs = Sequence[tuple[str, str]]


@dataclass(slots=True)  # not frozen: that would cost each message more than recording it
class RecordedRequest:
    """A request as it came, with its secrets; :meth:`redacted` removes them. The body is `fields` for a form, else
    `body`.
    """

    at: float
    wire: str
    chosen_by: ChosenBy
    method: str
    path: str
    recipient: str
    status: int
    is_accepted: bool
    reason: str = ""
    sid: str = ""
    query: Pairs = ()
    headers: Pairs = ()
    fields: Pairs = ()
    body: bytes = b""
    answer: bytes = b""

    def redacted(self) -> LoggedRequest:
        """Return the request as it is stored: without secrets and within the limits."""
        body = _text(self.body, LONGEST_BODY) if self.body else ""
        longest_answer = LONGEST_ACCEPTED if self.is_accepted else LONGEST_ANSWER
        answer = _text(self.answer, longest_answer)
        shown = [value for name, value in (*self.query, *self.fields) if not _is_secret(name)]
        # Most requests have secrets in their headers only: check the rest once.
        is_plain = not _may_hold_secret("\n".join((self.path, body, answer, *shown)))
        hide = _cut if is_plain else without_secrets
        path, answer = hide(self.path, LONGEST_PATH), hide(answer, longest_answer)
        if self.query:
            path = f"{path}?{'&'.join(f'{n}={v}' for n, v in _shown(self.query, LONGEST_PATH, hide))}"
        if self.fields:
            body = "\n".join(f"{n}={v}" for n, v in _shown(self.fields, LONGEST_BODY, hide))
        else:
            body = hide(body, LONGEST_BODY)
        reason = self.reason or ("" if self.is_accepted else reason_of(answer))
        return LoggedRequest(
            at=self.at,
            wire=self.wire,
            chosen_by=self.chosen_by,
            method=self.method[:20],
            path=path[:LONGEST_PATH],
            recipient=self.recipient[:320],
            status=self.status,
            is_accepted=self.is_accepted,
            reason=reason[:LONGEST_REASON],
            sid=self.sid,
            headers=_header_lines(tuple(self.headers[:MOST_HEADERS])),
            body=body[:LONGEST_BODY],
            answer=answer,
        )


@lru_cache(maxsize=64)  # clients repeat their headers
def _header_lines(headers: Pairs) -> str:
    """Return a line for each header, in its usual spelling; WSGI has HTTP_USER_AGENT."""
    named = [(name.removeprefix("HTTP_").replace("_", "-").title(), value) for name, value in headers]
    return "\n".join(f"{name}: {value}" for name, value in _shown(named, LONGEST_HEADER, without_secrets))


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _names_secret(name)


def _may_hold_secret(text: str) -> bool:
    return "@" in text or _names_secret(text)


def _names_secret(text: str) -> bool:
    """Return whether a text has a word for a secret in it. A regular expression would take ten times as long."""
    lowered = text.lower()
    for word in _WORDS:  # noqa: SIM110 -- any() with a generator takes twice as long
        if word in lowered:
            return True
    return False


def _shown(pairs: Pairs, longest: int, hide: Callable[[str, int], str]) -> Pairs:
    """Return names and values, with the values of secrets replaced by a marker."""
    return [
        (name[:LONGEST_NAME], f"<{name[:LONGEST_NAME]}>" if _is_secret(name) else hide(value, longest))
        for name, value in pairs
    ]


def _text(content: bytes, longest: int) -> str:
    """Return content as text. Secrets are removed before it is cut: half a name would not be recognised."""
    return content[: 2 * longest].decode("utf-8", "replace").replace("\0", "\ufffd")


def _cut(text: str, longest: int) -> str:
    return text[:longest]


def without_secrets(text: str, longest: int) -> str:
    """Return at most this many characters of a text, with each secret in it replaced."""
    return _SECRET.sub(_named, without_user(text[: 2 * longest]))[:longest]


def without_user(text: str) -> str:
    """Replace name and password in the addresses of a text."""
    return _USER_OF_ADDRESS.sub("<user>", text)


def _named(found: re.Match[str]) -> str:
    name = re.match(r"[\w.\-]+", found[1])
    value = f"<{name[0] if name else ''}>"
    return found[1] + (f'"{value}"' if '"' in found[0][len(found[1]) :][:3] else value)


def reason_of(answer: str) -> str:
    """Return an answer's error: the code and texts of JSON, else its text without tags."""
    with suppress(ValueError):
        found = json.loads(answer)
        if isinstance(found, dict):
            said = [found.get(name) for name in ("code", "title", "error", "message", "detail")]
            return " ".join(str(each) for each in said if isinstance(each, str | int))
    return " ".join(re.sub(r"<[^<>]*>", " ", answer).split())


class RequestLog:
    """The requests of one world in one process. They are written together, apart from their effects."""

    def __init__(self, world_store: store.Store, background: Background) -> None:
        self._store = world_store
        self._background = background
        self._noted: deque[RecordedRequest] = deque(maxlen=MOST_KEPT)
        self._is_due = False
        self._flushing = threading.Lock()

    def record(self, request: RecordedRequest) -> None:
        """Record a request. It is written within FLUSH_SECONDS."""
        self._noted.append(request)
        if not self._is_due:
            self._is_due = True
            self._background.jobs.later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what was recorded. After an error it is written with the next ones; a deleted world's is dropped."""
        with self._flushing:
            self._is_due = False
            noted: list[RecordedRequest] = []
            with suppress(IndexError):  # empty
                while True:
                    noted.append(self._noted.popleft())
            try:
                self._keep(noted)
            except store.Unavailable as error:
                log.warning("requests on the wires are kept later: %s", error)
                room = MOST_KEPT - len(self._noted)
                self._noted.extendleft(reversed(noted[-room:] if room else []))

    def _keep(self, noted: Sequence[RecordedRequest]) -> None:
        kept = [each.redacted() for each in noted]
        with suppress(store.Gone):
            if kept:
                with self._store.writing() as db:
                    store.requests.add(db, kept)

    def newest(self, wanted: Wanted, limit: int, before: int | None = None) -> list[LoggedRequest]:
        """Return the requests that match, newest first; `before` is the last id of the previous page."""
        self.flush()
        with self._store.reading() as db:
            return store.requests.newest(db, wanted, limit, before)
