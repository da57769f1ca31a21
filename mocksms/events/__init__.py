"""Arrivals and changes, handed to everyone who waits."""
