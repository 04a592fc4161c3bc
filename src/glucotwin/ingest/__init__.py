"""Reads what people really have into timelines, with an honest quality report."""
