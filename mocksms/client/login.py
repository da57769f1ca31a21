"""The log-in of a protected phone: from its address, else from the environment."""

import os

import httpx

USER = "mocksms"
PASSWORD = "MOCKSMS_PASSWORD"  # noqa: S105 -- the name of a variable


def login_of(address: str) -> httpx.BasicAuth | None:
    """Return the log-in of `http://user:password@host`, else MOCKSMS_PASSWORD with any user name, else None."""
    url = httpx.URL(address)
    if url.userinfo:
        return httpx.BasicAuth(url.username, url.password)
    password = os.environ.get(PASSWORD)
    return httpx.BasicAuth(USER, password) if password else None


def without_login(address: str) -> str:
    """Return the address without log-in, to show it or give it to an app."""
    return str(httpx.URL(address).copy_with(username=None, password=None))
