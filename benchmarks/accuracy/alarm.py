"""Predictive alarms of twins against threshold and trend alarms, at equal false alarms per day.

Real people (files or folders of data sets) and virtual ones whose truth is known. Each twin is fitted to at most 14
days that end at 80 % of the record; alarms are scored on the rest. At each step of 5 min every alarm has a level, from
what was known then: the twin's probability of a low (below 70 mg/dL for 15 min) beginning within 30 min, the same with
what was learned on top of everybody's twins on the first 80 % (hybrid, with ``--learned``), how low the reading is
(threshold), and how low it will be in 10, 20 or 30 min if it goes on as in the last 15 (trend). An alarm comes when its
level passes a limit, again every 30 min while it stays there, as alarms do, and is ready again after 15 calm minutes.
The limit is one for all people, chosen so that each alarm has the same number of false ones per day; highs (above 250
mg/dL for 15 min) likewise.

An alarm is true when an episode starts within 60 min after it. *Sensitivity* counts episodes with any such alarm,
*in time* those with one at least 15 min before; the limit is chosen for each. Lows before which carbohydrate of at
most 30 g without a bolus had been logged in the last 30 min had been treated already, and alarms that were answered so
are no false ones: both are counted apart. Differences have an interval from resampling people. *Sounded* is what would
sound per day with the default settings. In virtual people an alarm of an unexplained rise is right when 10 g or more
had been eaten in the last 90 min that were not on record by then (never logged, or with a late bolus), and compared
with the share of all moments of which that is true.

    uv run python benchmarks/accuracy/alarm.py [PATH ...] [--simulated] [--learned] [--cache FOLDER] [--json]
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jax
import numpy as np
from lived_record import lived_records

from glucotwin.advise.alarm_replay import LONGEST_BRIDGED_STEPS, bridged, logged_treatments
from glucotwin.core.error import GlucoTwinError
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.learned_ahead import learned_outlooks
from glucotwin.forecast.alarm.machine import init_alarms, step_alarms
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.outlook import Outlook
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.stream import moments, outlook_steps
from glucotwin.forecast.learned import Learned
from glucotwin.ingest.people import read_people
from glucotwin.metrics.alarm_score import AlarmScore, alarm_times, best_within_rate, score_alarms
from glucotwin.metrics.episode import find_episodes
from glucotwin.metrics.grid import GlucoseGrid
from glucotwin.twin.archive import load_twin, save_twin
from glucotwin.twin.fit import fit_twin, latest_days
from glucotwin.twin.twin import Twin
from glucotwin.workflows.forecast_train import train_people

FIT_SHARE = 0.8
STEP_MIN = 5.0
HORIZON_MIN, LASTING_MIN = 30.0, 15.0
TRENDS_MIN = (10, 20, 30)
EARLIEST_MIN, IN_TIME_MIN, REPEAT_MIN = 60.0, 15.0, 30.0
LOW_MGDL, HIGH_MGDL = 70.0, 250.0
RATES = (0.25, 0.5, 1.0, 2.0)
SETTINGS = 120
RESAMPLED = 500
BETWEEN_PEOPLE_MIN = 10_000.0
LEARNED_HORIZONS_MIN = (15, 30, 60)
PLAIN_METHODS = ("threshold", *(f"trend-{minutes}" for minutes in TRENDS_MIN))
GOALS = {"sensitivity": 0.0, "in_time": IN_TIME_MIN}
FOOD_WITHIN_MIN, LEAST_FOOD_G, LOGGED_NEAR_MIN = 90.0, 10.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A person's held-out days at steps of 5 min.

    Attributes:
        name: whose.
        attributes: groups the person belongs to.
        time_min: of each step.
        glucose_mgdl: readings, NaN where none.
        levels: by what (``low``, ``high``) and method, ``(step,)``.
        treatment_min: treatments of lows.
        sounded: how often each kind sounded with the default settings.
        rise_min: when an unexplained rise was told.
        hidden: whether food that was not on record by then had been eaten lately, at each step, in virtual people.
    """

    name: str
    attributes: dict[str, str]
    time_min: np.ndarray
    glucose_mgdl: np.ndarray
    levels: dict[str, dict[str, np.ndarray]]
    treatment_min: np.ndarray
    sounded: dict[str, int]
    rise_min: np.ndarray
    hidden: np.ndarray

    @property
    def days(self) -> float:
        return float(np.isfinite(self.glucose_mgdl).sum()) * STEP_MIN / 1440.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--simulated", action="store_true")
    parser.add_argument("--learned", action="store_true")
    parser.add_argument("--cache", type=Path, help="folder that keeps fitted twins")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    sources = {
        path.stem: [Source(timeline=one, treatments=logged_treatments(one).to_list()) for one in people_of(path)]
        for path in arguments.paths
    }
    if arguments.simulated:
        sources["simulated"] = simulated()
    sets: dict[str, list[Stream]] = {}
    for name, people in sources.items():
        cache = None if arguments.cache is None else arguments.cache / name
        learned = teach(people, cache) if arguments.learned else None
        sets[name] = list(streams(people, cache, learned))
    answer = {name: summary(people) for name, people in sets.items()}
    print(json.dumps(answer, indent=1) if arguments.json else "\n".join(page(answer)))


