"""How often wrong clocks and dates are found, and how often right ones are blamed.

    uv run python benchmarks/accuracy/detect_clock.py [--tuning] [--azt1d DIR] [--json]

Virtual people (``lived_record.py``), even-numbered of the seeds 6 to 9 (``--tuning``: odd-numbered of the seeds 1 and
2); with ``--azt1d DIR`` also every second person of AZT1D (``--tuning``: the others). Food and insulin are moved and
readings are not: the second half of two weeks by whole hours or a day; eight weeks whose clock is not set at a change
to summer time, or drifts by 45 min; all by 48 days; one day in ten by a year. A fault counts as found when one is told
in the time that was moved, and as named when its text says so. Beside them a naive rule: for hours, two in five logged
meals of a week between 22:30 and 5:30; for dates, a stream that begins 30 days before or after another.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from detect import REPORT_SEEDS, azt1d, line
from fault import with_frame
from lived_record import lived_records

from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.clock_fault import find_clock_faults

TUNING_SEEDS = (1, 2)
HOURS = (12, 3, 1, -1, 24)
DRIFT = timedelta(minutes=45)
LOG = ("meal", "bolus", "basal", "pen")
TO_SUMMER_TIME = datetime(2024, 3, 10, tzinfo=UTC)
LATER = timedelta(days=42)

Moved = tuple[Timeline, datetime, datetime]
"""A record, and between when its log was moved."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--azt1d", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seeds, odd = (TUNING_SEEDS, True) if arguments.tuning else (REPORT_SEEDS, False)
    short = [record.timeline for seed in seeds for record, _ in lived_records(seed, odd=odd)]
    long = [in_new_york(record.timeline) for record, _ in lived_records(seeds[0], odd=odd, days=56)]
    rows = [*hours("two weeks", short), *weeks("eight weeks", long), *dates("two weeks", short)]
    if arguments.azt1d:
        real = azt1d(arguments.azt1d)[0 if arguments.tuning else 1 :: 2]
        rows += [*hours("AZT1D, five to seven weeks", real), *dates("AZT1D", real)]
    print(json.dumps(rows, indent=1) if arguments.json else "\n".join(line(row) for row in rows))


def hours(name: str, lines: Sequence[Timeline]) -> list[dict[str, Any]]:
    rows = [blamed(f"{name}: right clocks", lines)]
    for off in HOURS:
        words = f"{abs(off)} h {'before' if off > 0 else 'after'}"
        rows.append(found(f"{name}: {off:+d} h", [second_half(one, timedelta(hours=off)) for one in lines], words))
    return rows


def weeks(name: str, lines: Sequence[Timeline]) -> list[dict[str, Any]]:
    not_set = [
        (moved(one, lambda time: shift_if(time, TO_SUMMER_TIME, -1.0)), TO_SUMMER_TIME, end(one)) for one in lines
    ]
    drifts = [(moved(one, lambda time, one=one: drifting(time, one)), one.window().start, end(one)) for one in lines]
    return [
        blamed(f"{name}: right clocks", lines),
        found(f"{name}: not set at summer time", not_set, "summer time"),
        found(f"{name}: drifts by 45 min", drifts, "drifts"),
    ]


def dates(name: str, lines: Sequence[Timeline]) -> list[dict[str, Any]]:
    off = timedelta(days=48)
    late = [moved(one, lambda time: time + off) for one in lines]
    one_year = [(year_wrong(one), one.window().start - timedelta(days=400), end(one)) for one in lines]
    days = [(one, one.window().start, end(one)) for one in late]
    return [
        found(f"{name}: 48 days", days, "48 days"),
        found(f"{name}: one day in ten a year early", one_year, "year is"),
    ]


def found(name: str, lines: Sequence[Moved], words: str) -> dict[str, Any]:
    some = [[one for one in find_clock_faults(line) if one.overlaps(start, last)] for line, start, last in lines]
    naive = [any(start <= one < last for one in naive_times(line)) or naive_dates(line) for line, start, last in lines]
    return {
        "name": name,
        "truths": len(lines),
        "found": round(sum(map(bool, some)) / len(lines), 3),
        "named": round(sum(any(words in one.text for one in faults) for faults in some) / len(lines), 3),
        "naive": round(sum(naive) / len(lines), 3),
    }


