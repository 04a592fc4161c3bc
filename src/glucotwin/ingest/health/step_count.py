"""Steps that several devices counted at once, as one count per minute."""

from collections.abc import Iterator

import polars as pl

from glucotwin.domain.activity import ActivityType
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

LONGEST_SAMPLE_MIN = 1440
"""A count over more than a day says nothing about its minutes."""
ROWS_AT_ONCE = 5_000
"""Samples spread over their minutes at once, which bounds the memory."""
MINUTE_US = 60_000_000


def steps_per_minute(samples: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Activity of one minute each, with the steps of the device that counted most in that minute.

    A phone and a watch on the same person count the same steps; adding them would double them. A sample's steps are
    spread evenly over its time. Samples of more than a day are left out.

    Args:
        samples: ``time`` and ``end`` in UTC, ``steps``, and ``device``, which tells the devices apart.
    """
    whole = _countable(samples)
    if whole.is_empty():
        return pl.DataFrame(), ()
    best = pl.concat(_best_by_minute(whole))
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


def _countable(samples: pl.DataFrame) -> pl.DataFrame:
    """Samples of at most a day in the order of their starts, their times in microseconds."""
    rows = samples.select("device", "steps", start=pl.col("time").dt.epoch("us"), end=pl.col("end").dt.epoch("us"))
    lasting = pl.col("end") - pl.col("start")
    return rows.filter((pl.col("steps") > 0) & lasting.is_between(0, LONGEST_SAMPLE_MIN * MINUTE_US)).sort("start")


def _best_by_minute(whole: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Steps of the device that counted most, and how many devices counted, for minute after minute.

    A minute is finished when the samples to come start after it; those that are not are carried to the next slice.
    """
    carried = _by_minute(whole.clear())
    for begin in range(0, len(whole), ROWS_AT_ONCE):
        counted = _summed(pl.concat([carried, _by_minute(whole.slice(begin, ROWS_AT_ONCE))]))
        upcoming = whole["start"].slice(begin + ROWS_AT_ONCE, 1)
        unfinished = counted["minute"] >= upcoming[0] // MINUTE_US if len(upcoming) else counted["minute"].is_null()
        carried = counted.filter(unfinished)
        yield (
            counted.filter(~unfinished)
            .group_by("minute")
            .agg(pl.col("steps").max(), devices=pl.len())
            .sort("minute")
            .select(
                "steps", "devices", time=pl.from_epoch(pl.col("minute") * MINUTE_US, "us").dt.replace_time_zone("UTC")
            )
        )


def _summed(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.group_by("minute", "device").agg(pl.col("steps").sum())


def _by_minute(whole: pl.DataFrame) -> pl.DataFrame:
    """Steps per device and minute: each sample's share by the part of the minute that it covers."""
    first = pl.col("start") // MINUTE_US
    last = pl.max_horizontal(first, (pl.col("end") - 1) // MINUTE_US)
    spread = whole.with_columns(minute=pl.int_ranges(first, last + 1)).explode("minute", empty_as_null=False)
    begin = pl.col("minute") * MINUTE_US
    covered = pl.min_horizontal("end", begin + MINUTE_US) - pl.max_horizontal("start", begin)
    share = pl.when(pl.col("end") > pl.col("start")).then(covered / (pl.col("end") - pl.col("start"))).otherwise(1.0)
    return _summed(spread.select("minute", "device", steps=pl.col("steps") * share))
