"""Joins what a live source gave with what is stored: nothing twice, nothing lost, and edits at the source followed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.therapy import TherapySettings
from glucotwin.ingest.check import cleaned
from glucotwin.ingest.format import Imported
from glucotwin.ingest.live.state import is_of
from glucotwin.ingest.merge import counted_once, joined
from glucotwin.ingest.quality import Finding, FindingCode

EDITABLE = ("bolus", "pen", "meal", "activity", "note")
"""Streams that people edit at the source: what was there and is no more was changed or deleted by them."""
_BY_OVERLAP = frozenset({FindingCode.DUPLICATE_ROWS, FindingCode.SOURCES_OVERLAP})
"""Findings that come of fetching the same time again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What came of joining.

    Attributes:
        streams: all tables.
        added: how many records are new, by stream.
        withdrawn: how many stored ones were changed, deleted or told at more length at the source, by stream.
        findings: what joining found.
    """

    streams: Mapping[str, pl.DataFrame]
    added: Mapping[str, int]
    withdrawn: Mapping[str, int]
    findings: tuple[Finding, ...]


def taken_in(
    stored: Mapping[str, pl.DataFrame], fetched: Imported, *, record_source: str, since: datetime | None
) -> TakenIn:
    """The stored streams with what a source gave, each event once.

    A stored record is withdrawn only if it is the source's own, and the source gave the same moment anew: a sensor
    reading of the same time, basal rates from the first one given on, and, of what people edit, everything since
    ``since``, provided that the source gave any of the kind.

    Args:
        stored: tables by stream.
        fetched: everything that the source has since ``since``.
        record_source: what the source's records begin with; empty: records are only added.
        since: the moment from which on it was asked; None for everything.
    """
    fresh = joined([fetched.streams])
    kept = dict(stored)
    if record_source:
        for name in fresh.keys() & stored.keys():
            kept[name] = _still_valid(name, stored[name], fresh[name], record_source, since)
    clean, clean_findings = cleaned(joined([kept, fresh]))
    streams, overlap_findings = counted_once(clean)
    streams = {name: frame for name, frame in streams.items() if len(frame)}
    return TakenIn(
        streams=streams,
        added=_differences(streams, stored),
        withdrawn=_differences(stored, streams),
        findings=tuple(one for one in (*overlap_findings, *clean_findings) if one.code not in _BY_OVERLAP),
    )


def _differences(these: Mapping[str, pl.DataFrame], those: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """How many rows of the one are not in the other, by stream; streams without any are not listed."""
    counts = {
        name: len(frame.join(those[name], on=frame.columns, how="anti", nulls_equal=True))
        if name in those
        else len(frame)
        for name, frame in these.items()
    }
    return {name: count for name, count in counts.items() if count}


def _still_valid(
    name: str, stored: pl.DataFrame, fresh: pl.DataFrame, record_source: str, since: datetime | None
) -> pl.DataFrame:
    mine = is_of(record_source)
    if name == "glucose":
        sensor = fresh.filter(pl.col("kind") == str(GlucoseKind.CGM))
        return stored.join(sensor, on=["time", "kind", "source"], how="anti")
    if name == "basal":
        return _until(stored, fresh["time"][0], mine)
    if name in EDITABLE and since is not None:
        return stored.filter(~(mine & (pl.col("time") >= since)))
    return stored


def _until(basal: pl.DataFrame, moment: datetime, mine: pl.Expr) -> pl.DataFrame:
    """Basal segments of which the source's own end at a moment."""
    left_min = (pl.lit(moment) - pl.col("time")).dt.total_microseconds() / 60e6
    duration_min = pl.when(mine).then(pl.min_horizontal("duration_min", left_min)).otherwise("duration_min")
    return basal.filter(~(mine & (pl.col("time") >= moment))).with_columns(duration_min.alias("duration_min"))


def joined_settings(
    stored: Iterable[TherapySettings], fetched: Iterable[TherapySettings]
) -> tuple[TherapySettings, ...]:
    """Settings in order of time without those that only repeat what holds already; at one moment the fetched ones."""
    by_time = {one.valid_from: one for one in (*stored, *fetched)}
    kept: list[TherapySettings] = []
    for moment in sorted(by_time):
        one = by_time[moment]
        if not kept or replace(kept[-1], valid_from=moment) != one:
            kept.append(one)
    return tuple(kept)
