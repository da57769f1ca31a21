"""The path of the tester API."""

PROGRAMS = "/api/"  # what is below is asked for by programs: errors are JSON
API = f"{PROGRAMS}v1"
