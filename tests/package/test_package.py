"""The package has everything the apps need, and nothing else of the clone."""

from __future__ import annotations

import re
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.meta.sources import ROOT
from tests.meta.test_files import tracked
from tests.packaged import Built, Installed
from webapp.command import main

WANTED = (
    "webapp/py.typed",
    "mocksms/py.typed",
    "webapp/translations/ja/LC_MESSAGES/messages.mo",
    "mocksms/translations/ja/LC_MESSAGES/messages.mo",
)


def test_wheel_holds_code_templates_and_catalogues_and_nothing_else(built: Built) -> None:
    names = set(zipfile.ZipFile(built.wheel).namelist())
    files = [path for path in tracked("") if path.startswith(("webapp/", "mocksms/"))]
    templates = {
        f"{app}/{path}"
        for path in tracked("")
        for app, folder in (("webapp", "templates/site/"), ("mocksms", "templates/phone/"))
        if path.startswith(folder)
    }
    assert len(files) > 200 and len(templates) > 100
    missing = {*files, *templates, *WANTED} - names
    assert not missing, f"the wheel lacks: {sorted(missing)}"
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"webapp", "mocksms"}


def test_sdist_holds_what_a_wheel_is_built_from(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "tools/hatch_build.py"} <= names
    assert {path for path in tracked("") if path.startswith(("webapp/", "mocksms/", "templates/"))} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


def test_extras_are_what_the_locks_are_made_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    apps = {*project["dependencies"], *extras["phone"], *extras["site"]}
    assert apps == _asked("requirements.in")
    assert set(extras["voice"]) == _asked("requirements-voice.in")
    assert set(extras["postgres"]) == _asked("requirements-postgres.in")
    assert extras["all"] == ["nidankai[phone,site,voice]"]


def _asked(name: str) -> set[str]:
    return set(re.findall(r"^[a-z].*$", (ROOT / name).read_text(), re.M))


def test_installed_copy_tells_its_version_and_keeps_data_in_the_users_folder(
    installed: Installed, tmp_path: Path
) -> None:
    home = str(tmp_path / "home")
    told = installed.python("-m", "webapp.command", "--version")
    assert re.fullmatch(r"nidankai \d+\.\d+\.\d+\S*\n", told.stdout), told.stderr
    for command in (
        "import webapp; webapp.create_app({'sandbox': True})",
        "import mocksms; mocksms.create_app().test_client().get('/healthz')",
    ):
        done = installed.python("-c", command, HOME=home, XDG_DATA_HOME=f"{home}/data")
        assert done.returncode == 0, done.stderr
    data = tmp_path / "home" / "data" / "nidankai"
    assert (data / "site" / "worlds").is_dir() and (data / "phone").is_dir()
    assert not list(installed.folder.iterdir())


def test_reset_deletes_site_and_phone_alone(installed: Installed, tmp_path: Path) -> None:
    for name in ("site", "phone", "mine"):
        (tmp_path / "data" / name).mkdir(parents=True)
    done = installed.python("-m", "webapp.command", "reset", INSTANCE=str(tmp_path / "data"))
    assert done.returncode == 0 and "is clean" in done.stdout
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"WEBAPP_DATABASE_URL": "postgresql://h/x"},
            "What WEBAPP_DATABASE_URL names was left alone. `nidankai",
        ),
        (
            {"ENGINE": "postgres", "POSTGRES_URL": "postgresql://h/x"},
            "What POSTGRES_URL names was left alone.",
        ),
        ({"POSTGRES_URL": "postgresql://h/x"}, "is clean. Stop"),
        ({"MOCKSMS_INSTANCE": "/elsewhere"}, "What MOCKSMS_INSTANCE names was left alone. Stop"),
    ],
    ids=["url", "server", "unused", "folder"],
)
def test_reset_names_what_it_leaves(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    says: str,
) -> None:
    for name in ("WEBAPP_INSTANCE", "MOCKSMS_INSTANCE", "WEBAPP_DATABASE_URL", "MOCKSMS_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ENGINE", raising=False)
    for name, value in {"INSTANCE": str(tmp_path), "POSTGRES_DATA": str(tmp_path / "pg"), **given}.items():
        monkeypatch.setenv(name, value)
    assert main(["reset"]) == 0
    assert says in capsys.readouterr().out


def test_reset_that_cannot_delete_says_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where a folder is expected: root may delete everything else."""
    (tmp_path / "site").touch()
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    assert main(["reset"]) == 1
    assert capsys.readouterr() == ("", f"nidankai: {tmp_path / 'site'} cannot be deleted: Not a directory\n")


def test_clone_is_not_importable_beside_the_package(installed: Installed) -> None:
    for name in ("tests", "tools", "bench"):
        assert "No module named" in installed.python("-c", f"import {name}").stderr


def test_unknown_arguments_are_refused(installed: Installed) -> None:
    wrong = installed.python("-m", "webapp.command", "run", "--fast")
    assert wrong.returncode == 2 and "unknown argument: --fast" in wrong.stderr
