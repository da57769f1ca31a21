"""The edge: an RSGI application that reads whole requests and passes them to a WSGI app.

It knows neither app. Site and phone have the same files, byte for byte (docs/decisions.md, "The edge takes bodies").
"""

from .application import Edge, Limits
from .held import HOLD, Hold

__all__ = ["HOLD", "Edge", "Hold", "Limits"]
