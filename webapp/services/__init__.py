"""What writes through the store for every flow: sessions, trust, throttling, codes, the audit log and the outbox."""
