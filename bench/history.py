"""The last runs of the bench: one JSON object a line in history.jsonl."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import ROOT
from bench.table import TARGETS, Row, as_dict

FILE = ROOT / "bench" / "history.jsonl"
MOST_RUNS = 10


def machine() -> str:
    """Return what runs are compared by: the processor, its architecture and the number of cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{next(names, platform.processor())}, {platform.machine()}, {os.cpu_count()} cores"


def run(rows: Iterable[Row]) -> dict[str, Any]:
    """Return what the history keeps of this run."""
    try:
        described = ["git", "describe", "--always", "--dirty"]
        commit = subprocess.run(described, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    except OSError:
        commit = ""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit or "unknown",
        "python": platform.python_version(),
        "machine": machine(),
        "rows": {row.key: as_dict(row) for row in rows},
    }


def runs(file: Path = FILE) -> list[dict[str, Any]]:
    """Return the runs that were kept, the oldest first. A line cut short is left out."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def before(this: dict[str, Any], file: Path = FILE) -> dict[str, Row]:
    """Return each row of the last run on the same machine that measured it."""
    found = {}
    for earlier in runs(file):
        if earlier["machine"] == this["machine"]:
            for key, kept in earlier["rows"].items():
                if key in TARGETS and kept["ours"] is not None:
                    found[key] = Row(key, kept["ours"], kept["beside"])
    return found


def keep(this: dict[str, Any], file: Path = FILE) -> None:
    """Append a run, and drop all but the last MOST_RUNS. A reader never sees half a file."""
    lines = [json.dumps(each, ensure_ascii=False) for each in [*runs(file), this][-MOST_RUNS:]]
    new = file.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.replace(file)
