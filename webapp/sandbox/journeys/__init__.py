"""Journeys: what a person does on the site, as data. See docs/journeys.md."""
