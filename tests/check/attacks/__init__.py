"""Attacks on the served apps: a site with two processes as in production, and both apps as `make run` starts them."""
