"""The testers' API, and what all requests of the phone share."""
