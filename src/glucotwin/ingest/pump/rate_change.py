"""Basal rates that a pump logs when they change, as the segments in which they ran."""

import polars as pl

LONGEST_HOLD_MIN = 1440.0
"""Pumps log their rate at least once a day; what lies longer after a change is unknown."""


def segments_until_next(changes: pl.DataFrame, *, longest_min: float = LONGEST_HOLD_MIN) -> pl.DataFrame:
    """Each rate from its change until the next one, at most for a while.

    The last change gives no segment: how long its rate ran is not in the file. Of changes at one time the last counts.

    Args:
        changes: ``time`` and whatever belongs to the segment; the later of equal times stands later.
        longest_min: minutes after which the rate is unknown.
    """
    ordered = changes.sort("time", maintain_order=True).filter(pl.col("time").is_last_distinct())
    until_next = (pl.col("time").shift(-1) - pl.col("time")).dt.total_microseconds() / 60e6
    return ordered.with_columns(duration_min=until_next.clip(upper_bound=longest_min)).filter(
        pl.col("duration_min").is_not_null()
    )
