"""A way to every refusal that a user can see (PRODUCT.md §3, issue 5)."""

from __future__ import annotations

from webapp.sandbox.catalogue import every_refusal

__all__ = ["every_refusal"]
