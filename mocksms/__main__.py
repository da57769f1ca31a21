"""Run the phone's command: `python -m mocksms serve` starts it."""

import sys

from mocksms import cli

sys.exit(cli.main(prog="python -m mocksms"))
