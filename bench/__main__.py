"""`make bench`: measure and print the tables.

`ARGS=--scale` measures by rows stored, `ARGS=--concurrency` (or `--crowd`) by processes,
`ARGS=--engines` SQLite and PostgreSQL side by side.
"""

from __future__ import annotations

import os
import platform
import sys

from bench import concurrency, engines, peers, phone, scale, site
from bench.table import markdown


def main() -> int:
    """Print both apps' rows, and the machine they were measured on."""
    if "--scale" in sys.argv[1:]:
        return scale.main()
    if "--engines" in sys.argv[1:]:
        return engines.main()
    if "--concurrency" in sys.argv[1:] or "--crowd" in sys.argv[1:]:
        return concurrency.main()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print(markdown(site.rows()), end="\n\n")
    print(markdown(phone.rows(), peers.measure()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
