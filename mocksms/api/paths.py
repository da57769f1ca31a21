"""Where the testers' API is."""

PROGRAMS = "/api/"  # what is below is asked for by programs: errors are JSON
API = f"{PROGRAMS}v1"
