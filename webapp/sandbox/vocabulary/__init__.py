"""What flows, their states, pages and durations are called in the tools' pages."""
