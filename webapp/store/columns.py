"""Columns of several tables in one row: a join names each table's, and an object takes its own by position."""

from __future__ import annotations


def names(columns: str) -> list[str]:
    """Return the names in a list of columns."""
    return [name.strip() for name in columns.split(",")]


def of(alias: str, columns: str) -> str:
    """Return the columns of a table that a join gives this alias."""
    return ", ".join(f"{alias}.{name}" for name in names(columns))


def count(columns: str) -> int:
    """Return how many columns there are."""
    return len(names(columns))


def position(columns: str, name: str) -> int:
    """Return where a column is."""
    return names(columns).index(name)
