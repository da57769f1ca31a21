"""A site made of Django Two-Factor and nothing else; what is ours is the gateway, pointed at the phone."""
