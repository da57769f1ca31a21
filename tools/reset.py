"""`make reset`: throw all worlds away; the next start makes a clean one. The made keys go too."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("site", "phone")


def main() -> int:
    """Empty `INSTANCE/site` and `INSTANCE/phone`, and nothing else that may lie in that folder."""
    instance = Path(os.environ.get("INSTANCE") or ROOT / "instance").resolve()
    for part in PARTS:
        shutil.rmtree(instance / part, ignore_errors=True)
    print(f"nidankai: {instance} is clean; stop and start what runs on it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
