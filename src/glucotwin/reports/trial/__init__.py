"""The report of a trial: what a paper would show, as one HTML page."""
