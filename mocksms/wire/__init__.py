"""How messages come in: one module a wire."""
