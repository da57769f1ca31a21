"""The storyboard: every flow of the site, walked in a real browser and written down as a guide with pictures."""
