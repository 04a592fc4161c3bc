"""Bodies as tuples of organs that exchange signals."""
