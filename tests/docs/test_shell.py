"""The shell blocks of the README and the testers' pages run as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import blocks
from tests.docs.shell import Reader


def test_readme_shell_blocks_run_in_a_clone(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        _, tests, calls = [reader.run(block) for block in blocks("README.md", "sh")]
    assert re.search(r"\d+ passed", tests), tests
    assert re.search(r"\}\s*\d{6}\Z", calls.strip()), calls


@pytest.mark.more
def test_guide_of_the_phone_runs_in_the_shell(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        _, sent, read, commands, refused, after = [
            reader.run(block) for block in blocks("docs/phone.md", "sh")
        ]
    assert '"sid":"SM' in sent
    assert read.startswith("482913") and '"channel":"sms"' in read
    assert commands.startswith("482913\n") and '"code": "482913"' in commands
    assert json.loads(refused) == {"requests": [], "next": None}
    assert after == "", "the phone was reset before"


@pytest.mark.more
def test_guide_of_testers_runs_in_the_shell(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        reader.run_text("make run")
        (printed,) = [reader.run(block) for block in blocks("docs/testers.md", "sh")]
    assert "太郎" in printed
    assert re.search(r"\d{6}\Z", printed.strip()), printed


@pytest.mark.more
def test_guide_of_the_sandbox_runs_and_shows_the_answers(tmp_path: Path) -> None:
    page = "docs/sandbox.md"
    with Reader(tmp_path) as reader:
        reader.run_text("make run")
        answers = [answer for block in blocks(page, "sh") for answer in _objects(reader.run(block))]
    shown = [json.loads(block.text) for block in blocks(page, "json")]
    assert len(shown) == 3
    others = [each for each in shown if _shape(each) not in [_shape(answer) for answer in answers]]
    assert not others, f"no answer looks like this: {others}"


def _objects(text: str) -> Iterator[object]:
    """Return the JSON objects in what curl printed, one after the other."""
    at = text.find("{")
    while at >= 0:
        found, at = json.JSONDecoder().raw_decode(text, at)
        yield found
        at = text.find("{", at)


def _shape(value: object) -> object:
    """Return the names in an object, without its values; of a list that of its first entry."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    return [_shape(value[0])] if isinstance(value, list) and value else None
