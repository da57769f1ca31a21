"""The rows of the bench: their targets from targets.toml, what was measured, the verdict, and the table as Markdown."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("targets.toml")
HEAD = ("work", "beside", "ours", "ours ÷ beside", "target", "verdict", "last run")


@dataclass(frozen=True)
class Target:
    """What a row measures, and the bound it should keep. ``against`` makes the bound one for a ratio."""

    key: str
    group: str
    work: str
    unit: str
    digits: int = 2
    against: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def sign(self) -> str:
        """Return the bound's unit: that of the row, or of a ratio."""
        return "×" if self.against else self.unit

    def __str__(self) -> str:
        """Return the bound as it is printed."""
        bound = f"≤ {self.at_most:,g}" if self.at_most is not None else f"≥ {self.at_least:,g}"
        return f"{bound} {self.sign}"

    def gap(self, value: float) -> float:
        """Return how far a value is beyond the bound; 0 or less meets it."""
        if self.at_most is not None:
            return value - self.at_most
        assert self.at_least is not None
        return self.at_least - value


def read(text: str) -> dict[str, Target]:
    """Return the targets of a TOML text by key. Raise ValueError for one without exactly one bound."""
    found = {key: Target(key, **fields) for key, fields in tomllib.loads(text).items()}
    for target in found.values():
        if (target.at_most is None) == (target.at_least is None):
            raise ValueError(f"{target.key} needs at_most or at_least")
    return found


TARGETS = read(FILE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Row:
    """What was measured for a target; None if it can't be measured here. ``beside`` is what it is compared with."""

    key: str
    ours: float | None
    beside: float | None = None

    @cached_property
    def target(self) -> Target:
        """Return the target. Raise KeyError for a row that has none."""
        return TARGETS[self.key]

    @property
    def ratio(self) -> float | None:
        """Return ours ÷ beside, None without both."""
        return self.ours / self.beside if self.ours is not None and self.beside else None

    @property
    def value(self) -> float | None:
        """Return what the bound is for, and what runs are compared by: the ratio if there is one."""
        return self.ratio if self.target.against else self.ours

    @property
    def verdict(self) -> str:
        """Return "met", or by how much the target was missed: in the bound's unit, and in percent of the bound."""
        value, target = self.value, self.target
        if value is None:
            return "not measured here"
        gap = target.gap(value)
        if gap <= 0:
            return "met"
        digits = 2 if target.against else target.digits
        shown = math.ceil(round(gap * 10**digits, 6)) / 10**digits  # rounded up: a miss is never "by 0.00"
        bound = target.at_most or target.at_least
        percent = f" ({gap / bound:.1%})" if bound else ""
        return f"missed by {shown:,.{digits}f} {target.sign}{percent}"

    def change(self, before: Row | None) -> str:
        """Return the change against the row of an earlier run, in percent."""
        if before is None or self.value is None or before.value is None:
            return "–"
        if not before.value:
            return "±0 %" if not self.value else f"was {before.value:g}"
        return f"{(self.value / before.value - 1) * 100:+.0f} %".replace("-", "−").replace("+0 ", "±0 ")

    def cells(self, before: Row | None = None) -> tuple[str, ...]:
        """Return the row as texts, in the order of HEAD."""
        target, digits = self.target, self.target.digits
        named = "" if target.against in ("", "floor") else f"{target.against} "
        return (
            f"{target.work}, {target.unit}",
            "–" if self.beside is None else f"{named}{self.beside:,.{digits}f}",
            "–" if self.ours is None else f"{self.ours:,.{digits}f}",
            "–" if self.ratio is None else f"{self.ratio:.2f} ×",
            str(target),
            self.verdict,
            self.change(before),
        )


def report(rows: Iterable[Row], before: Mapping[str, Row]) -> str:
    """Return the table of all targets: those that this run measured, and the option that measures each other one."""
    measured = {row.key: row for row in rows}
    lines = []
    for key, target in TARGETS.items():
        if key in measured:
            lines.append(measured[key].cells(before.get(key)))
        else:
            work = f"{target.work}, {target.unit}"
            lines.append((work, "–", "–", "–", str(target), f"not run: ARGS=--{target.group}", "–"))
    return markdown([HEAD, *lines])


def markdown(lines: list[tuple[str, ...]]) -> str:
    """Return a table, its head first, with columns aligned for a terminal too."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    ]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join(f"| {text} |" for text in (texts[0], rule, *texts[1:]))


def as_dict(row: Row) -> dict[str, Any]:
    """Return what the history keeps of a row."""
    return {"ours": row.ours, "beside": row.beside, "verdict": row.verdict}
