"""Extended boluses whose duration a file does not give."""

from typing import NamedTuple

import polars as pl

from glucotwin.ingest.correction import assumed
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

ASSUMED_EXTENDED_MIN = 120.0
"""The pumps' default of two hours."""


class TimedBoluses(NamedTuple):
    """Boluses whose extended parts all have a duration.

    Attributes:
        bolus: the table.
        steps: rows of the stream ``correction`` for the durations that were assumed.
        findings: that tell of them.
    """

    bolus: pl.DataFrame
    steps: pl.DataFrame
    findings: tuple[Finding, ...]


def with_durations(bolus: pl.DataFrame) -> TimedBoluses:
    """Boluses whose extended parts all have a duration: where it is not known, two hours are assumed.

    Args:
        bolus: ``time``, ``insulin_u``, ``extended_u`` and ``extended_min``; nulls are nothing and unknown.
    """
    extended = pl.col("extended_u").fill_null(0.0)
    unknown = bolus.select((extended > 0) & (pl.col("extended_min").fill_null(0.0) < 1.0)).to_series()
    frame = bolus.with_columns(
        extended_u=extended,
        extended_min=pl.when(unknown)
        .then(ASSUMED_EXTENDED_MIN)
        .when(extended > 0)
        .then(pl.col("extended_min"))
        .otherwise(0.0),
    )
    code = FindingCode.EXTENDED_PART_INFERRED
    return TimedBoluses(
        frame,
        assumed(frame.filter(unknown), stream="bolus", quantity="extended_min", code=code),
        findings_in(
            bolus.filter(unknown),
            code,
            severity=Severity.WARNING,
            action=Action.CORRECTED,
            stream="bolus",
            minutes=f"{ASSUMED_EXTENDED_MIN:.0f}",
        ),
    )
