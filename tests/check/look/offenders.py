"""Known look problems by state: browser, language, width and what is too wide.

A test fails on a problem that is missing here and on one that is fixed.
"""

from __future__ import annotations

OFFENDERS: dict[str, frozenset[str]] = {}
