"""Documents of a reset during upload and in storage (docs/promises.md#58 to #60)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tests import lockout, sample_files
from tests.actors import Person
from tests.app_fixture import World
from webapp.flows import maintenance
from webapp.store import earlier_uploads


def test_upload_one_byte_over_is_413_and_the_limit_is_not_s58(apps_with: Any) -> None:
    world = apps_with(upload_bytes=20_000).fresh()
    taro = world.person("taro")
    lockout.begins(taro)
    over = lockout.file("bill.pdf", sample_files.pdf(size=20_001))
    page = taro.browser.submit(documents=[over], expect=413)
    assert "大きすぎます" in page.problem
    assert lockout.sends(taro, lockout.file("bill.pdf", sample_files.pdf(size=20_000))).state == "received"


def test_upload_of_more_than_all_files_may_have_is_413_s58(apps_with: Any) -> None:
    world = apps_with(upload_bytes=20_000).fresh()
    taro = world.person("taro")
    lockout.begins(taro)
    page = taro.browser.submit(
        documents=[lockout.file("bill.pdf", sample_files.pdf(size=400_000))], expect=413
    )
    assert page.status == 413


def test_upload_without_a_case_takes_no_more_than_any_form_s58(world: World) -> None:
    data = {"documents": (io.BytesIO(b"x" * 2_000_000), "a.pdf")}
    answer = world.browser().raw("POST", "/ap/recovery/case", data=data)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name",
    ["../../../x.png", "..\\..\\x.png", "/etc/x.png", "\u202egnp.x.png", "a" * 5000 + ".png", "x;'.png"],
)
def test_upload_names_are_forgotten_s59(taro: Person, world: World, name: str) -> None:
    before = lockout.files(world)
    lockout.begins(taro)
    page = lockout.sends(taro, lockout.file(name, sample_files.png()))
    assert page.state == "received"
    (kept,) = lockout.files(world).keys() - before.keys()
    assert len(kept) == 32 and set(kept) <= set("0123456789abcdef")
    assert name[-12:] not in page.html


def test_upload_is_sealed_at_rest_s59(taro: Person, world: World) -> None:
    before = lockout.files(world)
    lockout.begins(taro)
    lockout.sends(taro, lockout.file("bill.pdf", sample_files.pdf()))
    after = lockout.files(world)
    (kept,) = after.keys() - before.keys()
    content = after[kept]
    assert len(content) > 100 and b"PDF" not in content and b"Catalog" not in content


def test_upload_is_served_as_an_attachment_and_nosniff_s59(world: World) -> None:
    desk = lockout.reviewer(world)
    page = lockout.begins_review(desk, "さくら")
    answer = desk.browser.raw("GET", page.one(".document a").attrs["href"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document-1.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_upload_is_seen_by_reviewers_only_s60(world: World, hanako: Person) -> None:
    desk = lockout.reviewer(world)
    path = lockout.begins_review(desk, "さくら").one(".document a").attrs["href"]
    assert desk.browser.raw("GET", path).status_code == 200
    assert world.browser().raw("GET", path).status_code == 303
    hanako.signs_in()
    for each in (path, "/desk", "/desk/cases/sakura-recovery"):
        assert hanako.browser.raw("GET", each).status_code == 403
    sakura = world.person("sakura")
    sakura.browser.get("/ap/recovery")
    page = sakura.browser.submit(email=sakura.email, password=sakura.password)
    assert page.state == "in_review"
    assert sakura.browser.raw("GET", path).status_code == 303


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_upload_is_gone_after_the_decision_s60(world: World, verdict: str) -> None:
    desk = lockout.reviewer(world)
    path = lockout.begins_review(desk, "さくら").one(".document a").attrs["href"]
    assert lockout.files(world)
    lockout.decides(desk, verdict)
    assert not lockout.files(world)
    assert desk.browser.raw("GET", path).status_code == 404


def test_upload_is_gone_after_a_cancellation_s60(world: World) -> None:
    sakura = world.person("sakura")
    sakura.browser.get("/ap/recovery")
    sakura.browser.submit(email=sakura.email, password=sakura.password)
    sakura.browser.press("リセットを取り消す")
    assert not lockout.files(world)


def test_upload_is_gone_after_a_sign_in_with_a_code_s60(world: World) -> None:
    world.person("sakura").signs_in()
    assert not lockout.files(world)


def test_upload_is_gone_when_its_case_expires_s60(world: World) -> None:
    assert lockout.files(world)
    world.clock.advance(world.services.config.recovery_seconds + 86_401)
    maintenance.tidy(world.services)
    assert not lockout.files(world)


def test_upload_leaves_no_file_on_this_machine(taro: Person, world: World) -> None:
    lockout.begins(taro)
    lockout.sends(taro, lockout.file("bill.pdf", sample_files.pdf()))
    instance = Path(world.services.config.instance)
    assert not [path for path in instance.rglob("*") if "uploads" in path.parts]


def test_uploads_of_earlier_versions_move_into_the_database(world: World, tmp_path: Path) -> None:
    ((name, sealed),) = lockout.files(world).items()
    with world.services.store.writing() as db:
        db.execute("UPDATE documents SET sealed = NULL")
    (tmp_path / "uploads").mkdir()
    (tmp_path / "uploads" / name).write_bytes(sealed)
    (tmp_path / "uploads" / ("0" * 32)).write_bytes(b"without a row")
    for _ in range(2):  # also once more, after a crash
        earlier_uploads.take_over(world.services.store, tmp_path)
        assert lockout.files(world) == {name: sealed}
    assert not (tmp_path / "uploads").exists()
