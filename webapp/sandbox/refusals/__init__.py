"""Every refusal within one click: what it is, the way to it, and the walker that goes it."""
