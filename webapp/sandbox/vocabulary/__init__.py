"""What flows and their states are called in the tools' pages."""
