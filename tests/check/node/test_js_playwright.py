"""Playwright Test with the fixture and personas of clients/js, on a running phone and site."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from mocksms.testing import RunningPhone
from tests.check.node.stranger import run, stranger
from tools import browser
from webapp.sandbox.testing import Site, mihon_site

__all__ = ["mihon_site", "stranger"]

FAILS = "fails on purpose"


def test_personas_passkeys_and_reports(
    stranger: Path, phone_server: RunningPhone, mihon_site: Site, tmp_path: Path
) -> None:
    told = tmp_path / "report.json"
    environment = {
        "MOCKSMS_URL": phone_server.url,
        "SITE_URL": mihon_site.url,
        "BROWSER_PATH": str(browser.find()),
        "BROWSER_FLAGS": " ".join(browser.FLAGS),
        "REPORT": str(told),
    }
    run(stranger, "npx", "playwright", "test", "--config", "test/playwright", returncode=1, **environment)
    specs = json.loads(told.read_text())["suites"][0]["specs"]
    results = {each["title"]: each["tests"][0]["results"][-1] for each in specs}
    failed = [title for title, result in results.items() if result["status"] != "passed"]
    assert failed == [FAILS], [results[each].get("error") for each in failed if each != FAILS]
    attached = {title for title, result in results.items() if result["attachments"]}
    assert len(results) == 4 and attached == {FAILS}

    files = {
        each["name"]: base64.b64decode(each["body"]).decode()
        for each in results[FAILS]["attachments"]
        if "body" in each
    }
    assert [each["code"] for each in json.loads(files["messages.json"])] == ["482913"]
    assert [each["wire"] for each in json.loads(files["requests.json"])] == ["twilio"]
    (world,) = {each["world"] for each in json.loads(files["messages.json"])}
    assert f"world {world} stays" in files["mocksms.txt"] and "(code 482913)" in files["mocksms.txt"]
    with phone_server.client(world) as phone:
        assert phone.code("+819012345678") == "482913"
        phone.delete_world()
