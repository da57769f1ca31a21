"""The headers of every answer, whatever its status (docs/promises.md#62), and the allowed hosts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response

from webapp.config import Config
from webapp.pages.framework.services import this_request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HSTS_SECONDS = 365 * 86400
STATIC_SECONDS = 3600
NOT_NEEDED = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()"
)


def install(app: Flask) -> None:
    """Answer the configured hosts only, and complete each answer's headers. A page may set its headers before."""
    config: Config = app.extensions["nidankai"].config
    own_host = urlsplit(config.site_url).hostname
    app.config["TRUSTED_HOSTS"] = [*([own_host] if own_host else []), *config.trusted_hosts]
    headers = [(name.lower(), (name, value)) for name, value in of_all_answers(config).items()]

    class CompleteResponse(Response):
        """An answer whose headers are completed as it is sent: ``response.headers`` checks each it is given."""

        max_cookie_size = app.config["MAX_COOKIE_SIZE"]  # Flask's asks for it at each cookie

        def get_wsgi_response(
            self, environ: WSGIEnvironment
        ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
            body, status, own = super().get_wsgi_response(environ)
            given = {name.lower() for name, _ in own}
            return body, status, own + [header for name, header in headers if name not in given]

    app.response_class = CompleteResponse

    @app.after_request
    def choose_caching(response: Response) -> Response:
        # Nearly every page shows its user: none is cached, so Back after sign-out shows nothing.
        is_kept = this_request().endpoint == "static" and response.status_code < 400
        response.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}" if is_kept else "no-store"
        return response


def content_policy(config: Config, *more: str) -> str:
    """Return the Content-Security-Policy of a page, with what it may do ``more`` than others."""
    policy = [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        f"frame-ancestors {config.framed_by}",
        "object-src 'none'",
        "base-uri 'none'",
        *more,
    ]
    if config.is_tls:
        policy.append("upgrade-insecure-requests")
    return "; ".join(policy)


def of_all_answers(config: Config) -> dict[str, str]:
    """Return the headers that every answer has."""
    headers = {
        "Content-Security-Policy": content_policy(config),
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Not "no-referrer": under TLS the CSRF check reads the Referer of our own forms. Others get none.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": NOT_NEEDED,
        "X-Robots-Tag": "noindex, nofollow",
    }
    if config.is_tls:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return headers
