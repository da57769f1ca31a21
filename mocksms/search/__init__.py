"""Full-text search: texts into words."""
