"""Shapes of what a living twin tells as JSON, one file per noun: builders return them, the service describes them."""
