"""Full-text search: split texts into words."""
