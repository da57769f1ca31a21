"""The handset's pages, walked without JavaScript."""
