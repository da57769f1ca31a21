"""What is in deploy/ fits the apps: commands, settings, paths. (`make check` runs the install script.)"""

from __future__ import annotations

import dataclasses
import getpass
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

import mocksms.config
import webapp.config
from tests.assertions import not_empty
from tests.docs.blocks import blocks
from tests.meta.sources import ROOT
from webapp.command import PASSING_ON

DEPLOY = ROOT / "deploy"
COMMANDS = {work.__name__.strip("_") for work in PASSING_ON}
STAND_IN = """#!/bin/sh
[ "$2" = venv ] || exit 0
mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/nidankai"
"""
"""A Python that makes an environment of itself and installs nothing."""
NOTING = """#!/bin/sh
echo "${0##*/} $*" >> "$NOTES"
"""
"""A program of root's that only notes its arguments."""
AS_ROOT = {
    "id": NOTING + '[ "$1" = -u ] && echo 0\n',  # it knows no other user
    "python3": NOTING + '[ "$1" != -c ] || [ -e "$NOTES.python" ] || exit 1\n' + STAND_IN.partition("\n")[2],
    "apt-get": NOTING + 'touch "$NOTES.python"\n',
    "useradd": NOTING,
    "chown": NOTING,
}
"""Programs for the script's way as root, on a machine without Python."""
SECRETS = {"MOCKSMS_PASSWORD": "phone-secret", "WEBAPP_TOOLS_PASSWORD": "tools-secret"}


def assigned(text: str) -> dict[str, str]:
    """Return the variables of a text such as `A=b C=d`, one or more a line."""
    return dict(word.split("=", 1) for word in shlex.split(text) if re.match(r"[A-Z_]+=", word))


def default(name: str) -> str:
    """Return a variable's default in the install script."""
    found = re.search(rf"^{name}=\$\{{{name}:-(.+)\}}$", (DEPLOY / "install.sh").read_text(), re.M)
    assert found, name
    return found[1]


def check_settings(environ: dict[str, str]) -> None:
    """Read variables as both apps do."""
    webapp.config.load(environ={name: value for name, value in environ.items() if name.startswith("WEBAPP_")})
    mocksms.config.load(environ=environ)


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    return found


def environment(service: dict[str, Any]) -> dict[str, str]:
    """Return the variables of a service, with passwords."""
    return {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: SECRETS[found[1]], str(value))
        for name, value in service["environment"].items()
    }


def test_dockerfile_has_the_install_script_as_its_only_step() -> None:
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    (step,) = re.findall(r"^RUN (.*)$", text, re.M)
    assert step.startswith("sh /src/deploy/install.sh && rm -rf /src ")
    (given,) = re.findall(r"^ENV (.*)$", text, re.M)
    variables = assigned(given)
    assert variables["PATH"].startswith(f"{default('PREFIX')}/bin:")
    assert Path(variables["WEBAPP_INSTANCE"]).parent == Path(default("DATA"))
    assert variables["MOCKSMS_INSTANCE"] == default("DATA") and f"USER {default('OWNER')}\n" in text


def test_compose_file_runs_both_apps_with_settings_they_have() -> None:
    for service in not_empty(list(services().values())):
        assert service["command"][0] in COMMANDS
        check_settings({"WEBAPP_SANDBOX": "1", **environment(service)})
        assert all(port.startswith("127.0.0.1:") for port in not_empty(service["ports"]))
    given = environment(services()["site"])
    assert given["WEBAPP_GATEWAY_TOKEN"] == SECRETS["MOCKSMS_PASSWORD"]  # it reads on the wire
    account = f"{given['WEBAPP_SMTP_USER']}:{given['WEBAPP_SMTP_PASSWORD']}"
    assert environment(services()["phone"])["MOCKSMS_SMTP_ACCOUNTS"] == account  # it makes worlds by mail
    assert given["WEBAPP_GATEWAY_URL"] == "http://phone:8001" and given["WEBAPP_SMTP_HOST"] == "phone"


