"""What the two Django sites share: settings, the cheap hash, a home page and the user."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import django
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command

from bench.client import Client
from bench.peers.side import EMAIL, PASSWORD

HOME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hello</title></head><body>
<main><h1>Hello</h1><p>{{ request.user.email }}</p></main></body></html>"""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
APPS = ("auth", "contenttypes", "sessions", "messages")
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
PROCESSORS = ("template.context_processors.request", "contrib.auth.context_processors.auth",
              "contrib.messages.context_processors.messages")  # fmt: skip


class DjangoClient(Client):
    """Finds Django's CSRF token."""

    token_field = "csrfmiddlewaretoken"

    @property
    def token(self) -> str:
        """Return the token of the page's first form."""
        found = TOKEN.search(self.html)
        assert found, f"no form: {self.status} {self.html[:500]}"
        return found[1]


class CheapHasher(Argon2PasswordHasher):
    """argon2 as cheap as on the other sides."""

    time_cost, memory_cost, parallelism = 1, 8, 1


def set_up(folder: Path, apps: Iterable[str], middleware: Iterable[str], **more: Any) -> None:
    """Configure Django with these apps beside its own, and make the tables. Its other settings are as generated."""
    settings.configure(
        SECRET_KEY="x" * 32,
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF="peer_urls",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(folder / "peer.db"),
                "CONN_MAX_AGE": None,
                "OPTIONS": {"init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"},
            }
        },
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in APPS), *apps],
        MIDDLEWARE=[*MIDDLEWARE, *middleware],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": [f"django.{name}" for name in PROCESSORS]},
            }
        ],
        PASSWORD_HASHERS=["bench.peers.django_site.CheapHasher"],
        USE_TZ=True,
        **more,
    )
    django.setup()
    call_command("migrate", verbosity=0)


def finish(paths: list[Any]) -> tuple[Any, Any]:
    """Return the app with these URL patterns and a home page, and its only user."""
    from django.contrib.auth.decorators import login_required
    from django.contrib.auth.models import User
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.template import engines
    from django.urls import path

    page = engines["django"].from_string(HOME)
    urls: Any = ModuleType("peer_urls")
    urls.urlpatterns = [
        *paths,
        path("", login_required(lambda request: HttpResponse(page.render({}, request))), name="home"),
    ]
    sys.modules["peer_urls"] = urls
    user = User.objects.create_user("jiro", email=EMAIL, password=PASSWORD)
    return SimpleNamespace(wsgi_app=get_wsgi_application()), user
