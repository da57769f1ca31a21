"""A row of the bench's table, and the table as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One kind of work: the floor's cost, ours, and the target."""

    work: str
    unit: str
    floor: float | None
    ours: float
    target: str
    digits: int = 2

    @property
    def ratio(self) -> str:
        """Return our cost in floors; a bare number would depend on the machine more than on the code."""
        return f"{self.ours / self.floor:.2f} ×" if self.floor else "–"

    def cells(self) -> tuple[str, ...]:
        """Return the row as texts: work, floor, ours, ratio, target."""
        floor = "–" if self.floor is None else f"{self.floor:,.{self.digits}f}"
        return f"{self.work}, {self.unit}", floor, f"{self.ours:,.{self.digits}f}", self.ratio, self.target


HEAD = ("work", "floor", "ours", "ours ÷ floor", "target")


def markdown(rows: Iterable[Row], peers: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return the table with columns aligned for a terminal too; `peers` add a column each, by a row's work."""
    peers = peers or {}
    lines = [(*HEAD, *peers)]
    lines += [(*row.cells(), *(found.get(row.work, "–") for found in peers.values())) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    ]
    rule = "-|-".join("-" * width for width in widths)
    return "\n".join(f"| {text} |" for text in (texts[0], rule, *texts[1:]))
