"""Calls defined once for both clients: a generator yields each request and gets its answer."""

from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

import httpx

from mocksms.api.paths import VERSION_HEADER

PROBLEM = "application/problem+json"
P = ParamSpec("P")
R = TypeVar("R")


class PhoneError(RuntimeError):
    """The phone refused a request; the text says why. `problem` is its problem document (RFC 9457) or empty."""

    def __init__(self, asked: str, answer: httpx.Response) -> None:
        kind = answer.headers.get("Content-Type", "")
        self.problem: dict[str, Any] = answer.json() if kind.startswith(PROBLEM) else {}
        text = answer.reason_phrase if kind.startswith("text/html") else answer.text
        reason = self.problem.get("detail") or self.problem.get("title") or text
        super().__init__(f"{asked}: {answer.status_code} {' '.join(reason.split())}")


class NotAPhone(PhoneError):
    """Something else than a phone answers at the address; the text says how."""

    def __init__(self, asked: str, answer: httpx.Response) -> None:
        super().__init__(asked, answer)
        place = answer.request.url.copy_with(username=None, password=None, raw_path=b"/")
        reason = f"{str(place).rstrip('/')} is not a phone: it answered {asked} with {answer.status_code}"
        self.args = (f"{reason} {answer.reason_phrase}".strip(),)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the phone; `content` are httpx's arguments.

    With `may_fail`, a refusal is no error. A request that `waits` is answered late.
    """

    method: str
    path: str
    content: dict[str, Any] = field(default_factory=dict)
    may_fail: bool = False
    waits: bool = False

    def checked(self, answer: httpx.Response) -> httpx.Response:
        """Return the answer. Raise :class:`PhoneError` when it refuses the request or is not a phone's.

        An error other than 404 may be of a proxy before the phone.
        """
        asked = f"{self.method} {self.path}"
        if VERSION_HEADER not in answer.headers:
            kind = PhoneError if answer.is_error and answer.status_code != 404 else NotAPhone
            raise kind(asked, answer)
        if answer.is_error and not self.may_fail:
            raise PhoneError(asked, answer)
        return answer


Steps = Generator[Request, httpx.Response, R]


class BlockingRunner:
    """Run the steps of a call at once, for one thread at a time."""

    def _answer(self, ask: Request) -> httpx.Response:
        raise NotImplementedError

    def _do(self, steps: Steps[R]) -> R:
        try:
            ask = next(steps)
            while True:
                try:
                    answer = self._answer(ask)
                except PhoneError as refused:
                    ask = steps.throw(refused)
                else:
                    ask = steps.send(answer)
        except StopIteration as end:
            result: R = end.value
            return result


class AsyncRunner:
    """Run the steps of a call asynchronously, for one task at a time."""

    async def _answer(self, ask: Request) -> httpx.Response:
        raise NotImplementedError

    async def _do(self, steps: Steps[R]) -> R:
        try:
            ask = next(steps)
            while True:
                try:
                    answer = await self._answer(ask)
                except PhoneError as refused:
                    ask = steps.throw(refused)
                else:
                    ask = steps.send(answer)
        except StopIteration as end:
            result: R = end.value
            return result


class api_call(Generic[P, R]):  # noqa: N801 -- a decorator
    """A method defined as steps. It returns its result on a :class:`BlockingRunner`, else an awaitable."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Steps[R]]) -> None:
        """Take the definition, which uses other definitions by ``yield from``."""
        self.steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, client: None, kind: type) -> Self: ...
    @overload
    def __get__(self, client: BlockingRunner, kind: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, client: AsyncRunner, kind: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, client: Any, kind: type) -> Any:
        """Return the method of this client."""
        if client is None:
            return self

        def bound(*args: P.args, **keywords: P.kwargs) -> Any:
            return client._do(self.steps(client, *args, **keywords))

        return update_wrapper(bound, self.steps)


class api_property(Generic[R]):  # noqa: N801 -- a decorator
    """A property defined as steps."""

    def __init__(self, steps: Callable[[Any], Steps[R]]) -> None:
        self._steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, client: None, kind: type) -> Self: ...
    @overload
    def __get__(self, client: BlockingRunner, kind: type) -> R: ...
    @overload
    def __get__(self, client: AsyncRunner, kind: type) -> Coroutine[Any, Any, R]: ...
    def __get__(self, client: Any, kind: type) -> Any:
        """Return the value, or an awaitable of it."""
        return self if client is None else client._do(self._steps(client))
