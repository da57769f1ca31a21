"""Scripts for development, called by the Makefile. Neither app imports them."""
