"""What a virtual subject eats, injects and does: scenario files and input tables."""
