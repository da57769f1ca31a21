"""Finding codes and links in texts."""
