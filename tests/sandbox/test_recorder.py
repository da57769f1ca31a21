"""What happens in a world is noted in its order, and what did not last is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.app_fixture import World
from tests.people import Person
from webapp.sandbox.store.trace_log import Step, Walks
from webapp.sandbox.worlds import Worlds
from webapp.store.engine.recording import listening


def walks(world: World) -> Walks:
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    return worlds.get().walks


def walked(world: World) -> list[Step]:
    return walks(world).steps()


def test_a_sign_in_is_noted_page_by_page(world: World, taro: Person) -> None:
    walks(world).empty()
    taro.signs_in()
    steps = walked(world)
    names = [(step.kind, step.name) for step in steps]
    assert ("page", "sign_in.identifier") in names
    assert ("message", "sms") in names
    assert any(kind == "move" and name.startswith("sign_in:") for kind, name in names)
    assert any(kind == "event" and name.startswith("sign_in.") for kind, name in names)
    asked, sent = names.index(("page", "sign_in.identifier")), names.index(("message", "sms"))
    assert asked < sent < names.index(("page", "sign_in.code"))
    assert len({step.walk for step in steps}) == 1
    assert [step.at for step in steps] == sorted(step.at for step in steps)


def test_a_refusal_is_noted_with_its_reason(world: World, taro: Person) -> None:
    walks(world).empty()
    taro.gives_password()
    taro.gives_code("000000" if taro.reads_code() != "000000" else "111111")
    counts = {(count.kind, count.name): count.times for count in walks(world).counts()}
    assert counts["refusal", "WrongCode.wrong"] == 1


def test_nothing_secret_is_noted(world: World, hanako: Person) -> None:
    walks(world).empty()
    hanako.signs_in()
    hanako.opens_settings()
    link = world.phone.mail(hanako.email).link("承認")
    kept = repr(walked(world))
    assert link.rsplit("/", 1)[1].split("?")[0] not in kept
    assert "Mihon-demo-1" not in kept


def test_keeping_a_walk_asks_nothing_of_the_world(world: World, taro: Person) -> None:
    """Neither a statement nor a lock: the log is a file of its own."""
    taro.signs_in()
    statements: list[str] = []
    with ThreadPoolExecutor(1) as pool, listening(statements.append), world.services.store.writing():
        # nobody else can write; pages that only read are kept all the same
        before = walks(world).last_id()
        pool.submit(taro.browser.get, "/account").result()
    assert walks(world).last_id() > before
    assert statements and not any(word in text for text in statements for word in (" steps", " counts"))


def test_a_log_that_cannot_be_kept_spoils_nothing(world: World, taro: Person) -> None:
    """A deleted world's last request finds no place for its log."""
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    made = worlds.make("fleeting")
    browser = world.browser()
    browser.get("/?world=fleeting")
    made.walks.close()
    answer = browser.raw("DELETE", "/sandbox/api/worlds/fleeting", headers={"X-World": "fleeting"})
    assert answer.status_code == 204
    assert worlds.names() == ["default"]
    assert not list(made.services.store.folder.parent.parent.iterdir())
