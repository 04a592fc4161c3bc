"""Immutable records of a person's life and their timeline."""
