"""Alarms for a failing pump site and for missed boluses, in virtual people whose truth is known.

People of ``padova-t1d`` live for 56 days as in ``lived_record``; twins are fitted to at most 14 days that end at 80 %
of the record. In the rest, every other day of each person has one fault: a site through which between none and a fifth
of the insulin gets for 6 to 10 hours (corrections included; the record says what the pump believes), or a main meal
that is logged and not dosed. Ketones are measured once glucose has been above 250 mg/dL for two hours, if at all.

A suspicion of the site is right while the failure lasts and for an hour after; others are false. It is compared, at
equal false alarms per day, with plain rules that wait for glucose above 250 mg/dL, or above 300, for up to four
hours (so far back alarms look). A missed bolus is caught when it is told within two hours after the meal. Days
without a fault count for false alarms too.

    uv run python benchmarks/accuracy/alarm_fault.py [--cache FOLDER] [--people N] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from alarm import FIT_SHARE, past_of, twin_of
from lived_record import BLOCKED, BODY, START, LivedLife, at, lives_of

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.observation import KetoneReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.registry import RULES
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.stream import moments
from glucotwin.metrics.alarm_score import alarm_times
from glucotwin.physiology.registry import body_entry
from glucotwin.physiology.subject import Subject

SEED, DAYS = 11, 56
FIRST_DAY = int(FIT_SHARE * DAYS) + 1
"""The first whole day that no twin has seen."""

STILL_RIGHT_MIN, TOLD_WITHIN_MIN = 60.0, 120.0
PLAIN_MGDL = (250.0, 300.0)
RATES = (0.1, 0.25, 0.5)
LEAST_MEAL_G = 30.0
MEASURES_AFTER_MIN, HIGH_MGDL = 120.0, 250.0
SITE, BOLUS = "site", "bolus"
RAISED_AT = 0.6
"""What both alarms are raised at by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong.

    Attributes:
        kind: ``SITE`` or ``BOLUS``.
        start, end: when.
        blocked: share of the insulin that did not arrive.
    """

    kind: str
    start: datetime
    end: datetime
    blocked: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One person's held-out days as alarms saw them.

    Attributes:
        days: observed.
        time_min: of each step after ``START``.
        levels: by method, how strongly a failed site is suspected; under ``BOLUS``, how likely a bolus was missed,
            ``(step,)``.
        faults: what went wrong.
    """

    days: float
    time_min: np.ndarray
    levels: dict[str, np.ndarray]
    faults: tuple[Fault, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="folder that keeps fitted twins")
    parser.add_argument("--people", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    subjects = body_entry(BODY).subjects()[1::2][: arguments.people]
    faults: dict[str, tuple[Fault, ...]] = {}

    def fail(inputs: Inputs, events: pl.DataFrame) -> tuple[Inputs, pl.DataFrame]:
        faults.update({one.name: faults_of(one, events) for one in subjects})
        return blocked(skipped(inputs, events, subjects, faults), subjects, faults), without_boluses(events, faults)

    answer: dict[str, Any] = {}
    lives = lives_of(subjects, seed=SEED, days=DAYS, change=fail)
    for name, measured in (("without ketones", False), ("with ketones", True)):
        people = [followed(life, faults[life.subject.name], arguments.cache, measured) for life in lives]
        answer[name] = summary(people)
    print(json.dumps(answer, indent=1) if arguments.json else "\n".join(page(answer)))


def faults_of(subject: Subject, events: pl.DataFrame) -> tuple[Fault, ...]:
    """One fault on every other day, failed sites and missed boluses by turns."""
    key = stream_key(root_key(SEED), subject=subject.name, stream="alarm-faults")
    drawn = np.asarray(jax.random.uniform(key, (DAYS, 3)))
    found: list[Fault] = []
    for number, day in enumerate(range(FIRST_DAY, DAYS - 1, 2)):
        start_h, share, hours = drawn[day]
        if number % 2 == 0:
            start = at(1440.0 * day + 60.0 * 14.0 * start_h)
            end = start + timedelta(hours=6.0 + 4.0 * hours)
            found.append(Fault(kind=SITE, start=start, end=end, blocked=1.0 - 0.2 * share))
        else:
            found += missed_on(subject, events, day, start_h)
    return tuple(found)


def missed_on(subject: Subject, events: pl.DataFrame, day: int, share: float) -> list[Fault]:
    """One of the day's dosed main meals, if there is one."""
    doses = events.filter(
        (pl.col("name") == subject.name)
        & (pl.col("kind") == "bolus")
        & (pl.col("counted_carbs_g") >= LEAST_MEAL_G)
        & pl.col("time").is_between(at(1440.0 * day), at(1440.0 * (day + 1)))
    )
    if not len(doses):
        return []
    time = doses["time"][int(share * len(doses))]
    return [Fault(kind=BOLUS, start=time, end=time + timedelta(minutes=TOLD_WITHIN_MIN))]


def minute_of(time: datetime) -> int:
    return int((time - START) / timedelta(minutes=1))


def skipped(
    inputs: Inputs, events: pl.DataFrame, subjects: tuple[Subject, ...], faults: dict[str, tuple[Fault, ...]]
) -> Inputs:
    """The inputs without the boluses that were missed."""
    product, rate = next(iter(inputs.insulin_u_per_min.items()))
    changed = np.array(rate, dtype=np.float64)
    first = offset_of(inputs)
    for row, one in enumerate(subjects):
        for fault in faults[one.name]:
            if fault.kind == BOLUS:
                chosen = events.filter(is_bolus(one.name, fault.start))
                changed[row, minute_of(fault.start) - first] -= float(chosen["insulin_u"].sum())
    kept = {**inputs.insulin_u_per_min, product: jnp.asarray(np.maximum(changed, 0.0))}
    return eqx.tree_at(lambda one: one.insulin_u_per_min, inputs, kept, is_leaf=lambda node: isinstance(node, dict))


def offset_of(inputs: Inputs) -> int:
    """Minute after ``START`` at which the inputs begin."""
    first = np.asarray(inputs.minute_utc).ravel()[0]
    return int(first) - int(START.timestamp() // 60)


def is_bolus(name: str, time: datetime) -> pl.Expr:
    return (pl.col("name") == name) & (pl.col("kind") == "bolus") & (pl.col("time") == time)


def without_boluses(events: pl.DataFrame, faults: dict[str, tuple[Fault, ...]]) -> pl.DataFrame:
    """The events with missed boluses of no insulin; their meals stay logged."""
    for name, own in faults.items():
        for fault in own:
            if fault.kind == BOLUS:
                missed = is_bolus(name, fault.start)
                events = events.with_columns(insulin_u=pl.when(missed).then(0.0).otherwise(pl.col("insulin_u")))
    return events


def blocked(inputs: Inputs, subjects: tuple[Subject, ...], faults: dict[str, tuple[Fault, ...]]) -> Inputs:
    """The inputs with what does not get through each site."""
    rate = next(iter(inputs.insulin_u_per_min.values()))
    level, first = np.zeros(rate.shape), offset_of(inputs)
    for row, one in enumerate(subjects):
        for fault in faults[one.name]:
            if fault.kind == SITE:
                level[row, minute_of(fault.start) - first : minute_of(fault.end) - first] = fault.blocked
    levels = {**inputs.condition_level, BLOCKED: jnp.asarray(level)}
    return eqx.tree_at(lambda one: one.condition_level, inputs, levels, is_leaf=lambda node: isinstance(node, dict))


def followed(life: LivedLife, faults: tuple[Fault, ...], cache: Path | None, measured: bool) -> Followed:
    """The person's held-out days."""
    timeline = life.record.timeline
    twin = twin_of(past_of(timeline), cache)
    if measured:
        timeline = with_ketones(timeline, life)
    settings = AlarmSettings()
    window = Window(start=at(1440.0 * FIRST_DAY), end=timeline.window(GlucoseReading).end)
    site, bolus, plain, times = [], [], {mgdl: [] for mgdl in PLAIN_MGDL}, []
    for now in moments(twin, timeline, window=window, settings=settings):
        times.append((now.time - START) / timedelta(minutes=1))
        site.append(level_of(RULES[AlarmKind.PUMP_SITE], settings, now))
        bolus.append(level_of(RULES[AlarmKind.MISSED_BOLUS], settings, now))
        for mgdl, levels in plain.items():
            levels.append(minutes_above(now, mgdl))
    print(f"{life.subject.name}: {len(times) / 288:.1f} days, {len(faults)} faults", file=sys.stderr, flush=True)
    return Followed(
        days=len(times) / 288.0,
        time_min=np.array(times),
        levels={
            "twin": np.array(site),
            **{f"above {mgdl:.0f}": np.array(one) for mgdl, one in plain.items()},
            BOLUS: np.array(bolus),
        },
        faults=faults,
    )


def level_of(rule: AlarmRule, settings: AlarmSettings, now: Moment) -> float:
    assessed = rule.assess(settings, now)
    return float("nan") if assessed is None else float(assessed.probability)


def minutes_above(now: Moment, mgdl: float) -> float:
    """How long readings have been above a limit without a break."""
    glucose = now.glucose_mgdl[np.isfinite(now.glucose_mgdl)]
    lower = np.flatnonzero(glucose < mgdl)
    return 5.0 * float(glucose.size - 1 - lower[-1]) if lower.size else 5.0 * glucose.size


def with_ketones(timeline: Timeline, life: LivedLife) -> Timeline:
    """The record with one measurement for each stretch of two high hours."""
    high = life.interstitial_mgdl[:-1] > HIGH_MGDL
    since, records = 0, list[KetoneReading]()
    for minute, is_high in enumerate(high):
        since = since + 1 if is_high else 0
        if since == int(MEASURES_AFTER_MIN):
            records.append(KetoneReading(time=at(minute), ketone_mmoll=round(float(life.ketone_mmoll[minute]), 1)))
    measured = Timeline.from_records(timeline.person, records)
    return replace(timeline, streams={**timeline.streams, **measured.streams})


def summary(people: list[Followed]) -> dict[str, Any]:
    """Everything that is reported."""
    days = sum(one.days for one in people)
    methods = [method for method in people[0].levels if method != BOLUS]
    default = counted(people, "twin", raise_at=RAISED_AT)
    sites = {str(rate): {method: best(people, method, rate) for method in methods} for rate in RATES}
    missed = counted(people, BOLUS, raise_at=RAISED_AT, kind=BOLUS, still_right_min=0.0, repeat_min=np.inf)
    return {"days": days, "site": sites, "site_default": default, "missed_bolus": missed}


def best(people: list[Followed], method: str, rate: float) -> dict[str, float] | None:
    """The limit that catches most with no more than so many false alarms per day."""
    levels = np.concatenate([one.levels[method] for one in people])
    limits = np.unique(np.quantile(levels[np.isfinite(levels)], 1.0 - np.geomspace(1e-4, 0.3, 80)))
    rows = [counted(people, method, raise_at=float(limit)) for limit in limits if limit > 0.0]
    allowed = [row for row in rows if row["false_per_day"] <= rate]
    return max(allowed, key=lambda row: (row["caught"], -row["median_min"])) if allowed else None


def counted(
    people: list[Followed],
    method: str,
    *,
    raise_at: float,
    kind: str = SITE,
    still_right_min: float = STILL_RIGHT_MIN,
    repeat_min: float = 60.0,
) -> dict[str, float]:
    """Faults of a kind that were told, how long after they began, and false alarms per day."""
    after: list[float] = []
    count, false = 0, 0
    for one in people:
        alarms = alarm_times(one.time_min, one.levels[method], raise_at=raise_at, repeat_min=repeat_min)
        right = np.zeros(alarms.size, dtype=bool)
        for fault in (each for each in one.faults if each.kind == kind):
            count += 1
            start = minute_of(fault.start)
            inside = (alarms >= start) & (alarms <= minute_of(fault.end) + still_right_min)
            right |= inside
            after += [float(alarms[inside][0] - start)] if inside.any() else []
        false += int((~right).sum())
    return {
        "limit": raise_at,
        "faults": count,
        "caught": len(after) / max(count, 1),
        "median_min": float(np.median(after)) if after else float("nan"),
        "false_per_day": false / sum(one.days for one in people),
    }


def page(answer: dict[str, Any]) -> Iterator[str]:
    for name, one in answer.items():
        yield f"\n{name}: {one['days']:.0f} days"
        yield f"  default limits: {one['site_default']}"
        for rate, rows in one["site"].items():
            yield f"  at most {rate} false a day"
            yield from (f"    {method:10s} {row}" for method, row in rows.items())
        yield f"  missed boluses: {one['missed_bolus']}"


if __name__ == "__main__":
    main()
