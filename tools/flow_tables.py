"""The tables of states and moves, where the workshop has always found them."""

from __future__ import annotations

from webapp.flows.tables import tables

__all__ = ["tables"]
