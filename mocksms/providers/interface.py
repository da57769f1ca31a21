"""What a provider is: a protocol by which apps hand in messages, and what goes back to these apps."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from flask import Blueprint, Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.config import Settings
from mocksms.core.intake import Rejected
from mocksms.core.sender_app import SenderApp
from mocksms.core.worlds import World, Worlds
from mocksms.errors import Problem


def world() -> World:
    """Return the world of this request of a provider."""
    return cast(World, g.world)


class Listener(Protocol):
    """A server beside the phone's pages."""

    port: int

    def stop(self) -> None:
        """Stop listening and end all connections."""


class Provider(SenderApp):
    """One provider; a subclass says what differs. Each phone makes an object of it.

    `blueprints` are its routes; requests below `paths` that no route answers get its kind of error, too.
    `own_settings` is a dataclass of settings (:func:`mocksms.config.setting`), whose names in the environment begin
    with ``MOCKSMS_`` and the name of its first wire.
    """

    blueprints: Sequence[Blueprint] = ()
    paths: tuple[str, ...] = ()
    own_settings: type[Any] | None = None

    def __init__(self, settings: Settings, own: Any = None) -> None:
        """`settings` are the phone's, `own` is the object of `own_settings`."""
        self.settings = settings
        self.own = own

    def example(self, url: str) -> tuple[str, str] | None:
        """Return a channel and the command that sends a first message of it to the phone at `url`, for the desk."""
        return None

    def authenticate(self) -> None:
        """Check the credentials of this request; raise what the provider's routes handle."""

    def claims(self) -> bool:
        """Return whether this request is meant for the provider, also one that no route answers."""
        return request.path.startswith(self.paths)

    def is_sending(self) -> bool:
        """Return whether this request sends a message: only such a one may make the world that X-World names."""
        return request.method == "POST"

    def recipient(self) -> str:
        """Return the number or mailbox that this request is about, for leases; "" for none."""
        return ""

    def chosen_world(self, worlds: Worlds) -> World | None:
        """Return the world that this request's credentials name, None for the default one."""
        return None

    def entered(self, world: World) -> None:
        """Note what this request's credentials are for in its world."""

    def problem(self, problem: Problem) -> Response:
        """Return the answer to a request that cannot be answered."""
        answer = jsonify(problem.as_json())
        answer.status_code, answer.mimetype = problem.status, "application/problem+json"
        return answer

    def rejected(self, rejection: Rejected) -> ResponseReturnValue:
        """Return the answer to a message that is refused, by its code."""
        return self.problem(Problem(400, "Rejected", f"The message was rejected with code {rejection.code}"))

    def listen(self, app: Flask, host: str | None = None, port: int | None = None) -> Listener | None:
        """Start the provider's own server at this address, else at the one of the settings; None has none."""
        return None
