"""Open research data sets."""
