"""Sign in to a served site, with the code that the phone gets."""

from __future__ import annotations

import httpx

from mocksms.testing import Phone
from webapp import paths
from webapp.sandbox.form_client import HttpFormClient

PASSWORD = "Mihon-demo-1"
TARO = "+818012345678"


def sign_in(site: str, phone: Phone) -> str:
    """Sign in as taro, whose code comes by SMS. Return the home page."""
    with httpx.Client(base_url=site, trust_env=False, timeout=30) as http:
        browser = HttpFormClient(http)
        browser.go("GET", paths.SIGN_IN)
        browser.fill_and_send({"email": "taro@example.com"})
        browser.fill_and_send({"password": PASSWORD})
        browser.fill_and_send({"otpCode": phone.wait_for_code(TARO)})
        return browser.go("GET", paths.HOME).html
