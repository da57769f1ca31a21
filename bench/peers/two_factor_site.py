"""django-two-factor-auth with its own pages and the code of an authenticator app."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from bench.peers import django_site
from bench.peers.side import EMAIL, PASSWORD, SECRET, Site

STEP = "login_view-current_step"


def create(folder: Path) -> Site:
    """Return the site. Its sign-in: name and password on one page; the answer is the page for the code."""
    django_site.set_up(
        folder,
        ("django_otp", "django_otp.plugins.otp_static", "django_otp.plugins.otp_totp", "two_factor"),
        ("django_otp.middleware.OTPMiddleware",),
        LOGIN_URL="two_factor:login",
        LOGIN_REDIRECT_URL="/",
    )
    from django.urls import include, path
    from django_otp.plugins.otp_totp.models import TOTPDevice
    from two_factor.urls import urlpatterns

    app, user = django_site.finish([path("", include(urlpatterns))])
    TOTPDevice.objects.create(user=user, name="default", key=base64.b32decode(SECRET).hex())

    def walk(client: Any, code: str) -> None:
        client.get("/account/login/")
        named = {"auth-username": "jiro", "auth-password": PASSWORD}
        client.post("/account/login/", **named, **{STEP: "auth"})
        client.post("/account/login/", **{"token-otp_token": code, STEP: "token"})
        client.follow()

    return Site(app, walk, EMAIL, django_site.DjangoClient)