def blamed(name: str, lines: Sequence[Timeline]) -> dict[str, Any]:
    person_weeks = sum(one.window().days for one in lines) / 7.0
    return {
        "name": name,
        "people": len(lines),
        "people blamed": round(sum(bool(find_clock_faults(one)) for one in lines) / len(lines), 3),
        "false a week": round(sum(len(find_clock_faults(one)) for one in lines) / person_weeks, 3),
        "naive people blamed": round(sum(bool(naive_times(one)) for one in lines) / len(lines), 3),
    }


def naive_times(timeline: Timeline) -> list[datetime]:
    """Beginnings of weeks in which two in five meals are logged at night."""
    minute = pl.col("local").dt.hour().cast(pl.Int64) * 60 + pl.col("local").dt.minute().cast(pl.Int64)
    night = (minute >= 22 * 60 + 30) | (minute < 5 * 60 + 30)
    meals = timeline.frame(Meal).with_columns(local=pl.col("time").dt.convert_time_zone(timeline.person.zone))
    by_week = meals.group_by(pl.col("time").dt.truncate("1w")).agg(share=night.mean(), count=pl.len())
    return by_week.filter((pl.col("share") >= 0.4) & (pl.col("count") >= 6))["time"].to_list()


def naive_dates(timeline: Timeline) -> bool:
    starts = [frame["time"].min() for name, frame in timeline.streams.items() if name in ("glucose", "meal", "bolus")]
    return max(starts) - min(starts) > timedelta(days=30)


def second_half(timeline: Timeline, off: timedelta) -> Moved:
    middle = timeline.window().start + timedelta(days=timeline.window().days / 2.0)
    line = moved(timeline, lambda time: pl.when(time >= middle).then(time + off).otherwise(time))
    return line, middle, end(timeline)


def end(timeline: Timeline) -> datetime:
    return timeline.window().end + timedelta(days=400)


def shift_if(time: pl.Expr, after: datetime, off_h: float) -> pl.Expr:
    return pl.when(time >= after).then(time + timedelta(hours=off_h)).otherwise(time)


def drifting(time: pl.Expr, timeline: Timeline) -> pl.Expr:
    window = timeline.window()
    share = (time - window.start).dt.total_seconds() / (window.end - window.start).total_seconds()
    return time + pl.duration(microseconds=(share * DRIFT.total_seconds() * 1e6).cast(pl.Int64))


def year_wrong(timeline: Timeline) -> Timeline:
    """The second day of the record, all streams, a year early."""
    first = timeline.window().start + timedelta(days=1)
    last = first + timedelta(days=max(1.0, 0.1 * timeline.window().days))
    wrong = timedelta(days=365)

    def move(time: pl.Expr) -> pl.Expr:
        return pl.when((time >= first) & (time < last)).then(time - wrong).otherwise(time)

    return moved(timeline, move, names=("glucose", *LOG))


def moved(timeline: Timeline, move: Callable[[pl.Expr], pl.Expr], *, names: Sequence[str] = LOG) -> Timeline:
    for name in names:
        if name in timeline.streams:
            frame = timeline.streams[name].with_columns(time=move(pl.col("time")).cast(pl.Datetime("us", "UTC")))
            timeline = with_frame(timeline, name, frame)
    return timeline


def in_new_york(timeline: Timeline) -> Timeline:
    """The record six weeks later, as of a person in New York: summer time begins in its midst."""
    later = {
        name: frame.with_columns(time=(pl.col("time") + LATER).cast(pl.Datetime("us", "UTC")))
        for name, frame in timeline.streams.items()
    }
    return replace(timeline, person=replace(timeline.person, zone="America/New_York"), streams=later)


if __name__ == "__main__":
    main()
