"""The way to the tools: their first page, and the banner on every other page."""
