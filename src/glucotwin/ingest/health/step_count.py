"""Steps that several devices counted at once, as one count per minute."""

import polars as pl

from glucotwin.domain.activity import ActivityType
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

LONGEST_SAMPLE_MIN = 1440
"""A count over more than a day says nothing about its minutes."""
ROWS_AT_ONCE = 20_000
"""Samples spread over their minutes at once, which bounds the memory."""


def steps_per_minute(samples: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Activity of one minute each, with the steps of the device that counted most in that minute.

    A phone and a watch on the same person count the same steps; adding them would double them. A sample's steps are
    spread evenly over its time. Samples of more than a day are left out.

    Args:
        samples: ``time`` and ``end`` in UTC, ``steps``, and ``device``, which tells the devices apart.
    """
    parts = [_by_minute(part) for part in samples.iter_slices(ROWS_AT_ONCE)]
    if not parts:
        return pl.DataFrame(), ()
    counted = pl.concat(parts).group_by("time", "device").agg(pl.col("steps").sum())
    best = counted.group_by("time").agg(pl.col("steps").max(), devices=pl.len()).sort("time")
    shared = best.filter(pl.col("devices") > 1)
    findings = findings_in(
        shared,
        FindingCode.SOURCES_OVERLAP,
        severity=Severity.INFO,
        action=Action.DROPPED,
        stream="activity",
        count=int((shared["devices"] - 1).sum()),
    )
    unknown, nothing = pl.lit(str(ActivityType.UNKNOWN)), pl.lit("")
    return best.select("time", "steps", duration_min=pl.lit(1.0), activity_type=unknown, note=nothing), findings


def _by_minute(samples: pl.DataFrame) -> pl.DataFrame:
    """Steps per device and minute: each sample's share by the part of the minute that it covers."""
    minute_us = 60_000_000
    start, end = pl.col("time").dt.epoch("us"), pl.col("end").dt.epoch("us")
    whole = samples.filter((pl.col("steps") > 0) & (end >= start) & (end - start <= LONGEST_SAMPLE_MIN * minute_us))
    first = start // minute_us
    last = pl.max_horizontal(first, (end - 1) // minute_us)
    spread = whole.select("device", "steps", start=start, end=end, minute=pl.int_ranges(first, last + 1)).explode(
        "minute", empty_as_null=False
    )
    begin = pl.col("minute") * minute_us
    covered = pl.min_horizontal("end", begin + minute_us) - pl.max_horizontal("start", begin)
    share = pl.when(pl.col("end") > pl.col("start")).then(covered / (pl.col("end") - pl.col("start"))).otherwise(1.0)
    per_minute = spread.select("device", steps=pl.col("steps") * share, time=pl.from_epoch(begin, "us"))
    return (
        per_minute.with_columns(pl.col("time").dt.replace_time_zone("UTC"))
        .group_by("time", "device")
        .agg(pl.col("steps").sum())
    )
