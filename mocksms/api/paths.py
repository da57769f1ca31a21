"""The path of the tester API, and the mark of its answers."""

HEALTH = "/healthz"
READY = "/readyz"
PROGRAMS = "/api/"  # what is below is asked for by programs: errors are JSON
API = f"{PROGRAMS}v1"
VERSION_HEADER = "X-Mocksms-Api"
"""Each answer of a phone has it, so that a client knows that it speaks to a phone."""
