"""Flask's session in its signed cookie, read and written with less work."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from webapp.pages.framework.cookies import SESSION, delete_cookie, set_cookie
from webapp.pages.framework.services import this_request
from webapp.rules.signing import TokenSerializer

_UNTAGGED = (str, bool, int)
"""Types whose values JSON has as they are. A subclass of them may need a tag."""


class SessionJson(TaggedJSONSerializer):
    """Flask's JSON of sessions, without the way through the app and its settings."""

    def __init__(self) -> None:
        super().__init__()
        self._encoder = json.JSONEncoder(separators=(",", ":"), default=DefaultJSONProvider.default)
        self._decoder = json.JSONDecoder(object_hook=self.untag)

    def tag(self, value: Any) -> Any:
        """Return ``value`` as JSON can have it."""
        return value if type(value) in _UNTAGGED else super().tag(value)

    def dumps(self, value: Any) -> str:
        """Return the JSON of a session's contents."""
        return self._encoder.encode(self.tag(value))

    def loads(self, value: str) -> Any:
        """Return a session's contents."""
        return self._decoder.decode(value)


class SignedSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, with one serializer for each set of keys instead of one for each use."""

    digest_method = staticmethod(hashlib.sha1)  # Flask's own asks for it anew each time
    serializer = SessionJson()

    def __init__(self) -> None:
        self._serializers: dict[Any, TokenSerializer] = {}

    def get_signing_serializer(self, app: Flask) -> TokenSerializer | None:
        """Return the serializer for the app's current key and the older ones it still accepts."""
        if not app.secret_key:
            return None
        keys = (
            *(app.config["SECRET_KEY_FALLBACKS"] or ()),
            app.secret_key,
        )  # the library signs with the last
        if keys not in self._serializers:
            self._serializers[keys] = TokenSerializer(
                keys,
                salt=self.salt,
                serializer=self.serializer,
                signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
            )
        return self._serializers[keys]

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie of a session that has changed, or delete it if nothing is left.

        Not for static files: they are the same for all, and browsers cache them.
        """
        if this_request().endpoint == "static":
            return
        if session.accessed or session.modified:
            response.headers.add("Vary", "Cookie")  # `response.vary` would read the header to write it
        if not session.modified:
            return
        serializer = self.get_signing_serializer(app)
        if session and serializer:
            set_cookie(response, SESSION, serializer.dumps(dict(session)))
        else:
            delete_cookie(response, SESSION)


def install(app: Flask) -> None:
    """Use the sessions in ``app``."""
    app.session_interface = SignedSessions()
