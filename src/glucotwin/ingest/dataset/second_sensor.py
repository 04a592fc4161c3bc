"""Whether a trace of glucose is that of two sensors, whose readings alternate although they disagree."""

import polars as pl

from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

TOOTH_MGDL = 25.0
"""A reading so far above or so far below both its neighbours is not of the same sensor."""
NEIGHBOURS_MIN = 10
"""Between the neighbours of a reading: no longer than two steps of five minutes."""
TEETH_FRACTION = 0.05
"""So many such readings are no noise."""


def second_sensor(glucose: pl.DataFrame) -> tuple[Finding, ...]:
    """The finding that a trace jumps to and fro, as that of two sensors does; none when it does not.

    Args:
        glucose: ``time`` and ``glucose_mgdl`` of what is meant to be one sensor, in any order.
    """
    value = pl.col("glucose_mgdl")
    near = (pl.col("time").shift(-1) - pl.col("time").shift(1)) <= pl.duration(minutes=NEIGHBOURS_MIN)
    before, after = value - value.shift(1), value - value.shift(-1)
    tooth = near & (before * after > 0) & (pl.min_horizontal(before.abs(), after.abs()) > TOOTH_MGDL)
    teeth = glucose.select("time", "glucose_mgdl").unique().sort("time", "glucose_mgdl").filter(tooth.fill_null(False))
    if len(teeth) < max(1.0, TEETH_FRACTION * len(glucose)):
        return ()
    code, severity, action = FindingCode.GLUCOSE_JUMPS, Severity.PROBLEM, Action.KEPT
    limit = f"{2.0 * TOOTH_MGDL / NEIGHBOURS_MIN:.0f}"
    return findings_in(teeth, code, severity=severity, action=action, stream="glucose", limit=limit)
