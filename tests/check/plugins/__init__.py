"""The pytest plugins, in the projects of strangers."""
