"""Hand arrivals and changes to everyone who waits."""
