"""The settings of both apps as Markdown tables, from their declarations."""

from __future__ import annotations

import dataclasses
from typing import Any

import mocksms.config
import webapp.config

APPS = {"webapp": webapp.config.Config, "mocksms": mocksms.config.Settings}
PREFIXES = {"webapp": "WEBAPP_", "mocksms": "MOCKSMS_"}
HEAD = "| variable | default | unit | meaning |\n|---|---|---|---|\n"


def rows(app: str) -> list[str]:
    """Return one line of the table for each setting, in order of declaration."""
    return [_row(PREFIXES[app], field) for field in dataclasses.fields(APPS[app])]


def tables() -> dict[str, str]:
    """Return the table of each app."""
    return {app: HEAD + "\n".join(rows(app)) + "\n" for app in APPS}


def _row(prefix: str, field: dataclasses.Field[Any]) -> str:
    unit, meaning = field.metadata["unit"], field.metadata["help"].replace("|", "/")
    default = _default(field.metadata.get("default", field.default))
    return f"| `{prefix}{field.name.upper()}` | {default} | {unit} | {meaning} |"


def _default(value: object) -> str:
    if isinstance(value, bool):
        return f"`{int(value)}`"
    text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"`{text}`" if text else "none"
