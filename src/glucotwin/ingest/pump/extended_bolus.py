"""Extended boluses whose duration a file does not give."""

import polars as pl

from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

ASSUMED_EXTENDED_MIN = 120.0
"""The pumps' default of two hours."""


def with_durations(bolus: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Boluses whose extended parts all have a duration: where it is not known, two hours are assumed.

    Args:
        bolus: ``time``, ``insulin_u``, ``extended_u`` and ``extended_min``; nulls are nothing and unknown.
    """
    extended = pl.col("extended_u").fill_null(0.0)
    unknown = (extended > 0) & (pl.col("extended_min").fill_null(0.0) < 1.0)
    frame = bolus.with_columns(
        extended_u=extended,
        extended_min=pl.when(unknown)
        .then(ASSUMED_EXTENDED_MIN)
        .when(extended > 0)
        .then(pl.col("extended_min"))
        .otherwise(0.0),
    )
    return frame, findings_in(
        bolus.filter(unknown),
        FindingCode.EXTENDED_PART_INFERRED,
        severity=Severity.WARNING,
        action=Action.CORRECTED,
        stream="bolus",
        minutes=f"{ASSUMED_EXTENDED_MIN:.0f}",
    )
