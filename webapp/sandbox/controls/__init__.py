"""The controls of a world: its clock, its faults, and making and resetting it."""
