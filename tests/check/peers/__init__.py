"""Comparable tools, moto and maildev, measured as the bench measures them beside the phone."""
