"""`make bench ARGS=--peers`: the rows and tables of the comparable tools."""

from __future__ import annotations

from bench import phone, stored
from bench.peers import messages, sign_ins
from bench.table import TARGETS, Row, markdown


def rows() -> list[Row]:
    """Print both comparisons. Return the rows that have a target."""
    spent, lines = sign_ins.measure()
    print(markdown(lines), sign_ins.COMMON, sep="\n\n", end="\n\n", flush=True)
    print(markdown(beside_the_phone()), end="\n\n", flush=True)
    return [Row(peer.row, spent[sign_ins.OURS], spent.get(peer.name)) for peer in sign_ins.PEERS]


def beside_the_phone() -> list[tuple[str, ...]]:
    """Return the table of the phone and the tools that take messages."""
    ours = {row.key: row for row in (*phone.rows(), *stored.rows())}
    found = messages.measure()
    lines: list[tuple[str, ...]] = [("messages", "the phone", *found)]
    for key in messages.ROWS:
        target, figure = TARGETS[key], ours[key].ours
        own = "–" if figure is None else f"{figure:,.{target.digits}f}"
        lines.append((f"{target.work}, {target.unit}", own, *(each.get(key, "–") for each in found.values())))
    return lines
