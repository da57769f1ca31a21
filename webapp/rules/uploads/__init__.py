"""Which documents a reset of two-step verification takes, judged by their bytes."""
