"""django-allauth with its own pages and the code of an authenticator app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.peers import django_site
from bench.peers.side import EMAIL, PASSWORD, SECRET, Site


def create(folder: Path) -> Site:
    """Return the site. Its sign-in: name and password on one page, the code on the next."""
    django_site.set_up(
        folder,
        ("allauth", "allauth.account", "allauth.mfa"),
        ("allauth.account.middleware.AccountMiddleware",),
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        LOGIN_REDIRECT_URL="/",
    )
    from allauth.mfa.totp.internal.auth import TOTP
    from django.urls import include, path

    app, user = django_site.finish([path("accounts/", include("allauth.urls"))])
    TOTP.activate(user, SECRET)

    def walk(client: Any, code: str) -> None:
        client.get("/accounts/login/")
        client.post("/accounts/login/", login=EMAIL, password=PASSWORD)
        client.follow()
        client.post("/accounts/2fa/authenticate/", code=code)
        client.follow()

    return Site(app, walk, EMAIL, django_site.DjangoClient)