def test_unit_starts_what_the_script_installs() -> None:
    text = (DEPLOY / "nidankai@.service").read_text()
    assert f"\nExecStart={default('PREFIX')}/bin/nidankai %i\n" in text
    (given,) = re.findall(r"^Environment=(.*)$", text, re.M)
    variables = assigned(given)
    check_settings({"WEBAPP_SANDBOX": "1", **variables})
    assert variables["MOCKSMS_INSTANCE"] == default("DATA")
    assert f"User={default('OWNER')}\n" in text
    # a database that comes later than the app ends it with the code of a bad setting
    assert "\nRestart=on-failure\nRestartSec=5\n" in text and "RestartPreventExitStatus" not in text


def for_production() -> webapp.config.Config:
    """Read the settings that the page lists, with a key."""
    (block,) = blocks("docs/deploy.md", "ini")
    given = assigned(block.text)
    given["WEBAPP_SEAL_KEYS"] = "0" * 64
    return webapp.config.load(environ=given)


def test_settings_for_production_are_whole_but_for_the_keys() -> None:
    read = for_production()
    assert read.is_tls and not read.sandbox


def test_production_sends_nothing_to_the_sandbox_s_gateway_and_mail_server() -> None:
    read = for_production()
    names = [each.name for each in dataclasses.fields(read)]
    wires = [name for name in names if name.startswith(("gateway_", "smtp_")) or name == "mail_sender"]
    given = {name: getattr(read, name) for name in wires}
    same = [name for name in wires if given[name] == getattr(webapp.config.Config(), name)]
    assert len(wires) > 8 and not same, same


@pytest.mark.parametrize(("exists", "mode"), [(True, 0o755), (False, 0o700)], ids=["there", "new"])
def test_script_leaves_an_existing_folder_for_the_data_as_it_is(
    tmp_path: Path, exists: bool, mode: int
) -> None:
    python = tmp_path / "python3"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    data = tmp_path / "data"
    if exists:
        data.mkdir()
        data.chmod(mode)
    given = {
        "PYTHON": str(python),
        "PREFIX": f"{tmp_path}/made",
        "DATA": str(data),
        "OWNER": getpass.getuser(),
    }
    command = ["/bin/sh", str(DEPLOY / "install.sh")]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert data.stat().st_mode & 0o777 == mode


def test_script_as_root_gets_python_then_makes_the_user_then_the_folder(tmp_path: Path) -> None:
    programs, notes, data = tmp_path / "programs", tmp_path / "notes", tmp_path / "data"
    programs.mkdir()
    for name, text in AS_ROOT.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    given = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "NOTES": str(notes)}
    given |= {"PREFIX": f"{tmp_path}/made", "DATA": str(data), "OWNER": "nobody-yet"}
    done = subprocess.run(["/bin/sh", str(DEPLOY / "install.sh")], env=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [
        line for line in notes.read_text().splitlines() if re.match("apt-get|useradd|chown|id n", line)
    ] == [
        "apt-get update -qq",
        "apt-get install -qq --no-install-recommends python3 python3-venv ca-certificates",
        "id nobody-yet",
        f"useradd --system --user-group --home-dir {data} --no-create-home --shell /usr/sbin/nologin nobody-yet",
        f"chown nobody-yet:nobody-yet {data}",
    ]
    assert data.stat().st_mode & 0o777 == 0o700


def test_image_holds_no_file_with_settings() -> None:
    """docs/deploy.md keeps them beside the clone, with passwords and keys."""
    assert "**/*.env" in (ROOT / ".dockerignore").read_text().split()
    assert "my-site.env" in (ROOT / "docs/deploy.md").read_text()


@pytest.mark.parametrize("python", ["/nowhere/python3", "false"])
def test_script_says_in_one_line_that_python_is_missing(python: str, tmp_path: Path) -> None:
    for name in ("dirname", "id", "false"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    done = subprocess.run(
        ["/bin/sh", str(DEPLOY / "install.sh")],
        env={"PATH": str(tmp_path), "PYTHON": python, "PREFIX": f"{tmp_path}/made"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "is not Python 3.11 or newer" in done.stderr and not os.path.lexists(tmp_path / "made")
