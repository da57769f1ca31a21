"""Build hook of the package: compile the Japanese catalogues, which git does not keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Compile each catalogue next to its text. `artifacts` in pyproject.toml takes the result along."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Do it before the files are collected."""
        for text in Path(self.root).glob("*/translations/*/LC_MESSAGES/*.po"):
            compiled = text.with_suffix(".mo")
            if compiled.exists() and compiled.stat().st_mtime >= text.stat().st_mtime:
                continue  # an app may be reading it
            with text.open("rb") as source, compiled.open("wb") as file:
                write_mo(file, read_po(source))
