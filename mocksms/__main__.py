"""`python -m mocksms serve` starts the phone."""

import sys

from mocksms import cli

sys.exit(cli.main())
