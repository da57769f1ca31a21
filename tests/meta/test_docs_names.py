"""Names in the docs exist: files, make targets, commands, modules, settings, addresses."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import re
from fnmatch import fnmatchcase
from itertools import product

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

import mocksms
import webapp
from mocksms import cli
from mocksms.config import OTHER_VARIABLES
from mocksms.providers.registry import installed
from tests.docs.blocks import pages
from tests.meta.sources import ROOT
from tests.meta.test_files import tracked
from tools.settings import APPS, PREFIXES, rows
from webapp import command
from webapp.sandbox import client
from webapp.sandbox.controls.fault_table import FAULTS

PAGES = [*pages(), "bench/README.md"]
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FOLDERS = ("webapp/", "mocksms/", "templates/", "tests/", "tools/", "docs/", "bench/")
FILE = re.compile(r"[\w./*{},-]+\.(?:py|md|html|css|js|in|txt|toml|svg|png)")
MODULE = re.compile(r"(?:webapp|mocksms|tools|tests|bench)(?:[.:]\w+)+")
COMMAND = re.compile(
    r"(?:^|`)(?:\S*python -m )?(mocksms|flask --app webapp|flask|nidankai) ([a-z][a-z-]+)", re.M
)
NOT_OURS = {
    "docs/storyboard.md": {
        "instance/storyboard/index.html",
        "ja.html",
        "en.html",
    },  # `make storyboard` writes them
    "docs/handset.md": {
        f"mocksms.{kind}"
        for kind in (
            "here",
            "arrived",
            "code",
            "link",
            "answer-call",
            "show-link",
            "press-link",
            "code-taken",
            "add-account",
        )
    },  # kinds of messages
    "docs/promises.md": {"//evil"},  # what an attacker sends
    "bench/README.md": {"/moto-api/data.json", "bench/history.jsonl"},  # moto's, and what `make bench` writes
    "docs/decisions.md": {"bench/history.jsonl"},
}
"""Names that look like ours and are something else, or are made later."""


def text(page: str) -> str:
    """Return a page as it is written."""
    return (ROOT / page).read_text()


def spans(page: str) -> list[str]:
    """Return what a page marks as code within its sentences."""
    sentences = re.sub(r"^ *```.*?^ *```$", "", text(page), flags=re.DOTALL | re.MULTILINE)
    return [span for span in SPAN.findall(sentences) if span not in NOT_OURS.get(page, ())]


def spelled_out(name: str) -> list[str]:
    """Return the names that `a/{b,c}.py` stands for."""
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    return [
        "".join(choice)
        for choice in product(*(part if at % 2 else [",".join(part)] for at, part in enumerate(parts)))
    ]


def is_file(name: str, files: list[str]) -> bool:
    """Whether a path, a pattern, a folder or a file's name alone is in the repository."""
    if name.startswith(FOLDERS):
        return any(
            file == name or fnmatchcase(file, name) or file.startswith(name.rstrip("/") + "/")
            for file in files
        )
    return any(fnmatchcase(file, name) or fnmatchcase(file, f"*/{name}") for file in files)


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_files_that_exist(page: str) -> None:
    files = tracked("")
    named = [span for span in spans(page) if span.startswith(FOLDERS) or FILE.fullmatch(span)]
    named += re.findall(rf"^(?:{'|'.join(FOLDERS)})\S*", "\n".join(code(page)), re.MULTILINE)
    missing = [each for span in named for each in spelled_out(span) if not is_file(each, files)]
    assert not missing, f"{page}: {missing}"


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_make_targets_that_exist(page: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    named = set(
        re.findall(r"(?:^|[`\s])make ([a-z]+)\b(?=[`\s]|$)", "\n".join([*spans(page), *code(page)]), re.M)
    )
    assert named <= set(targets), f"{page}: {named - set(targets)}"


def code(page: str) -> list[str]:
    """Return the code blocks of a page."""
    return re.findall(r"^ *```\w*\n(.*?)^ *```$", text(page), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_settings_that_exist(page: str) -> None:
    known = {row.split("`")[1] for app in APPS for row in rows(app)}
    known |= {
        f"MOCKSMS_{each.wires[0]}_{field.name}".upper()
        for each in installed()
        for field in (dataclasses.fields(each.own_settings) if each.own_settings else ())
    }
    named = set(re.findall(rf"(?:{'|'.join(PREFIXES.values())})[A-Z0-9_]*[A-Z]", text(page)))
    assert named - OTHER_VARIABLES - {client.PASSWORD} <= known, f"{page}: {named - known}"


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_modules_that_exist(page: str) -> None:
    named = [found.group() for span in spans(page) for found in [MODULE.match(span)] if found]
    missing = [name for name in named if not FILE.fullmatch(name) and not resolves(name.replace(":", "."))]
    assert not missing, f"{page}: {missing}"


def resolves(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_commands_that_exist(
    page: str, apps: list[Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    known = {("flask", name) for name in apps[0].cli.commands}
    for program, main in (("mocksms", cli.main), ("nidankai", command.main)):
        with pytest.raises(SystemExit):
            main(["--help"])
        known |= {(program, name) for name in re.findall(r"^ {4}([a-z-]+)\b", capsys.readouterr().out, re.M)}
    named = {
        (program.split()[0], name)
        for part in [*(f"`{span}`" for span in spans(page)), *code(page)]
        for program, name in COMMAND.findall(part)
    }
    assert {("mocksms", "serve"), ("nidankai", "run"), ("flask", "prune")} <= known
    assert named <= known, f"{page}: {named - known}"


def test_docs_list_the_faults_that_there_are() -> None:
    section = text("docs/sandbox.md").split("| keys | what |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z-]+)`", section)) == set(FAULTS)


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> list[Flask]:
    """Return site and phone, which know their addresses."""
    folder = str(tmp_path_factory.mktemp("apps"))
    return [
        webapp.create_app({"instance": folder, "sandbox": True}),
        mocksms.create_app({"INSTANCE": folder}),
    ]


@pytest.mark.parametrize("page", PAGES)
def test_docs_name_addresses_that_exist(page: str, apps: list[Flask]) -> None:
    named = [
        span.split("?")[0].split("#")[0]
        for span in spans(page)
        if re.fullmatch(r"/[\w/<>{},.?=&|…+@-]*", span)
    ]
    missing = [each for span in named for each in spelled_out(span) if not is_address(each, apps)]
    assert not missing, f"{page}: {missing}"


def is_address(path: str, apps: list[Flask]) -> bool:
    """Whether the site or the phone answers at this path; `<name>` and `NAME` stand for anything."""
    filled = re.sub(r"<\w+>|\b[A-Z]{2,}\b|…", "1", path)
    for app in apps:
        try:
            app.url_map.bind("localhost").match(filled, method="GET")
        except NotFound:
            continue
        except (MethodNotAllowed, RequestRedirect):
            return True
        return True
    return any(
        rule.rule.startswith(filled.rstrip("/") + "/") for app in apps for rule in app.url_map.iter_rules()
    )


def test_docs_names_that_are_not_ours_are_still_there() -> None:
    stale = {
        page: [name for name in names if f"`{name}" not in text(page)] for page, names in NOT_OURS.items()
    }
    assert not any(stale.values()), f"remove them from NOT_OURS: {stale}"


def test_docs_lack_is_noticed(apps: list[Flask]) -> None:
    assert not is_file("webapp/nowhere.py", tracked("")) and is_file("webapp/store", tracked(""))
    assert not resolves("webapp.sandbox.nothing") and resolves("webapp.create_app")
    assert not is_address("/nowhere", apps) and is_address("/sandbox/api/worlds/NAME", apps)
    assert spelled_out("a/{b,c}.py") == ["a/b.py", "a/c.py"]
