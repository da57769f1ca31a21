"""Compiled templates: kept for the next start, private to the instance, and never needed."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

import mocksms
import mocksms.handset.template_cache
from tests.assertions import not_empty
from webapp.app import create_app
from webapp.pages.framework import template_cache


def _environment(folder: Path, text: str = "{% if 1 %}\n yes\n{% endif %}", **options: Any) -> Environment:
    environment = Environment(loader=DictLoader({"page": text}), autoescape=True, **options)
    template_cache.install(environment, folder)
    return environment


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("it was compiled")


def _files(folder: Path) -> list[Path]:
    return sorted((folder / template_cache.FOLDER).glob("*"))


def test_template_cache_saves_the_next_start_the_compiling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _environment(tmp_path).get_template("page").render()
    assert len(_files(tmp_path)) == 1
    monkeypatch.setattr(Environment, "compile", _refuse)
    assert _environment(tmp_path).get_template("page").render() == written


@pytest.mark.parametrize("other", [{"text": "no"}, {"trim_blocks": True}], ids=["text", "options"])
def test_template_cache_knows_what_changed(tmp_path: Path, other: dict[str, Any]) -> None:
    before = _environment(tmp_path).get_template("page").render()
    assert _environment(tmp_path, **other).get_template("page").render() != before


def test_template_cache_is_its_owners_alone(tmp_path: Path) -> None:
    _environment(tmp_path).get_template("page")
    folder = tmp_path / template_cache.FOLDER
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in not_empty(_files(tmp_path)):
        assert file.stat().st_mode & 0o077 == 0


def _open_to_all(folder: Path) -> None:
    (folder / template_cache.FOLDER).mkdir()
    (folder / template_cache.FOLDER).chmod(0o777)


def _link(folder: Path) -> None:
    (folder / "other").mkdir(mode=0o700)
    (folder / template_cache.FOLDER).symlink_to(folder / "other")


def _no_folder(folder: Path) -> None:
    (folder / template_cache.FOLDER).touch()


@pytest.mark.parametrize("prepare", [_open_to_all, _link, _no_folder])
def test_template_cache_is_left_out_where_it_cannot_be_private(
    tmp_path: Path, prepare: Callable[[Path], None]
) -> None:
    prepare(tmp_path)
    environment = _environment(tmp_path)
    assert environment.bytecode_cache is None
    assert "yes" in environment.get_template("page").render()


def test_template_cache_survives_a_folder_that_is_gone_and_files_of_no_use(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    (tmp_path / template_cache.FOLDER).rmdir()
    assert "yes" in environment.get_template("page").render()
    _environment(tmp_path).get_template("page")
    (file,) = _files(tmp_path)
    whole = file.read_bytes()
    for length in not_empty(range(len(whole))):
        file.write_bytes(whole[:length])
        assert "yes" in _environment(tmp_path).get_template("page").render()


def _of_another_version(folder: Path, days: float) -> Path:
    """Put a compiled template of another version into an instance, made so many days ago."""
    (folder / template_cache.FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / template_cache.FOLDER / f"made-{days}-days-ago"
    file.touch()
    made = time.time() - days * 86_400
    os.utime(file, (made, made))
    return file


def test_start_deletes_what_other_versions_compiled_long_ago(tmp_path: Path) -> None:
    site, phone = tmp_path / "site", tmp_path / "phone"
    old, used = ([_of_another_version(folder, days) for folder in (site, phone)] for days in (31, 29))
    create_app({"sandbox": True, "instance": str(site)}).extensions["nidankai_engine"].close()
    mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1}).extensions["mocksms"].close()
    assert [file.exists() for file in old + used] == [False, False, True, True]


def test_template_cache_forgets_nothing_where_it_may_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    template_cache.forget_old(tmp_path, time.time())
    assert not list(tmp_path.iterdir())
    old = _of_another_version(tmp_path, 400)
    (tmp_path / template_cache.FOLDER).chmod(0o755)  # others' folder
    template_cache.forget_old(tmp_path, time.time())
    (tmp_path / template_cache.FOLDER).chmod(0o700)
    monkeypatch.setattr(Path, "unlink", refuse)  # root may delete in any folder
    template_cache.forget_old(tmp_path, time.time())
    assert old.exists()


def test_template_cache_is_the_phones_too(tmp_path: Path) -> None:
    ours, phones = (inspect.getsource(each) for each in (template_cache, mocksms.handset.template_cache))
    assert ours == phones, "change both"
    app = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1})
    assert app.test_client().get("/").status_code == 200
    app.extensions["mocksms"].close()
    assert len([file for each in tmp_path.rglob(template_cache.FOLDER) for file in each.iterdir()]) > 3
