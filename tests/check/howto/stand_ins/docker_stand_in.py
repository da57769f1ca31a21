"""A pytest plugin that takes Docker's part under Testcontainers: a container is a process of `mocksms serve`.

What a container is made of (ports, environment, wait) is Testcontainers' own. The process is this clone's phone, since
the reader has installed only the client.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CLONE = Path(__file__).parents[4]
PORTS = ("MOCKSMS_PORT", "MOCKSMS_SMTP_PORT")
"""The settings of the ports that the image exposes, in its order."""
HOST = "127.0.0.2"
"""An address of this machine that is not localhost, as Docker's host may be another machine."""
HERE = {"MOCKSMS_HOST": HOST, "MOCKSMS_SMTP_HOST": HOST}
"""A process has no network of its own, so it serves this machine only."""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _words(name: str) -> list[str]:
    """Return what follows an instruction in the page's Dockerfile."""
    lines = Path("Dockerfile").read_text().splitlines()
    return next(line for line in lines if line.startswith(f"{name} ")).split()[1:]


def _start(self: Any) -> Any:
    assert [f"{port}" for port in self.ports] == _words("EXPOSE")
    self.mapped = {int(port): _free_port() for port in self.ports}
    image = dict(pair.split("=", 1) for pair in _words("ENV"))
    ports = dict(zip(PORTS, map(str, self.mapped.values()), strict=True))
    self.folder = tempfile.TemporaryDirectory()
    settings = {**image, **self.env, **ports, **HERE, "MOCKSMS_INSTANCE": self.folder.name}
    command = [os.environ["STAND_IN_PYTHON"], "-m", "mocksms", "serve"]
    kept = {"PATH": os.environ["PATH"], **settings}
    self.process = subprocess.Popen(command, cwd=CLONE, env=kept, stderr=subprocess.DEVNULL)
    self._wait_strategy.wait_until_ready(self)
    return self


def _stop(self: Any, *_: object, **__: object) -> None:
    self.process.terminate()
    assert self.process.wait(30) == 0
    self.folder.cleanup()


@pytest.fixture(scope="session", autouse=True)
def docker_stand_in() -> Iterator[None]:
    """Start and stop processes instead of containers."""
    from testcontainers.core import container  # type: ignore[import-not-found]  # the reader installs it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "DockerClient", lambda **_: None)
        patch.setattr(container.DockerContainer, "start", _start)
        patch.setattr(container.DockerContainer, "stop", _stop)
        patch.setattr(container.DockerContainer, "get_container_host_ip", lambda self: HOST)
        patch.setattr(container.DockerContainer, "get_exposed_port", lambda self, port: self.mapped[port])
        yield
