"""Comparable tools beside ours in the same run: sites that sign in, and servers that take messages.

Each is installed once, in pinned versions, in its own folder under INSTANCE/bench. If one cannot be installed or
started, its column says why and the bench continues. Nothing is imported here: `side` runs in their environments.
"""
