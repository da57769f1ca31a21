"""Site and phone side by side for demos, with the main job as a script."""
