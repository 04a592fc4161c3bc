"""Basal rates out of temporary rates, suspensions and the profile that runs between them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from glucotwin.domain.frame import TIME_TYPE
from glucotwin.domain.insulin import BasalKind
from glucotwin.domain.therapy import DailySchedule
from glucotwin.ingest.nightscout.document import SOURCE, Converted, omissions
from glucotwin.ingest.nightscout.profile import ActiveProfile
from glucotwin.ingest.quality import Action, FindingCode, Severity, findings_in

LONGEST_SUSPENSION_MIN = 1440.0
"""A suspension that nothing ends is believed for a day."""
WITHOUT_RATE = "temporary rates without a rate"
WITHOUT_PROFILE = "temporary rates in percent without a profile"

_SCHEMA = {"time": TIME_TYPE, "duration_min": pl.Float64, "rate_u_per_h": pl.Float64, "kind": pl.String}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A scheduled rate from a moment to another."""

    start: datetime
    end: datetime
    rate_u_per_h: float


def basal_of(
    commands: pl.DataFrame, active: Sequence[ActiveProfile], *, end: datetime | None, zone: str | None
) -> Converted:
    """Basal segments of what a pump was told: every command runs its time or until the next, the profile in between.

    Args:
        commands: ``time``, ``duration_min`` (0 ends what runs; null is unknown), ``rate_u_per_h`` or ``percent``
            (change of the scheduled rate; both null when nothing is said) and ``kind``.
        active: profiles in force; with none, nothing is known between commands and of rates in percent.
        end: the last moment of the data: the profile runs until then.
        zone: of profiles that name none.
    """
    known = commands.filter(_is_ending() | (pl.col("duration_min").is_not_null() & _has_rate()))
    rateless = len(commands) - len(known)
    ordered, repeated = _one_per_moment(known)
    if ordered.is_empty():
        return Converted(streams={}, findings=omissions({WITHOUT_RATE: rateless}, stream="basal"))
    cut = _cut(ordered)
    until: datetime = end or ordered["time"][-1]
    stretches = _stretches(active, ordered["time"][0], max(until, cut["ended"][-1]), zone)
    absolute = cut.filter(pl.col("rate_u_per_h").is_not_null()).select(list(_SCHEMA))
    relative = cut.filter(
        pl.col("rate_u_per_h").is_null() & pl.col("percent").is_not_null() & (pl.col("duration_min") > 0)
    )
    resolved, unresolved = _relative(relative, stretches)
    pieces = [absolute, resolved, _scheduled(cut, stretches, until)]
    segments = pl.concat(pieces).filter(pl.col("duration_min") > 0).sort("time", maintain_order=True)
    return Converted(
        streams={"basal": segments.with_columns(source=pl.lit(SOURCE))},
        findings=(
            *findings_in(
                repeated,
                FindingCode.REPEATED_BASAL_TIMES,
                severity=Severity.INFO,
                action=Action.DROPPED,
                stream="basal",
            ),
            *omissions({WITHOUT_RATE: rateless, WITHOUT_PROFILE: unresolved}, stream="basal"),
        ),
    )


def _is_ending() -> pl.Expr:
    return (pl.col("duration_min") <= 0).fill_null(False)


def _has_rate() -> pl.Expr:
    return pl.col("rate_u_per_h").is_not_null() | pl.col("percent").is_not_null()


def _one_per_moment(commands: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Commands in order of time, of those at one moment the longest; and those that differ from it."""
    distinct = commands.unique().sort(["time", "duration_min", "rate_u_per_h", "percent", "kind"], nulls_last=False)
    last = pl.col("time").is_last_distinct()
    return distinct.filter(last), distinct.filter(~last)


def _cut(ordered: pl.DataFrame) -> pl.DataFrame:
    """Commands with the minutes that they ran, and the moments at which they ended and the next one began."""
    until_next = (pl.col("time").shift(-1) - pl.col("time")).dt.total_microseconds() / 60e6
    ran = pl.min_horizontal(pl.col("duration_min").clip(lower_bound=0.0), until_next)
    ended = pl.col("time") + pl.duration(microseconds=(pl.col("duration_min") * 60e6).round().cast(pl.Int64))
    return ordered.with_columns(following=pl.col("time").shift(-1), duration_min=ran).with_columns(ended=ended)


def _relative(commands: pl.DataFrame, stretches: Sequence[Stretch]) -> tuple[pl.DataFrame, int]:
    """Rates in percent of the scheduled ones, in pieces where the schedule changes, and how many have no schedule."""
    rows: list[tuple[datetime, float, float, str]] = []
    unresolved = 0
    for start, end, percent, kind in commands.select("time", "ended", "percent", "kind").iter_rows():
        factor = max(0.0, 1.0 + percent / 100.0)
        pieces = [(one.start, _minutes(one), one.rate_u_per_h * factor, kind) for one in _within(stretches, start, end)]
        rows += pieces
        unresolved += not pieces
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row"), unresolved


def _scheduled(commands: pl.DataFrame, stretches: Sequence[Stretch], end: datetime) -> pl.DataFrame:
    """What the profile gave between the end of each command and the next one."""
    gaps = commands.select("ended", pl.col("following").fill_null(end)).filter(pl.col("ended") < pl.col("following"))
    rows = [
        (piece.start, _minutes(piece), piece.rate_u_per_h, str(BasalKind.SCHEDULED))
        for start, until in gaps.iter_rows()
        for piece in _within(stretches, start, until)
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _within(stretches: Sequence[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    """The scheduled rates of a time, cut to it."""
    index = max(0, bisect_right(stretches, start, key=lambda one: one.start) - 1)
    while index < len(stretches) and stretches[index].start < end:
        one = stretches[index]
        first, last = max(one.start, start), min(one.end, end)
        if first < last:
            yield Stretch(start=first, end=last, rate_u_per_h=one.rate_u_per_h)
        index += 1


def _minutes(stretch: Stretch) -> float:
    return (stretch.end - stretch.start) / timedelta(minutes=1)


def _stretches(active: Sequence[ActiveProfile], first: datetime, last: datetime, zone: str | None) -> list[Stretch]:
    """The scheduled rates from the first to the last moment, in order."""
    found: list[Stretch] = []
    for index, one in enumerate(active):
        schedule = one.profile.settings.basal_u_per_h
        start = max(one.since, first)
        end = min(active[index + 1].since, last) if index + 1 < len(active) else last
        if schedule is not None and start < end:
            found += _of_schedule(schedule, start, end, ZoneInfo(one.profile.zone or zone or "UTC"))
    return found


def _of_schedule(schedule: DailySchedule, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Stretch]:
    """A schedule's rates from one moment to another, by the clock of a zone."""
    day = start.astimezone(zone).date() - timedelta(days=1)
    changes: list[tuple[datetime, float]] = []
    while (midnight := _moment(day, schedule, 0, zone)) < end:
        changes.append((midnight, schedule.values[0]))
        changes += [(_moment(day, schedule, at, zone), schedule.values[at]) for at in range(1, len(schedule.starts))]
        day += timedelta(days=1)
    changes.sort(key=lambda change: change[0])
    ends = [*(moment for moment, _ in changes[1:]), end]
    for (moment, rate), until in zip(changes, ends, strict=True):
        first, last = max(moment, start), min(until, end)
        if first < last:
            yield Stretch(start=first, end=last, rate_u_per_h=rate)


def _moment(day: date, schedule: DailySchedule, index: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, schedule.starts[index], zone).astimezone(UTC)
