"""How well unannounced meals and compression lows are found where the truth is known, beside naive rules.

Virtual people with known lives (``lived_record.py``): trees and thresholds were fitted on the odd numbered ones and
other seeds (``fit_meal_trees.py``), everything is reported on the even numbered ones and seeds 6 to 9. With ``--azt1d
DIR`` also real people, with a third or all of their logged meals hidden: every second one, as the trees for records
without a log have seen the others. There precision is a lower bound, as real people eat things that nobody logged.

    uv run python benchmarks/accuracy/detect.py [--azt1d DIR] [--json]

An unannounced meal holds 30 g or more; a detection is right when it marks a beginning from 50 min before to 70 min
after one. Strict precision counts every other detection as wrong; lenient precision leaves out those at unlogged food
or treatments of lows of 10 g or more together. Every detection is counted once, every meal is found once.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jax
import numpy as np
import polars as pl
from lived_record import LivedRecord, lived_records

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.bolus_without_carbs import THRESHOLD as DOSED_THRESHOLD
from glucotwin.ingest.detect.bolus_without_carbs import find_boluses_without_carbs
from glucotwin.ingest.detect.compression_low import THRESHOLD as LOW_THRESHOLD
from glucotwin.ingest.detect.compression_low import find_compression_lows
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, best_apart, change, lagged, sensor_grid
from glucotwin.ingest.detect.unannounced_meal import THRESHOLD as MEAL_THRESHOLD
from glucotwin.ingest.detect.unannounced_meal import find_unannounced_meals
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path

MEAL_G, NEUTRAL_G = 30.0, 10.0
EARLY, LATE = timedelta(minutes=50), timedelta(minutes=70)
REPORT_SEEDS = (6, 7, 8, 9)
HIDDEN_SHARE = 1.0 / 3.0
DOSE_LASTS = timedelta(minutes=55)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A detection as it is scored."""

    time: datetime
    end: datetime
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A detection against the truth: whether it is right, whether it is left out leniently, and how late in minutes."""

    score: float
    right: bool
    neutral: bool
    late_min: float


Finder = Callable[[LivedRecord], list[Mark]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--azt1d", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [*virtual(), *(real(arguments.azt1d) if arguments.azt1d else ())]
    print(json.dumps(rows, indent=1) if arguments.json else "\n".join(line(row) for row in rows))


def virtual() -> list[dict[str, Any]]:
    people = [pair for seed in REPORT_SEEDS for pair in lived_records(seed, odd=False)]
    records = [record for record, _ in people]
    silent = [record.without_log(eaten) for record, eaten in people]
    careless = [record for record, _ in lived_records(REPORT_SEEDS[0], odd=False, profile="careless")]
    rows = [
        meals_row(f"meals, {name}: {how}", group, find, threshold)
        for name, group in (
            ("typical lives", records),
            ("careless lives", careless),
            ("typical lives, nothing logged", silent),
        )
        for how, find, threshold in (("detector", marked_meals, MEAL_THRESHOLD), ("naive rule", naive_meals, 2.0))
    ]
    dosed = [only_hidden(one) for one in records]
    rows += [
        meals_row(f"dosed meals, a third of the log hidden: {how}", dosed, find, threshold)
        for how, find, threshold in (("detector", marked_dosed, DOSED_THRESHOLD), ("naive rule", naive_dosed, 1.0))
    ]
    rows += [
        curve(f"compression lows: {how}", *lows(records, find), threshold=threshold)
        for how, find, threshold in (("detector", marked_lows, LOW_THRESHOLD), ("naive rule", naive_lows, 3.0))
    ]
    return rows


def marked_meals(record: LivedRecord) -> list[Mark]:
    found = find_unannounced_meals(record.timeline, at_least=0.005)
    return [Mark(time=one.start, end=one.end, score=one.score) for one in found]


def marked_dosed(record: LivedRecord) -> list[Mark]:
    found = find_boluses_without_carbs(record.timeline, at_least=0.02)
    return [Mark(time=one.start, end=one.end, score=one.score) for one in found]


def naive_dosed(record: LivedRecord) -> list[Mark]:
    """Boluses without carbohydrate within half an hour, scored by their units over the usual bolus."""
    boluses, meals = record.timeline.frame(Bolus), record.timeline.frame(Meal).select("time", meal="time")
    near = boluses.join_asof(meals, on="time", strategy="nearest", tolerance="30m")
    bare = near.filter(pl.col("meal").is_null()).select("time", "insulin_u")
    usual = float(boluses["insulin_u"].median() or 1.0)
    return [Mark(time=time, end=time + DOSE_LASTS, score=units / usual) for time, units in bare.iter_rows()]


def naive_meals(record: LivedRecord) -> list[Mark]:
    """Rises over 15 min in mg/dL per min, without carbohydrate logged from two hours before to 90 min after."""
    grid = sensor_grid(record.timeline)
    meals = record.timeline.frame(Meal)
    logged = np.cumsum(grid.summed(meals["time"], meals["carbs_g"].to_numpy()))
    rate = (grid.glucose_mgdl - lagged(grid.glucose_mgdl, 3)) / 15.0
    score = np.where((change(logged, -24, 18) > 0.0) | ~grid.known_between(3, 0), 0.0, rate)
    found = best_apart(score, at_least=0.3, steps=24)
    return [Mark(time=grid.time(step), end=grid.time(step), score=float(score[step])) for step in found]


def marked_lows(record: LivedRecord) -> list[Mark]:
    found = find_compression_lows(record.timeline, at_least=0.2)
    return [Mark(time=one.start, end=one.end, score=one.score) for one in found]


def naive_lows(record: LivedRecord) -> list[Mark]:
    """Values below 70 mg/dL at night, scored by the steepest fall in mg/dL per min of the last 20 min."""
    grid = sensor_grid(record.timeline)
    fall = np.maximum.reduce([lagged(lagged(grid.glucose_mgdl, 1) - grid.glucose_mgdl, k) for k in range(4)]) / STEP_MIN
    score = np.where((grid.glucose_mgdl < 70.0) & grid.is_night & grid.known_between(4, 0), fall, 0.0)
    found = best_apart(score, at_least=0.2, steps=9)
    return [Mark(time=grid.time(max(0, k - 3)), end=grid.time(k + 4), score=float(score[k])) for k in found]


def meals_row(name: str, records: Sequence[LivedRecord], find: Finder, threshold: float) -> dict[str, Any]:
    judged: list[Judged] = []
    total = 0
    for record in records:
        meals = [time for time, grams in record.unlogged if grams >= MEAL_G]
        total += len(meals)
        free = set(meals)
        for mark in sorted(find(record), key=lambda one: -one.score):
            near = sorted((meal for meal in meals if fits(mark, meal)), key=lambda meal: abs(mark.time - meal))
            own = next((meal for meal in near if meal in free), None)
            free.discard(own)
            others = sum(grams for time, grams in (*record.unlogged, *record.rescues) if fits(mark, time))
            late = float("nan") if own is None else (mark.time - own).total_seconds() / 60.0
            judged.append(
                Judged(
                    score=mark.score, right=own is not None, neutral=bool(near) or others >= NEUTRAL_G, late_min=late
                )
            )
    return curve(name, judged, total, threshold=threshold)


def fits(mark: Mark, meal: datetime) -> bool:
    """Whether a mark can mean a meal; a mark of the naive rule is its alarm, later by nature."""
    early = timedelta(0) if mark.time == mark.end else EARLY
    return -early <= mark.time - meal <= LATE + (EARLY - early)


def lows(records: Sequence[LivedRecord], find: Finder) -> tuple[list[Judged], int]:
    judged: list[Judged] = []
    for record in records:
        free = set(record.compressions)
        for mark in sorted(find(record), key=lambda one: -one.score):
            near = [one for one in record.compressions if mark.time < one[1] and mark.end > one[0]]
            own = next((one for one in near if one in free), None)
            free.discard(own)
            late = float("nan") if own is None else (mark.time - own[0]).total_seconds() / 60.0
            judged.append(Judged(score=mark.score, right=own is not None, neutral=bool(near), late_min=late))
    return judged, sum(len(record.compressions) for record in records)


def curve(name: str, judged: list[Judged], total: int, *, threshold: float) -> dict[str, Any]:
    """Precision and recall of all thresholds: the area, some recalls, the best F1, and the threshold in use."""
    order = sorted(judged, key=lambda one: -one.score)
    right = np.cumsum([one.right for one in order])
    wrong = np.cumsum([not one.right and not one.neutral for one in order])
    recall, strict = right / max(1, total), right / np.arange(1, len(order) + 1)
    lenient = right / np.maximum(1, right + wrong)

    def point(index: int) -> dict[str, float]:
        late = np.array([one.late_min for one in order[: index + 1] if one.right])
        quartiles = np.percentile(late, [25, 50, 75]) if late.size else [float("nan")] * 3
        return {
            "threshold": round(order[index].score, 3),
            "recall": round(float(recall[index]), 3),
            "precision": round(float(strict[index]), 3),
            "lenient_precision": round(float(lenient[index]), 3),
            "late_min": [round(float(one), 1) for one in quartiles],
        }

    reached = {f"recall {goal}": int(np.searchsorted(recall, goal)) for goal in (0.5, 0.8)}
    places = {goal: index for goal, index in reached.items() if index < len(order)}
    places["best F1"] = int(np.argmax(2 * recall * strict / np.maximum(1e-9, recall + strict)))
    in_use = sum(one.score >= threshold for one in order) - 1
    if in_use >= 0:
        places["in use"] = in_use
    return {
        "name": name,
        "truths": total,
        "average_precision": round(float(np.sum(np.diff(recall, prepend=0.0) * strict)), 3),
        **{place: point(index) for place, index in places.items()},
    }


def real(folder: Path) -> list[dict[str, Any]]:
    """Real people with a third, or all, of their logged meals hidden; and how often nights seem compressed."""
    timelines = azt1d(folder)[1::2]
    some, every = [hidden(one, HIDDEN_SHARE) for one in timelines], [hidden(one, 1.0) for one in timelines]
    rows = [
        meals_row(f"AZT1D, {name} hidden: {how}", group, find, threshold)
        for name, group, how, find, threshold in (
            ("a third", some, "dosed meals", marked_dosed, DOSED_THRESHOLD),
            ("a third", some, "naive rule (bolus without carbohydrate)", naive_dosed, 1.0),
            ("all", every, "detector", marked_meals, MEAL_THRESHOLD),
            ("all", every, "naive rule (rise)", naive_meals, 2.0),
            ("all", every, "naive rule (size of the bolus)", naive_dosed, 1.0),
        )
    ]
    lying = [find_compression_lows(one) for one in timelines]
    nights = sum(one.window().days for one in timelines)
    share = sum(low.duration_min for found in lying for low in found) / (nights * 8 * 60)
    found = {"per_night": round(sum(map(len, lying)) / nights, 3), "share_of_night": round(share, 4)}
    return [
        *rows,
        {"name": "AZT1D compression lows (no truth)", **found},
    ]


def azt1d(folder: Path) -> list[Timeline]:
    """The people of AZT1D who log more than two meals a day, in the order of their names."""
    timelines = []
    for path in sorted(folder.rglob("*.csv")):
        timeline = import_path(path, ImportOptions(person_id=path.stem.replace(" ", "-").lower())).timeline
        if len(timeline.frame(Meal)) > 2 * timeline.window().days:
            timelines.append(timeline)
    return timelines


def thinned(record: LivedRecord) -> LivedRecord:
    """The record with a third of its logged meals hidden too; their boluses stay, and their times are the log's."""
    more = hidden(record.timeline, HIDDEN_SHARE)
    return replace(record, timeline=more.timeline, unlogged=(*record.unlogged, *more.unlogged))


def hidden(timeline: Timeline, share: float) -> LivedRecord:
    meals = timeline.frame(Meal)
    key = stream_key(root_key(1), subject=timeline.person.person_id, stream="hidden-meals")
    hides = pl.Series(np.asarray(jax.random.uniform(key, (len(meals),))) < share)
    kept = {name: frame for name, frame in timeline.streams.items() if name != "meal"}
    left = meals.filter(~hides)
    streams = kept | ({"meal": left} if len(left) else {})
    unlogged = tuple(meals.filter(hides).select("time", "carbs_g").iter_rows())
    return LivedRecord(timeline=replace(timeline, streams=streams), unlogged=unlogged, rescues=(), compressions=())


def only_hidden(record: LivedRecord) -> LivedRecord:
    """A third of the log hidden, and only that to be found: meals with a bolus and without carbohydrate."""
    return replace(thinned(record), unlogged=hidden(record.timeline, HIDDEN_SHARE).unlogged)


def line(row: dict[str, Any]) -> str:
    parts = [f"{row['name']}"]
    for key, value in row.items():
        if key == "name":
            continue
        shown = value if not isinstance(value, dict) else ", ".join(f"{name} {one}" for name, one in value.items())
        parts.append(f"    {key}: {shown}")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
