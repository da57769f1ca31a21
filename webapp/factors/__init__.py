"""The ways to prove a second step, one object each."""
