"""Joins what several files and devices tell of one person: every event once, whoever reported it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from glucotwin.domain.frame import STREAMS, conform_frame, in_one_order
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

SENSOR_STEP_MIN = 5.0
"""Interval of most sensors: a second device's reading within half of it is the same reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """When records of two sources are one event.

    Attributes:
        within_min: times differ by at most this.
        quantity: the field that must agree; empty when time alone decides.
        tolerance: by which it may differ, in its unit.
        groups: fields that must be equal.
    """

    within_min: float
    quantity: str = ""
    tolerance: float = 0.0
    groups: tuple[str, ...] = ()


LIKENESS: Mapping[str, Likeness] = MappingProxyType(
    {
        "glucose": Likeness(within_min=SENSOR_STEP_MIN / 2.0, groups=("kind",)),
        "bolus": Likeness(within_min=2.0, quantity="insulin_u", tolerance=0.05),
        "pen": Likeness(within_min=5.0, quantity="insulin_u", tolerance=0.01),
        "meal": Likeness(within_min=15.0, quantity="carbs_g", tolerance=1.0),
        "ketone": Likeness(within_min=5.0, quantity="ketone_mmoll", tolerance=0.05),
        "heart_rate": Likeness(within_min=0.5),
        "basal": Likeness(within_min=0.0),
        "activity": Likeness(within_min=10.0, quantity="duration_min", tolerance=10.0),
        "sleep": Likeness(within_min=15.0, quantity="duration_min", tolerance=30.0),
    }
)
"""Of the streams that several devices report; others are joined as they are."""


def joined(parts: Iterable[Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """One table per stream out of those of several files, in an order that does not depend on theirs.

    Args:
        parts: tables by stream, one mapping per file.
    """
    tables: dict[str, list[pl.DataFrame]] = {}
    for part in parts:
        for name, frame in part.items():
            if len(frame):
                tables.setdefault(name, []).append(conform_frame(STREAMS[name], frame))
    return {name: in_one_order(pl.concat(tables[name])) for name in STREAMS if name in tables}


def counted_once(streams: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    """The streams with what several devices report counted once.

    Within one source everything stays. Between sources, the one with the most records of a stream is believed, and
    another's record counts where the first has none like it (``LIKENESS``).

    Args:
        streams: joined tables without exact repeats.
    """
    accounts = {name: _one_account(name, frame) for name, frame in streams.items()}
    findings = tuple(finding for _, found in accounts.values() for finding in found)
    return {name: frame for name, (frame, _) in accounts.items()}, findings


def _one_account(name: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    likeness = LIKENESS.get(name)
    if likeness is None or frame["source"].n_unique() < 2:
        return frame, ()
    sources = frame.group_by("source").len().sort(["len", "source"], descending=[True, False])["source"]
    kept = frame.filter(pl.col("source") == sources[0])
    left_out: list[pl.DataFrame] = []
    for source in sources[1:]:
        other = frame.filter(pl.col("source") == source)
        known = _known(other, kept, likeness) if name != "basal" else _covered(other, kept)
        left_out.append(other.filter(known))
        kept = in_one_order(pl.concat([kept, other.filter(~known)]))
    return kept, findings_in(
        pl.concat(left_out),
        FindingCode.SOURCES_OVERLAP,
        severity=Severity.INFO,
        action=Action.DROPPED,
        stream=name,
    )


def _known(other: pl.DataFrame, kept: pl.DataFrame, likeness: Likeness) -> pl.Series:
    """Which of another source's records are like one that is kept."""
    groups = list(likeness.groups)
    wanted = [*groups, "time", *([likeness.quantity] if likeness.quantity else [])]
    left = other.select(wanted).with_row_index("row").sort("time")
    right = kept.select(wanted).sort("time").rename({"time": "kept_time"})
    if likeness.quantity:
        right = right.rename({likeness.quantity: "kept_value"})
    known = pl.Series("known", [False] * len(other))
    for strategy in ("backward", "forward"):
        pair = left.join_asof(
            right,
            left_on="time",
            right_on="kept_time",
            by=groups or None,
            strategy=strategy,
            tolerance=f"{round(likeness.within_min * 60)}s",
            check_sortedness=False,
        )
        same = pl.col("kept_time").is_not_null()
        if likeness.quantity:
            same &= ((pl.col(likeness.quantity) - pl.col("kept_value")).abs() <= likeness.tolerance).fill_null(False)
        known |= pair.sort("row").select(same.alias("known"))["known"]
    return known


def _covered(other: pl.DataFrame, kept: pl.DataFrame) -> pl.Series:
    """Which of another source's basal segments begin while one that is kept runs."""
    end = pl.col("time") + pl.duration(microseconds=(pl.col("duration_min") * 60e6).cast(pl.Int64))
    running = kept.select(kept_start="time", kept_end=end).sort("kept_start")
    pair = other.select("time").with_row_index("row").sort("time")
    pair = pair.join_asof(running, left_on="time", right_on="kept_start", strategy="backward", check_sortedness=False)
    return pair.sort("row").select((pl.col("time") < pl.col("kept_end")).fill_null(False))["time"]
