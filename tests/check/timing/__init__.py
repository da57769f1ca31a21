"""Times that need a quiet machine: those that must tell nothing, and those with a limit."""
