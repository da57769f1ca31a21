"""Log-ins of the network at the phone and at the site's tools."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mocksms.shared import guesses as of_phone
from webapp.shared import guesses as of_site

PASSWORD = "a password of the team"
FAR = {"REMOTE_ADDR": "192.0.2.7"}
BROWSER = {"Accept": "text/html"}
UNREADABLE = ("Basic é", "Basic \u00a0", "Basic =", "Basic /w==", "Basic", "Basic  ", "Bearer x", "é", "")
"""Headers Authorization that name nobody by HTTP Basic."""


@pytest.fixture
def no_guesses(guarded: Flask) -> None:
    """Forget the wrong passwords of other tests."""
    for name, module in (("mocksms.guesses", of_phone), ("nidankai_guesses", of_site)):
        if name in guarded.extensions:
            guarded.extensions[name] = module.Guesses()


def log_in(client: FlaskClient, form: str, page: str, typed: str) -> TestResponse:
    """Send the form of a page to the path `form`, from the network."""
    hidden = dict(re.findall(r'name="(csrf_token|next)"[^>]*value="([^"]*)"', page))
    return client.post(form, data={**hidden, "password": typed}, environ_base=FAR)
