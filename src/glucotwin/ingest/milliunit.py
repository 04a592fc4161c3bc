"""Basal rates in thousandths of a unit per hour that a file gives as units: nobody has a usual rate of 15 U/h."""

from collections.abc import Mapping

import polars as pl

from glucotwin.domain.frame import in_one_order, is_repeat
from glucotwin.ingest.correction import corrections
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
    usual = pl.col("rate_u_per_h").filter(pl.col("rate_u_per_h") > 0.0).median().over("source")
    marked = basal.with_columns(wrong=(usual > HIGHEST_USUAL_U_PER_H).fill_null(False) & (pl.col("rate_u_per_h") > 0.0))
    marked = marked.with_columns(wrong=pl.col("wrong") & ~_taken_back(marked, streams.get("correction")))
    wrong = marked.filter("wrong").with_columns(given=pl.col("rate_u_per_h"), rate=pl.col("rate_u_per_h") / 1000.0)
    if wrong.is_empty():
        return dict(streams), ()
    code = FindingCode.BASAL_MILLIUNITS
    steps = corrections(wrong, stream="basal", quantity="rate_u_per_h", original="given", corrected="rate", code=code)
    rate = pl.when("wrong").then(pl.col("rate_u_per_h") / 1000.0).otherwise("rate_u_per_h")
    known = [streams["correction"]] if "correction" in streams else []
    table = in_one_order(pl.concat([*known, steps]))
    return (
        {
            **streams,
            "basal": marked.with_columns(rate_u_per_h=rate).drop("wrong"),
            "correction": table.filter(~is_repeat(table)),
        },
        findings_in(wrong, code, severity=Severity.WARNING, action=Action.CORRECTED, stream="basal"),
    )


def _taken_back(basal: pl.DataFrame, correction: pl.DataFrame | None) -> pl.Series:
    """Which rates stand as they came because somebody took their step back."""
    if correction is None:
        return pl.Series([False] * len(basal), dtype=pl.Boolean)
    code = str(FindingCode.BASAL_MILLIUNITS)
    steps = correction.filter(pl.col("reversed") & (pl.col("stream") == "basal") & (pl.col("reason") == code))
    known = steps.select("time", "source", back=pl.lit(True)).unique()
    return basal.join(known, on=["time", "source"], how="left", maintain_order="left")["back"].fill_null(False)
