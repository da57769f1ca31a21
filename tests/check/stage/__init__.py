"""The stage plays each script by itself to its last step."""
