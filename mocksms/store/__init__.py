"""What a world remembers, and the only place with SQL beside the migrations.

`pool` lends connections to the world's file; `messages` writes and `reading` reads the inbox. Functions
take the lent database, so that the caller decides what is one transaction.
"""

from mocksms.store import authenticators, faults, messages, reading, search_index, verifications
from mocksms.store.connection_pool import Busy, Pool

__all__ = ["Busy", "Pool", "authenticators", "faults", "messages", "reading", "search_index", "verifications"]
