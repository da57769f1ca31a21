"""The tester API, and what all requests of the phone share."""
