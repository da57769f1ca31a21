"""The interface of a provider: a protocol by which apps send messages, and what goes back to these apps."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, Protocol, cast

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.config import Settings
from mocksms.core.intake import Rejected
from mocksms.core.sender_app import SenderApp
from mocksms.core.worlds import World, Worlds
from mocksms.errors import Problem


def world() -> World:
    """Return the world of the current provider's request."""
    return cast(World, g.world)


class Listener(Protocol):
    """A server beside the phone's pages."""

    port: int

    @property
    def ports(self) -> Collection[int]:
        """Return all ports that it listens on."""

    def stop(self) -> None:
        """Stop listening and close all connections."""


class Provider(SenderApp):
    """One provider; a subclass overrides what differs. Each phone makes an instance of it.

    `blueprints` are its routes; unmatched requests below `paths` get its form of error too. `own_settings` is a
    dataclass of settings (:func:`mocksms.config.setting`), whose names in the environment begin with ``MOCKSMS_`` and
    the name of its first wire. `key_files` names files in the phone's folder, each with the function that makes its
    content; phones on one PostgreSQL database have the same (:mod:`mocksms.core.shared_keys`).
    """

    blueprints: Sequence[Blueprint] = ()
    paths: tuple[str, ...] = ()
    own_settings: type[Any] | None = None
    key_files: ClassVar[Mapping[str, Callable[[Settings], str]]] = {}

    def __init__(self, settings: Settings, own: Any = None) -> None:
        """Take the phone's `settings`, and `own`, the instance of `own_settings`."""
        self.settings = settings
        self.own = own

    def example(self, url: str) -> tuple[str, str] | None:
        """Return a channel and the command that sends a first message on it to the phone at `url`, for the empty
        page.
        """
        return None

    def authenticate(self) -> None:
        """Check the credentials of this request. Raise an error that the provider's routes handle."""

    def claims(self) -> bool:
        """Return whether this request is meant for the provider, even if no route answers it."""
        return request.path.startswith(self.paths)

    def is_sending(self) -> bool:
        """Return whether this request sends a message: only then may it create the world that X-World names."""
        return request.method == "POST"

    def is_testers(self) -> bool:
        """Return whether this request is a tester's, not an app's: from the network it needs the testers' log-in.

        Without MOCKSMS_ACCOUNTS all apps have the same rights, so reading and deleting are testers' too.
        """
        return not self.settings.accounts and request.method in ("GET", "HEAD", "DELETE")

    def recipient(self) -> str:
        """Return the number or mailbox of this request, for leases; "" for none."""
        return ""

    def chosen_world(self, worlds: Worlds) -> World | None:
        """Return the world that this request's credentials name, None for the default one."""
        return None

    def entered(self, world: World) -> None:
        """Remember the account and token of this request's credentials in its world."""

    def problem(self, problem: Problem) -> Response:
        """Return the answer to an invalid request."""
        answer = jsonify(problem.as_json())
        answer.status_code, answer.mimetype = problem.status, "application/problem+json"
        return answer

    def rejected(self, rejection: Rejected) -> ResponseReturnValue:
        """Return the answer to a rejected message, by its code."""
        return self.problem(Problem(400, "Rejected", f"The message was rejected with code {rejection.code}"))

    def listen(self, app: Flask, host: str | None = None, port: int | None = None) -> Listener | None:
        """Start the provider's own server at this address, else at the configured one. Return None without a server."""
        return None
