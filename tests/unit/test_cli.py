"""The site's commands."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner, Result

from tests.actors import PEOPLE
from tests.app_fixture import World
from tests.meta.sources import ROOT
from webapp.__main__ import main as serve
from webapp.config import Config, load
from webapp.errors import MailFailed
from webapp.sandbox.personas import personas
from webapp.sandbox.worlds import Worlds
from webapp.store import accounts


def run(world: World, *arguments: str, well: bool = True, answer: str | None = None) -> Result:
    result = world.site.test_cli_runner().invoke(args=list(arguments), input=answer)
    assert (result.exit_code == 0) == well, result.output
    return result


def test_settings_show_no_secret() -> None:
    secrets: dict[str, Any] = dict.fromkeys(
        ("secret_key", "tools_password", "gateway_token", "smtp_password"), "hunter2-" * 5
    )
    shown = repr(Config(**secrets, seal_keys=("ab" * 32,), database_url="postgresql://u:hunter2@h/n"))
    assert "hunter2" not in shown and "abab" not in shown and "site_url" in shown


def test_account_list_shows_the_demo_accounts(world: World) -> None:
    lines = run(world, "account", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["hanako", "taro", "jiro", "sakura", "desk"]
    assert "2SV off" in lines[0]
    assert "2SV on" in lines[1]


@pytest.mark.parametrize("who", ["jiro@example.com", "JIRO@example.com", "070-1234-5678", "+817012345678"])
def test_account_show_finds_by_address_and_number(world: World, who: str) -> None:
    shown = run(world, "account", "show", who).output
    assert "次郎" in shown and "〒100-0000 東京都見本区二段階町 1-3-1" in shown
    assert "preferred: app" in shown
    assert "backup: voice …678" in shown
    assert PEOPLE["jiro"].secret not in shown


def test_account_show_of_nobody_is_one_line(world: World) -> None:
    assert run(world, "account", "show", "nobody@example.com", well=False).output == (
        "Error: no account signs in as nobody@example.com\n"
    )


def test_account_add_makes_one_that_signs_in(world: World) -> None:
    run(world, "account", "add", "春子", "--email", "Haruko@example.com", "--password", "Long-enough-1")
    haruko = world.person("hanako")
    haruko.email, haruko.password = "haruko@example.com", "Long-enough-1"
    assert haruko.signs_in().name == "shop.home"
    assert "春子" in haruko.page.text


def test_account_add_asks_for_the_password(world: World) -> None:
    arguments = ("account", "add", "Haruko", "--phone", "090-1111-2222")
    assert "+819011112222" in run(world, *arguments, answer="Long-enough-1\nLong-enough-1\n").output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "needs --email or --phone"),
        (["--email", "hanako@example.com"], "belongs to another account"),
        (["--phone", "12"], "too_short"),
        (["--email", "nonsense"], "not_a_number"),
    ],
)
def test_account_add_refuses_in_one_line(world: World, options: list[str], says: str) -> None:
    result = run(world, "account", "add", "x", "--password", "Long-enough-1", *options, well=False)
    assert says in result.output
    assert "Traceback" not in result.output


def test_totp_is_what_the_app_shows(world: World) -> None:
    world.clock.advance(12_345)
    code = run(world, "totp", "jiro@example.com").stdout.strip()
    now = int(world.clock.now())
    assert code in {pyotp.TOTP(PEOPLE["jiro"].secret).at(at) for at in (now - 30, now)}


def test_totp_of_an_account_without_app_is_one_line(world: World) -> None:
    assert "has no authenticator app" in run(world, "totp", "taro@example.com", well=False).output


def test_seed_makes_a_persona_anew(world: World) -> None:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.sets_up_by_sms()
    assert "hanako@example.com       Two-step verification off" in run(world, "seed", "hanako").output
    assert "2SV on" in run(world, "account", "list").output.splitlines()[0]  # the other four are as they were


def test_reset_leaves_the_demo_accounts_only(world: World) -> None:
    run(world, "account", "add", "x", "--email", "x@example.com", "--password", "Long-enough-1")
    assert "aborted" in run(world, "reset", answer="n\n", well=False).output.lower()
    assert len(run(world, "account", "list").output.splitlines()) == 6
    assert "5 accounts" in run(world, "reset", "--yes").output
    assert len(run(world, "account", "list").output.splitlines()) == 5
    assert world.person("taro").signs_in().name == "shop.home"


def test_reset_empties_one_world(world: World) -> None:
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    other = worlds.make("cli")
    personas.seed(other.services, ("older",))
    world.person("taro").signs_in()
    assert "5 accounts" in run(world, "reset", "--yes", "--world", "cli").output
    with other.services.store.reading() as db:
        assert len(accounts.list_all(db)) == 5
    assert world.phone.messages(), "the default world is as it was"
    assert "no world nobody" in run(world, "reset", "--yes", "--world", "nobody", well=False).output
    assert "names like it: cli" in run(world, "reset", "--yes", "--world", "cly", well=False).output
    assert "is empty" in run(world, "reset", "--yes", "--world", "", well=False).output
    worlds.delete("cli")


def test_prune_deletes_what_has_expired(world: World) -> None:
    world.person("taro").signs_in()
    assert run(world, "prune").output.startswith("0 flows, 0 codes, 0 sessions")
    world.clock.advance(40 * 86400)
    pruned = run(world, "prune").output
    assert "1 sessions" in pruned
    assert "1 codes" in pruned


def test_doctor_finds_all_well(world: World) -> None:
    output = run(world, "doctor").output
    assert [line.split()[:2] for line in output.splitlines()] == [
        ["ok", part] for part in ("settings", "database", "keys", "gateway", "mail", "catalogue", "places")
    ]


def test_doctor_names_what_is_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise MailFailed("down", "ConnectionRefusedError")

    monkeypatch.setattr(world.services.outbound.mailer, "check", down)
    lines = run(world, "doctor", well=False).output.splitlines()
    (wrong,) = [line for line in lines if line.startswith("FAIL")]
    assert wrong.split()[1] == "mail"
    assert "WEBAPP_SMTP_HOST" in wrong


def test_doctor_opens_the_secret_of_any_device(world: World) -> None:
    world.sql(
        "UPDATE methods SET kind = 'token', secret = ? WHERE account_id = 'jiro' AND kind = 'app'",
        b"no key opens it",
    )
    (wrong,) = [
        line for line in run(world, "doctor", well=False).output.splitlines() if line.startswith("FAIL")
    ]
    assert wrong.split()[1] == "keys" and "1 of 2" in wrong


@pytest.mark.parametrize(
    ("command", "usage"),
    [("site", "Usage: nidankai site [OPTIONS]"), ("phone", "usage: nidankai phone [-h]")],
    ids=["site", "phone"],
)
def test_usage_of_a_server_shows_the_command_that_started_it(command: str, usage: str) -> None:
    words = [sys.executable, "-m", "webapp.command", command, "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith(usage), done.stderr


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "localhost"),
        ("0.0.0.0", "localhost"),
        ("10.1.2.3", "10.1.2.3"),
        ("fd00::1", "[fd00::1]"),
    ],
)
def test_serve_prints_its_address(
    host: str, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("webapp.__main__._refuse_taken", lambda *_: None)
    monkeypatch.setattr("webapp.__main__.process.serve", lambda *_, **__: None)
    env = {"WEBAPP_SANDBOX": "1", "WEBAPP_INSTANCE": str(tmp_path), "WEBAPP_TOOLS_PASSWORD": "x"}
    result = CliRunner().invoke(serve, ["--port", "8100"], env={**env, "WEBAPP_HOST": host})
    assert (result.exit_code, result.output) == (0, f"webapp: http://{address}:8100\n")


def test_serve_refuses_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(serve, ["--port", port], env={"WEBAPP_SANDBOX": "1"})
    assert result.exit_code == 1
    assert result.output == f"webapp: port {port} on 127.0.0.1 cannot be used: Address already in use\n"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("SITE_ULR", "x", " is no setting of the site; did you mean WEBAPP_SITE_URL?"),
        ("XYZZY", "x", " is no setting of the site"),
        ("SITE_URL", "example.com", ": 'example.com' must begin with http:// or https:// and a host name"),
        ("GATEWAY_URL", "http://[", ": 'http://[' must begin with http:// or https:// and a host name"),
        ("LANGUAGE", "fr", ": 'fr' must be ja or en"),
        ("TRUSTED_PROXIES", "1x", ": '1x' does not appear to be an IPv4 or IPv6 network"),
        ("TIME_ZONE", "Mars", ": 'Mars' must be a time zone, as Asia/Tokyo"),
        *(
            ("MAIL_SENDER", sender, f": {sender!r} must be an address, as Mihon <no-reply@mihon.example.com>")
            for sender in ("", "Mihon", "ü@example.com", "no-reply@例.jp", "a@b@c", "Mihon <no-reply@>")
        ),
        ("SMTP_PORT", "65536", ": 65536 must be from 0 to 65535"),
        ("THREADS", "0", ": 0 must be at least 1"),
        ("CODE_SECONDS", "-1", ": -1 must not be below 0 or infinite"),
        ("BODY_SECONDS", "nan", ": nan must not be below 0 or infinite"),
        ("SANDBOX_ALLOW", "me", ": 'me' does not appear to be an IPv4 or IPv6 network"),
        ("SEAL_KEYS", "zz", ": a sealing key is 32 bytes in base64 or hex"),
    ],
    ids=lambda value: value[:12],
)
def test_serve_refuses_a_bad_setting_in_one_line(
    variable: str, value: str, says: str, tmp_path: Path
) -> None:
    env = {"WEBAPP_SANDBOX": "1", "WEBAPP_INSTANCE": str(tmp_path), f"WEBAPP_{variable}": value}
    result = CliRunner().invoke(serve, [], env=env)
    assert (result.exit_code, result.output) == (2, f"webapp: WEBAPP_{variable}{says}\n")


def test_password_of_the_tools_is_no_unknown_setting() -> None:
    assert load(environ={"WEBAPP_SANDBOX": "1", "WEBAPP_TOOLS_PASSWORD": "x", "PATH": ""}).sandbox


def test_serve_refuses_settings_that_are_unsafe() -> None:
    result = CliRunner().invoke(serve, [], env={"WEBAPP_SANDBOX": None, "WEBAPP_SECRET_KEY": "short"})
    assert result.exit_code == 2
    assert (
        result.output == "webapp: WEBAPP_SECRET_KEY must have at least 32 characters outside sandbox mode\n"
    )


@pytest.mark.parametrize("options", [["--port", "0"], ["--workers", "0"], ["--threads", "many"]])
def test_serve_refuses_options_that_cannot_be(options: list[str]) -> None:
    result = CliRunner().invoke(serve, options)
    assert result.exit_code == 2
    assert f"Invalid value for '{options[0]}'" in result.output
