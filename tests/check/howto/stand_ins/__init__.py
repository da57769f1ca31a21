"""Programs that cannot be had everywhere, in the form that a how-to page meets."""
