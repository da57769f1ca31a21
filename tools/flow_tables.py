"""Find the tables of states and moves that the site runs on."""

from __future__ import annotations

import importlib
import pkgutil

import webapp.flows
from webapp.flows.table import Table


def tables() -> list[Table]:
    """Every table of moves in `webapp.flows`, in the order of their kinds."""
    names = [module.name for module in pkgutil.iter_modules(webapp.flows.__path__)]
    modules = [importlib.import_module(f"webapp.flows.{name}") for name in names]
    found = {
        value.kind: value for module in modules for value in vars(module).values() if isinstance(value, Table)
    }
    return [found[kind] for kind in sorted(found)]
