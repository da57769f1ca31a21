"""What handsets show of their world, and the way to the app's tools."""

from __future__ import annotations

from pathlib import Path

import mocksms
from mocksms.core import faults
from tests.form_client import Browser
from tests.handset.conftest import PHONE_URL

HOME = "/handsets/+819012345678/home"


def test_desk_and_handset_name_world_clock_and_faults_and_lead_to_the_tools(tmp_path: Path) -> None:
    app = mocksms.create_app({"INSTANCE": str(tmp_path), "TOOLS_URL": "http://localhost:8000/sandbox"})
    try:
        world, _is_new = app.extensions["mocksms"].make("qa-1")
        world.set_offset(600.0)
        faults.add(world, faults.parse({"what": "drop", "times": 2}, "JP"))
        browser = Browser(app, language="en", origin=PHONE_URL)
        for path, note in (("/", "#world-desk"), (HOME, "#world-here"), (HOME, "#world-desk")):
            page = browser.get(f"{path}?world=qa-1")
            shown = page.one(note).to_text()
            assert "qa-1" in shown and "Test clock" in shown and "1 fault set" in shown, path
            link = page.one(f"{note} a").attrs["href"]
            assert link == "http://localhost:8000/sandbox?world=qa-1"
        framed = app.test_client().get(f"{HOME}?world=qa-1", headers={"Sec-Fetch-Dest": "iframe"})
        assert "8000/sandbox" not in framed.text and "qa-1" in framed.text
    finally:
        app.extensions["mocksms"].close()


def test_desk_in_the_usual_world_says_nothing_of_it(look_in: Browser) -> None:
    assert look_in.get("/").one("#world-desk").to_text().strip() == ""
