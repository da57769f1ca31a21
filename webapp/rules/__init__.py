"""What is allowed: pure rules, no Flask and no SQL."""
