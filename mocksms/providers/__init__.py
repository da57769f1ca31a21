"""The protocols by which apps hand in messages, a package for each provider."""
