"""The pages' part of each factor: its texts, and the form, template and step that enrol it. See `webapp.factors`."""
