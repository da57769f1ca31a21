"""The workshop's scripts: what the Makefile calls. Neither app imports anything from here."""
