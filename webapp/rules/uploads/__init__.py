"""The documents that a reset of two-step verification accepts, checked by their bytes."""
