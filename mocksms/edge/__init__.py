"""The edge: an RSGI application that reads whole requests and passes them to a WSGI app.

It knows neither app. Site and phone have the same files, byte for byte (docs/decisions.md, "The edge takes bodies").
"""

HOLD = "edge.hold"
"""Where the environ of a request has its :class:`.held.Hold`. A request that a thread serves to its end has none."""
