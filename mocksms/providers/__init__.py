"""The protocols by which apps send messages, one package per provider."""
