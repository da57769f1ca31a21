"""Site and phone on free ports of this process, with a separate world for each story."""

from __future__ import annotations

from pathlib import Path

from werkzeug.middleware.shared_data import SharedDataMiddleware

from mocksms.client import Phone
from mocksms.testing import run_phone
from webapp.run import AUTHENTICATORS
from webapp.sandbox.personas import personas
from webapp.sandbox.testing import Site
from webapp.sandbox.worlds import World, Worlds
from webapp.services.context import Services


class Environment:
    """Both apps, with their data in ``folder``; the addresses are ``site_url`` and ``phone_url``."""

    def __init__(self, folder: Path) -> None:
        self._phone = run_phone(str(folder / "phone"), AUTHENTICATORS=AUTHENTICATORS)
        self._site = Site(str(folder / "site"), self._phone)
        self.site = self._site.app
        # Cache files permanently: a guide opens hundreds of pages.
        self._site.wrap(SharedDataMiddleware(self.site, {"/static": str(self.site.static_folder)}))
        self.site_url = self._site.url
        self.phone_url = self._phone.url.replace("127.0.0.1", "localhost")

    def new_world(self, name: str, language: str, people: tuple[str, ...]) -> World:
        """Create a clean world in this language."""
        worlds: Worlds = self.site.extensions["nidankai_worlds"]
        world = worlds.make(name)
        services: Services = world.services
        personas.seed(services, people, language)
        return world

    def phone_of(self, world: World) -> Phone:
        """Return the phone's world of the same name, empty."""
        phone = self._phone.client(world.name)
        phone.make_world()
        phone.reset()
        return phone

    def stop(self) -> None:
        """Stop both."""
        self._site.stop()
        self._phone.stop()
