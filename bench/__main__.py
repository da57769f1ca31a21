"""`make bench`: measure, and print the tables; with `ARGS=--scale` by rows stored, with `ARGS=--crowd` by processes."""

from __future__ import annotations

import os
import platform
import sys

from bench import crowd, peers, phone, scale, site
from bench.table import markdown


def main() -> int:
    """Both apps' rows, and the machine they were measured on."""
    if "--scale" in sys.argv[1:]:
        return scale.main()
    if "--crowd" in sys.argv[1:]:
        return crowd.main()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print(markdown(site.rows()), end="\n\n")
    print(markdown(phone.rows(), peers.measured()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
