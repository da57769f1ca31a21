"""Times that must tell nothing, measured often enough to be sure."""