def people_of(path: Path) -> list[Timeline]:
    return list(read_people([path]).timelines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A person's record, when lows were treated, and in virtual people when something was eaten."""

    timeline: Timeline
    treatments: list[datetime]
    eaten: tuple[datetime, ...] = ()


def simulated() -> list[Source]:
    """Virtual people; what they ate against lows is never logged."""
    return [
        Source(
            timeline=one.timeline,
            treatments=[time for time, _ in one.rescues],
            eaten=tuple(time for time, grams in eaten if grams >= LEAST_FOOD_G),
        )
        for one, eaten in lived_records(11, odd=False, profile="typical", days=28)
    ]


def teach(people: list[Source], cache: Path | None) -> Learned:
    """What is learned on top of everybody's twin from the same first part of their records."""
    return train_people(
        [source.timeline for source in people],
        horizons=LEARNED_HORIZONS_MIN,
        train_fraction=FIT_SHARE,
        twins=None if cache is None else cache / "training",
        progress=lambda stage, _: print(stage, file=sys.stderr, flush=True),
    ).learned


def past_of(timeline: Timeline) -> Timeline:
    """The part of a record that twins and learners are given."""
    whole = timeline.window(GlucoseReading)
    return timeline.cut(Window(start=whole.start, end=whole.start + FIT_SHARE * (whole.end - whole.start)))


def streams(people: list[Source], cache: Path | None, learned: Learned | None) -> Iterator[Stream]:
    """Every person's held-out stream; those whose twin cannot be fitted are named."""
    for source in people:
        try:
            stream = held_out(source, cache, learned)
        except GlucoTwinError as error:
            print(f"{source.timeline.person.person_id}: left out: {error}", file=sys.stderr)
            continue
        print(f"{stream.name}: {stream.days:.1f} days", file=sys.stderr, flush=True)
        yield stream


def held_out(source: Source, cache: Path | None, learned: Learned | None) -> Stream:
    timeline = source.timeline
    whole = timeline.window(GlucoseReading)
    cut = whole.start + FIT_SHARE * (whole.end - whole.start)
    window = Window(start=cut, end=whole.end)
    twin = twin_of(past_of(timeline), cache)
    settings, state, events = AlarmSettings(), init_alarms(), list[AlarmEvent]()
    known: list[Moment] = []
    for now in moments(twin, timeline, window=window, settings=settings):
        state, told = step_alarms(settings, state, now)
        events += told
        known.append(now)
    start = known[0].time
    times = minutes_from(start, (one.time for one in known))
    hybrid: Iterable[Outlook | None] | None = None
    if learned is not None:
        hybrid = learned_outlooks(learned, twin, timeline, window=window, points=outlook_steps(settings))
    levels = [levels_of(one, {"twin": one.outlook}) for one in known]
    if hybrid is not None:
        levels = [levels_of(one, {"hybrid": own, "twin": one.outlook}) for one, own in zip(known, hybrid, strict=True)]
    return Stream(
        name=timeline.person.person_id,
        attributes=timeline.person.attributes(whole.end.date()),
        time_min=times,
        glucose_mgdl=np.array([one.glucose_mgdl[-1] for one in known]),
        levels={
            what: {method: np.array([one[what][method] for one in levels]) for method in levels[0][what]}
            for what in ("low", "high")
        },
        treatment_min=within(minutes_from(start, source.treatments), times),
        sounded=dict(Counter(str(one.kind) for one in events if one.audible and one.action is AlarmAction.RAISED)),
        rise_min=minutes_from(start, (one.time for one in events if is_rise(one))),
        hidden=hidden_food(source, start, times),
    )


def hidden_food(source: Source, start: datetime, times: np.ndarray) -> np.ndarray:
    """Whether something had been eaten lately and not been logged by then, at each step."""
    logged = minutes_from(start, source.timeline.frame(Meal)["time"].to_list())
    hidden = np.zeros(times.size, dtype=bool)
    for eaten in minutes_from(start, source.eaten):
        later = logged[logged >= eaten - LOGGED_NEAR_MIN]
        known = later[0] if later.size else np.inf
        hidden |= (times >= eaten) & (times <= eaten + FOOD_WITHIN_MIN) & (times < known)
    return hidden


def is_rise(event: AlarmEvent) -> bool:
    return event.kind is AlarmKind.UNEXPLAINED_RISE and event.action is AlarmAction.RAISED


def minutes_from(start: datetime, times: Iterable[datetime]) -> np.ndarray:
    return np.array(sorted({(one - start) / timedelta(minutes=1) for one in times}), dtype=np.float64)


def within(minutes: np.ndarray, times: np.ndarray) -> np.ndarray:
    return minutes[(minutes >= 0.0) & (minutes <= times[-1])]


def twin_of(past: Timeline, cache: Path | None) -> Twin:
    """The twin of a person's earlier days, from the folder when it is there."""
    path = None if cache is None else cache / f"{past.person.person_id}.twin.json"
    if path is not None and path.exists():
        return load_twin(path)
    twin = fit_twin(past, window=latest_days(past))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_twin(twin, path)
    return twin


def levels_of(now: Moment, outlooks: dict[str, Outlook | None]) -> dict[str, dict[str, float]]:
    """What each alarm goes by; NaN where nothing can be said."""
    glucose, slope = now.newest_mgdl, now.slope_mgdl_per_min()
    methods = (*outlooks, *PLAIN_METHODS)
    if None in outlooks.values() or glucose is None or slope is None or np.isnan(now.glucose_mgdl[-1]):
        return {what: dict.fromkeys(methods, float("nan")) for what in ("low", "high")}
    trends = {f"trend-{minutes}": glucose + minutes * slope for minutes in TRENDS_MIN}
    low, high = {"threshold": -glucose}, {"threshold": glucose}
    low |= {name: -value for name, value in trends.items()}
    high |= trends
    for name, outlook in outlooks.items():
        if outlook is not None:
            below = outlook.below(LOW_MGDL, within_min=HORIZON_MIN, lasting_min=LASTING_MIN)
            above = outlook.above(HIGH_MGDL, within_min=HORIZON_MIN, lasting_min=LASTING_MIN)
            # Paths are a hundred: their mean tells equal shares apart without changing their order.
            finer = 1e-5 * float(np.mean(outlook.paths_mgdl[:, : int(HORIZON_MIN / STEP_MIN)]))
            low[name], high[name] = below.probability - finer, above.probability + finer
    return {"low": {name: low[name] for name in methods}, "high": {name: high[name] for name in methods}}


def summary(people: list[Stream]) -> dict[str, Any]:
    """All that is reported of a set of people."""
    days = sum(one.days for one in people)
    sounded = sum((Counter(one.sounded) for one in people), Counter[str]())
    rises = sum(one.rise_min.size for one in people)
    right = sum(int(one.hidden[np.searchsorted(one.time_min, one.rise_min)].sum()) for one in people)
    moments_so = float(np.concatenate([one.hidden for one in people]).mean())
    return {
        "people": {one.name: {"days": one.days, "attributes": one.attributes} for one in people},
        "days": days,
        "low": compare(people, "low"),
        "high": compare(people, "high"),
        "sounded_per_day": {kind: count / days for kind, count in sorted(sounded.items())},
        "unexplained_rise": {"alarms": rises, "right": right, "share_of_moments": moments_so},
    }


def compare(people: list[Stream], what: str) -> dict[str, Any]:
    """Every method at each rate of false alarms, for each goal."""
    answer: dict[str, Any] = {}
    for goal, least_min in GOALS.items():
        curves = {method: curve(people, what, method, least_min) for method in people[0].levels[what]}
        answer["episodes"] = curves["twin"][1][0].event_count
        answer["treated_episodes"] = curves["twin"][1][0].treated_event_count
        answer[goal] = {str(rate): at_rate(people, what, curves, rate, least_min) for rate in RATES}
    return answer


Curve = tuple[np.ndarray, list[AlarmScore]]


def at_rate(people: list[Stream], what: str, curves: dict[str, Curve], rate: float, least_min: float) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    chosen = {method: best_within_rate(scores, rate) for method, (_, scores) in curves.items()}
    limits = {method: float(curves[method][0][index]) for method, index in chosen.items() if index is not None}
    ours = next(iter(curves))
    for method, index in chosen.items():
        if index is None or ours not in limits:
            continue
        rows[method] = row(curves[method][1][index], limits[method])
        if method != ours:
            rows[method]["first_less_this"] = difference(people, what, limits, (ours, method), least_min)
    return rows


def row(score: AlarmScore, limit: float) -> dict[str, Any]:
    return {
        "sensitivity": score.recall,
        "median_lead_min": score.median_lead_min,
        "precision": score.precision,
        "false_alarms_per_day": score.false_alarms_per_day,
        "episodes": score.event_count,
        "treated_episodes": score.treated_event_count,
        "answered_alarms": score.treated_alarm_count,
        "limit": limit,
    }


def curve(people: list[Stream], what: str, method: str, least_min: float) -> Curve:
    """Scores of all people together at many limits."""
    levels = np.concatenate([one.levels[what][method] for one in people])
    levels = levels[np.isfinite(levels)]
    limits = np.unique(np.quantile(levels, 1.0 - np.geomspace(2e-4, 0.35, SETTINGS)))
    return limits, [pooled(people, what, method, float(limit), least_min) for limit in limits]


def pooled(people: list[Stream], what: str, method: str, limit: float, least_min: float) -> AlarmScore:
    """All people one after the other on one axis of time."""
    offset = 0.0
    parts: list[list[np.ndarray]] = [[], [], [], []]
    for one in people:
        starts, ends = episodes(one, what)
        alarms = alarm_times(one.time_min, one.levels[what][method], raise_at=limit, repeat_min=REPEAT_MIN)
        treated = one.treatment_min if what == "low" else np.zeros(0)
        for part, values in zip(parts, (alarms, starts, ends, treated), strict=True):
            part.append(values + offset)
        offset += float(one.time_min[-1]) + BETWEEN_PEOPLE_MIN
    alarms, starts, ends, treated = (np.concatenate(part) for part in parts)
    days = sum(one.days for one in people)
    return score_alarms(
        alarms,
        starts,
        ends,
        horizon_min=EARLIEST_MIN,
        observed_day=days,
        treatment_min=treated,
        least_lead_min=least_min,
    )


def episodes(one: Stream, what: str) -> tuple[np.ndarray, np.ndarray]:
    grid = GlucoseGrid(
        interval_min=STEP_MIN,
        time_min=one.time_min,
        clock_min=one.time_min,
        glucose_mgdl=bridged(one.glucose_mgdl, LONGEST_BRIDGED_STEPS),
    )
    found = (
        find_episodes(grid, below_mgdl=LOW_MGDL) if what == "low" else find_episodes(grid, above_mgdl=HIGH_MGDL)
    ).episodes
    return np.array([each.start_min for each in found]), np.array([each.end_min for each in found])


def difference(
    people: list[Stream], what: str, limits: dict[str, float], pair: tuple[str, str], least_min: float
) -> dict[str, float]:
    """How much more sensitive one alarm is than another at these limits, with a 95 % interval over resampled people."""
    ours, other = pair
    counts = np.array(
        [
            [
                (score := pooled([one], what, ours, limits[ours], least_min)).detected_count
                - pooled([one], what, other, limits[other], least_min).detected_count,
                score.event_count,
            ]
            for one in people
        ]
    )
    key = stream_key(root_key(0), subject=what, stream="alarm-benchmark")
    drawn = np.asarray(jax.random.randint(key, (RESAMPLED, len(people)), 0, len(people)))
    totals = counts[drawn].sum(axis=1)
    share = totals[:, 0] / np.maximum(totals[:, 1], 1)
    low, high = np.quantile(share, [0.025, 0.975])
    return {
        "sensitivity": float(counts[:, 0].sum() / max(counts[:, 1].sum(), 1)),
        "low": float(low),
        "high": float(high),
    }


def page(answer: dict[str, Any]) -> Iterator[str]:
    for name, one in answer.items():
        yield f"\n{name}: {len(one['people'])} people, {one['days']:.0f} days"
        for what in ("low", "high"):
            yield f"  {what}: {one[what]['episodes']} episodes, {one[what]['treated_episodes']} treated apart"
            for goal in GOALS:
                yield from table(goal, one[what][goal])
        yield "  sounded per day: " + ", ".join(f"{kind} {rate:.2f}" for kind, rate in one["sounded_per_day"].items())
        yield f"  unexplained rise: {one['unexplained_rise']}"


def table(goal: str, rates: dict[str, Any]) -> Iterator[str]:
    yield f"  {goal:12s} false/day  method       share  lead min  precision   limit  first less this (95 %)"
    for rate, methods in rates.items():
        for method, one in methods.items():
            less = one.get("first_less_this")
            interval = "" if less is None else f"{less['sensitivity']:+.2f} ({less['low']:+.2f} to {less['high']:+.2f})"
            yield (
                f"{rate:>24}  {method:11s}  {one['sensitivity']:5.2f}  {one['median_lead_min']:8.0f}"
                f"  {one['precision']:9.2f}  {one['limit']:6.2f}  {interval}"
            )


if __name__ == "__main__":
    main()
