"""The handset's pages without JavaScript."""
