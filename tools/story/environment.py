"""The site and the phone on free ports of this process, and a world of their own for each story."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

import webapp
from mocksms.client import Phone
from mocksms.testing import run_phone
from webapp.sandbox.personas import personas
from webapp.sandbox.worlds import World, Worlds
from webapp.services.context import Services

CHEAP_HASH = {"argon2_time_cost": 1, "argon2_memory_kib": 8, "argon2_parallelism": 1}


class _Quiet(WSGIRequestHandler):
    """Keeps connections open and writes no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Environment:
    """Both apps, their data in ``folder``; the addresses are ``site_url`` and ``phone_url``."""

    def __init__(self, folder: Path) -> None:
        self._phone = run_phone(str(folder / "phone"))
        # The port must be known before the site is made: its links begin with it.
        self._server = make_server("127.0.0.1", 0, _not_yet, threaded=True, request_handler=_Quiet)
        self.site_url = f"http://localhost:{self._server.server_port}"
        self.phone_url = self._phone.url.replace("127.0.0.1", "localhost")
        self.site = webapp.create_app(
            {
                "instance": str(folder / "site"),
                "sandbox": True,
                "site_url": self.site_url,
                "gateway_url": self._phone.url,
                "smtp_port": self._phone.smtp_port,
                **CHEAP_HASH,
            }
        )
        # Files are cached for good: a guide's pages are opened by the hundred.
        self._server.app = SharedDataMiddleware(self.site, {"/static": str(self.site.static_folder)})
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="site", daemon=True).start()

    def new_world(self, name: str, language: str, people: tuple[str, ...]) -> World:
        """A clean world whose people speak the language."""
        worlds: Worlds = self.site.extensions["nidankai_worlds"]
        world = worlds.make(name)
        services: Services = world.services
        personas.seed(replace(services, config=replace(services.config, language=language)), people)
        return world

    def phone_of(self, world: World) -> Phone:
        """The phone's world of the same name, empty."""
        phone = self._phone.client(world.name)
        phone.reset()
        return phone

    def stop(self) -> None:
        """Stop both."""
        self._server.shutdown()
        self._server.server_close()
        self._phone.stop()


def _not_yet(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []
