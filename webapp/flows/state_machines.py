"""All state machines of the site, found by searching the package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from webapp import flows
from webapp.flows.state_machine import StateMachine


@cache
def all_machines() -> tuple[StateMachine, ...]:
    """Return each state machine in `webapp.flows`, in the order of their kinds."""
    names = [module.name for module in pkgutil.iter_modules(flows.__path__)]
    modules = [importlib.import_module(f"webapp.flows.{name}") for name in names]
    found = {
        value.kind: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, StateMachine)
    }
    return tuple(found[kind] for kind in sorted(found))
