"""The main job of each app, without looking at the pages. `make mutants` runs these tests before those of a promise."""

from __future__ import annotations

from tests.actors import Person
from tests.app_fixture import World
from tests.security.model import Walker

NUMBER = "+819087654321"


def test_person_signs_in_with_the_code_on_the_phone(world: World, taro: Person) -> None:
    walker = Walker(world)
    assert walker.leads_to(walker.gives_password(taro.email, taro.password)) == "/ap/mfa"
    assert walker.leads_to(walker.post("/ap/mfa", "/ap/mfa", otpCode=taro.reads_code())) == "/"
    assert walker.get("/account").status_code == 200


def test_app_sends_a_text_that_is_read_on_the_phone(world: World) -> None:
    fields = {"To": NUMBER, "From": "+15005550006", "Body": "Your code is 493817."}
    account = world.phone.account_sid
    path = f"/2010-04-01/Accounts/{account}/Messages.json"
    sent = world.phone.send("POST", path, data=fields, auth=(account, "any"))
    assert (sent.status_code, sent.json()["status"]) == (201, "queued")
    message = world.phone.sms(NUMBER)
    assert (message.body, message.code) == (fields["Body"], "493817")
