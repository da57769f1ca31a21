"""Phones and sites that a test makes for itself. All of them close, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask

import mocksms
import webapp
from webapp.sandbox.server import CHEAP_HASH

Make = Callable[..., Flask]


@pytest.fixture(scope="module")
def make_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Return a function that makes phones in folders of their own: `make_phone(PASSWORD="x")`."""
    with ExitStack() as opened:

        def make(**settings: Any) -> Flask:
            folder = tmp_path_factory.mktemp("phone")
            app = mocksms.create_app({"INSTANCE": str(folder), "SMTP_PORT": -1, **settings})
            opened.callback(app.extensions["mocksms"].close)
            return app

        yield make


@pytest.fixture(scope="module")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Return a function that makes sites with tools, in folders of their own: `make_site(tools_password="x")`."""
    with ExitStack() as opened:

        def make(**settings: Any) -> Flask:
            folder = tmp_path_factory.mktemp("site")
            app = webapp.create_app({"instance": str(folder), "sandbox": True, **CHEAP_HASH, **settings})
            opened.callback(app.extensions["nidankai_engine"].close)
            return app

        yield make
