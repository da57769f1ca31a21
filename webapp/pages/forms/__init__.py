"""The forms of the pages. They check shape; the flows check truth."""
