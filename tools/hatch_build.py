"""Build hook of the package: compile the Japanese catalogues, and add the templates to the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TEMPLATES = {"templates/site": "webapp/templates/site", "templates/phone": "mocksms/templates/phone"}
"""Folders of the clone, and their place in the wheel."""


class Prepare(BuildHookInterface[Any]):
    """Add what a wheel has and git doesn't. An editable install reads the clone's own files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are collected; `artifacts` in pyproject.toml includes the result."""
        root = Path(self.root)
        for text in root.glob("*/translations/*/LC_MESSAGES/*.po"):
            compiled = text.with_suffix(".mo")
            if compiled.exists() and compiled.stat().st_mtime >= text.stat().st_mtime:
                continue  # an app may be reading it
            with text.open("rb") as source, compiled.open("wb") as file:
                write_mo(file, read_po(source))
        if self.target_name == "wheel" and version == "standard":
            build_data["force_include"].update({str(root / here): there for here, there in TEMPLATES.items()})
