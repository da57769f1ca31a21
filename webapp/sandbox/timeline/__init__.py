"""A recording: as a page, for programs, and as a report with pictures."""
