"""What each factor shows: its texts, and the form, template and step that enrol it. See `webapp.factors`."""
