"""The pages of docs/howto, followed by an outsider: a fresh environment, an empty folder, each block as written."""
