"""Figures of the report: matplotlib drawings with real text, in one rendering for wide and one for narrow screens."""
