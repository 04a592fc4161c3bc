"""How the tables came to be: one file per step, each of which can be taken back."""
