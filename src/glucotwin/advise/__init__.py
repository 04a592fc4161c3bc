"""What-if answers and (later) therapy advice, always with uncertainty."""
