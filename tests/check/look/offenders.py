"""Pages that look wrong and wait to be mended, by state: browser, language, width and what is too wide.

A test fails on what is missing here and on what is no longer wrong.
"""

from __future__ import annotations

OFFENDERS: dict[str, frozenset[str]] = {}
