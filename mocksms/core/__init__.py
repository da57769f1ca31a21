"""What the phone is: messages, calls, worlds, clock, faults. It knows no provider and no web framework."""
