"""Basal segments as a pump runs them: one rate at a time."""

import polars as pl


def without_overlaps(segments: pl.DataFrame) -> pl.DataFrame:
    """Basal segments in time order, each ended by the start of the next: a pump runs one rate at a time."""
    ordered = segments.filter(pl.col("duration_min") > 0).sort("time", maintain_order=True)
    until_next = (pl.col("time").shift(-1) - pl.col("time")).dt.total_microseconds() / 60e6
    cut = pl.min_horizontal(pl.col("duration_min"), until_next)
    return ordered.with_columns(cut.alias("duration_min")).filter(pl.col("duration_min") > 0)
