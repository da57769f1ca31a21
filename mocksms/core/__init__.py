"""The phone's domain: messages, calls, worlds, clock, faults. It uses no provider and no web framework."""
