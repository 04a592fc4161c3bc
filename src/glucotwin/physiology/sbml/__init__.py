"""Models in SBML: read, described, integrated alone, and made an organ of a body."""
