"""oref0 on a fixed grid of five minutes, for simulation: the same stages from arrays in place of a pump's files."""
