"""What every engine of the stores must do."""
