"""What moves a world: its clock, its faults, its making and emptying."""
