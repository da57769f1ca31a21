"""The storyboard: an illustrated guide to every flow, made by walking the site in a real browser."""
