"""Labels of flows, their states, pages and durations in the tools' pages."""
