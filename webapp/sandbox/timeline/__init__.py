"""What happened in a walk: for the eye, for programs, and as a report with pictures."""
