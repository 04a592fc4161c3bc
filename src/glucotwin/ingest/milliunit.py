"""Basal rates in thousandths of a unit per hour that a file gives as units: nobody has a usual rate of 15 U/h."""

from collections.abc import Mapping

import polars as pl

from glucotwin.ingest.correction import corrections, taken_back, with_steps
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

HIGHEST_USUAL_U_PER_H = 15.0
"""360 U of basal insulin a day; a rate of 0.1 U/h, written in thousandths, is above it."""


def in_units(streams: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    """The streams with basal rates in U/h; every rate that was divided is a step in the stream ``correction``.

    A source is judged as a whole, by the median of its rates above zero. What was taken back stays as it came.

    Args:
        streams: tables by stream.
    """
    basal = streams.get("basal")
    if basal is None or basal.is_empty():
        return dict(streams), ()
    code = FindingCode.BASAL_MILLIUNITS
    usual = pl.col("rate_u_per_h").filter(pl.col("rate_u_per_h") > 0.0).median().over("source")
    back = taken_back(basal, streams.get("correction"), stream="basal", code=code)
    thousandths = (usual > HIGHEST_USUAL_U_PER_H).fill_null(False) & (pl.col("rate_u_per_h") > 0.0) & ~back
    marked = basal.with_columns(wrong=thousandths)
    wrong = marked.filter("wrong").with_columns(given=pl.col("rate_u_per_h"), rate=pl.col("rate_u_per_h") / 1000.0)
    if wrong.is_empty():
        return dict(streams), ()
    steps = corrections(wrong, stream="basal", quantity="rate_u_per_h", original="given", corrected="rate", code=code)
    rate = pl.when("wrong").then(pl.col("rate_u_per_h") / 1000.0).otherwise("rate_u_per_h")
    return (
        {
            **streams,
            "basal": marked.with_columns(rate_u_per_h=rate).drop("wrong"),
            "correction": with_steps(streams.get("correction"), [steps]),
        },
        findings_in(wrong, code, severity=Severity.WARNING, action=Action.CORRECTED, stream="basal"),
    )
