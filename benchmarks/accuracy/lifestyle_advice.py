"""Advice on habits where the truth is known: what a habit truly does to a virtual person's days, beside the prediction.

Adults of ``padova-t1d``, a structurally different body from the twin's, live open loop (``lived_record.py``). A twin is
fitted to the first ten days and ranks habits over the last seven of these, as ``glucotwin advise lifestyle`` does. Then
the same person lives the same days, and the week after, with one habit kept up: a walk, a smaller meal with its dose, a
meal with at least 10 g of fibre and 25 g of protein, or boluses of meals 15 min earlier.

The days are lived twice: *held*, with all other dosing and treatment of lows as it was, and *answered*, with the person
treating lows and correcting highs as they come (predictions treat lows and hold corrections). The week after is
answered, on days that the twin has not seen. Beside the prediction stand "no change" and what the habit does on average
to the other people; beside the first habit of each person stand the best in hindsight, one at random, and the fixed
rule to walk after the meal with the most carbohydrate.

    uv run python benchmarks/accuracy/lifestyle_advice.py [--people 10] [--cohort-seed 97] [--json FILE]

People with ``--cohort-seed 13`` were looked at during development and are not for figures that are reported.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import equinox as eqx
import numpy as np
import polars as pl
from lived_record import BODY, START, BlockedCare, LivedLife, at, lives_of, minute_of
from scipy.stats import rankdata
from what_if_truth import NUTRIENTS, with_settings

from glucotwin.advise.lifestyle import (
    EARLIER_MIN,
    FIBRE_G,
    LOW_WEIGHT,
    PROTEIN_G,
    SMALLER,
    WALK_INTENSITY,
    WALK_MIN,
    Habit,
    HabitKind,
    RankedHabit,
    rank_habits,
    tried_habits,
)
from glucotwin.advise.replay import outcomes_of
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.population import accepted_people
from glucotwin.twin.fit import fit_twin
from glucotwin.workflows.day_plan import self_care_of

REPORTED_SEED = 97
PROFILE = "typical"
FITTED, REPLAYED, DAYS = 10, 7, 17
AT_ONCE = 4
GRID_MIN = 5
OUTCOMES = ("time_in_range_pct", "time_below_70_pct", "mean_glucose_mgdl")
WORTH_PCT = 0.5
"""Smaller values are not worth a habit; half a point of time in range and lows."""
WORLDS = ("held", "answered", "next")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A life with what went in as it was planned, before its person answered glucose."""

    life: LivedLife
    planned: Inputs
    timeline: Timeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--cohort-seed", type=int, default=REPORTED_SEED)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    subjects, _ = accepted_people("adult", asked.people, seed=asked.cohort_seed)
    rows: list[dict] = []
    for first in range(0, asked.people, AT_ONCE):
        for one in lived(subjects[first : first + AT_ONCE], asked.cohort_seed):
            rows += rows_of(one)
            if asked.json:
                asked.json.write_text(json.dumps(rows, indent=1))
    print(table(rows))


def lived(subjects: Sequence[Subject], seed: int) -> Iterator[Lived]:
    """Lives of some people, with their planned inputs."""
    drawn: list[Inputs] = []

    def kept(inputs: Inputs, events: pl.DataFrame) -> tuple[Inputs, pl.DataFrame]:
        drawn.append(inputs)
        return inputs, events

    for number, life in enumerate(lives_of(subjects, seed=seed, profile=PROFILE, days=DAYS, change=kept)):
        planned = drawn[0].map(lambda values, row=number: values[row] if values.ndim > 1 else values)
        yield Lived(life=life, planned=planned, timeline=with_settings(life))


def rows_of(one: Lived) -> list[dict]:
    """Ranks a person's habits, and lives them."""
    end = at(1440 * FITTED)
    known = one.timeline.cut(Window(start=START, end=end))
    begun = time.process_time()
    twin = fit_twin(known)
    fitted = time.process_time()
    ranked = rank_habits(twin, known, window=Window(start=end - timedelta(days=REPLAYED), end=end), insulin=True)
    asked = time.process_time()
    print(
        f"{one.life.subject.name}: fitted in {fitted - begun:.0f} s, "
        f"ranked in {asked - fitted:.0f} s of processor time",
        file=sys.stderr,
        flush=True,
    )
    habits = [found.habit for found in ranked.habits]
    worlds = lived_with(one, habits)
    eaten_g = known.frame(Meal).select("time", "carbs_g")
    return [
        {**row(one.life.subject.name, found, worlds, place), "grams": grams_of(eaten_g, found)}
        for place, found in enumerate(ranked.habits, start=1)
    ]


def grams_of(meals: pl.DataFrame, found: RankedHabit) -> float:
    """Mean carbohydrate of the meals that a habit is done at."""
    own = meals.filter(pl.col("time").is_in(list(found.meals)))["carbs_g"].to_numpy()
    return float(own.mean())


def lived_with(one: Lived, habits: Sequence[Habit]) -> dict[str, np.ndarray]:
    """True glucose every 5 min without any habit and with each; ``(1 + habit, point)`` in each world."""
    found: dict[str, np.ndarray] = {}
    for world, inputs in {"held": one.life.inputs, "answered": one.planned}.items():
        given = stack_inputs([inputs, *(with_habit(one, inputs, habit) for habit in habits)])
        count = 1 + len(habits)
        care = BlockedCare(care=self_care_of(PROFILE, (one.life.subject,) * count)) if world == "answered" else None
        runs = simulate_cohort(
            stack_bodies([body_of(BODY, one.life.subject)] * count),
            given,
            reaction=care,
            outputs=("interstitial_mgdl",),
            stride=GRID_MIN,
        )
        found[world] = np.asarray(runs.outputs["interstitial_mgdl"])[:, :-1]
    return found


def with_habit(one: Lived, inputs: Inputs, habit: Habit) -> Inputs:
    """What truly goes in with a habit from the first replayed day on."""
    window = Window(start=at(1440 * (FITTED - REPLAYED)), end=at(1440 * DAYS))
    tried = next((each for each in tried_habits(one.timeline, window) if each.habit == habit), None)
    if tried is None:
        return inputs
    if habit.kind is HabitKind.EARLIER_BOLUS:
        return earlier(one.life, inputs)
    times = sorted({when for change in tried.changes if (when := change.until()) is not None})
    if habit.kind is HabitKind.WALK:
        return walked(inputs, [minute_of(when) for when in times])
    done: Callable[[Inputs, dict], Inputs] = smaller if habit.kind is HabitKind.SMALLER else richer
    for meal in eaten(one.life).filter(pl.col("logged").is_in(times)).iter_rows(named=True):
        inputs = done(inputs, meal)
    return inputs


def eaten(life: LivedLife) -> pl.DataFrame:
    """Meals as they were eaten, with the time at which each was logged with its dose."""
    food = life.events.filter(pl.col("kind").is_in(["meal", "snack"])).drop_nulls("counted_carbs_g")
    boluses = life.events.filter(pl.col("kind") == "bolus")
    dosed = boluses.select("counted_carbs_g", pl.col("time").alias("logged"), pl.col("insulin_u").alias("units"))
    return food.drop("insulin_u").join(dosed, on="counted_carbs_g", how="inner")


def walked(inputs: Inputs, minutes: Sequence[int]) -> Inputs:
    """Walks that begin in some minutes."""
    level = np.array(inputs.activity_fraction, dtype=np.float64)
    for minute in minutes:
        during = slice(minute, minute + int(WALK_MIN))
        level[during] = np.maximum(level[during], WALK_INTENSITY)
    return eqx.tree_at(lambda one: one.activity_fraction, inputs, level)


def smaller(inputs: Inputs, meal: dict) -> Inputs:
    """A meal and its dose scaled."""
    during = slice(minute_of(meal["time"]), minute_of(meal["time"]) + int(np.ceil(meal["duration_min"])) + 1)
    insulin = np.array(inputs.insulin_u_per_min["rapid"], dtype=np.float64)
    insulin[minute_of(meal["logged"])] -= (1.0 - SMALLER) * meal["units"]
    scaled = []
    for name in NUTRIENTS:
        rate = np.array(getattr(inputs, f"{name}_g_per_min"), dtype=np.float64)
        rate[during] *= SMALLER
        scaled.append(rate)
    return eqx.tree_at(
        lambda one: [*(getattr(one, f"{name}_g_per_min") for name in NUTRIENTS), one.insulin_u_per_min["rapid"]],
        inputs,
        [*scaled, insulin],
    )


def richer(inputs: Inputs, meal: dict) -> Inputs:
    """A meal with at least so much fibre and protein, eaten along with its carbohydrate."""
    first, lasts = minute_of(meal["time"]), max(int(np.ceil(meal["duration_min"])), 1)
    filled = []
    for name, least in (("fibre", FIBRE_G), ("protein", PROTEIN_G)):
        rate = np.array(getattr(inputs, f"{name}_g_per_min"), dtype=np.float64)
        rate[first : first + lasts] += max(least - meal[f"{name}_g"], 0.0) / lasts
        filled.append(rate)
    return eqx.tree_at(lambda one: (one.fibre_g_per_min, one.protein_g_per_min), inputs, tuple(filled))


def earlier(life: LivedLife, inputs: Inputs) -> Inputs:
    """Doses of meals given before."""
    rate = np.array(inputs.insulin_u_per_min["rapid"], dtype=np.float64)
    doses = life.events.filter((pl.col("kind") == "bolus") & (pl.col("insulin_u") > 0.0))
    for when, units in doses.select("time", "insulin_u").iter_rows():
        if minute_of(when) >= 1440 * (FITTED - REPLAYED) - EARLIER_MIN:
            rate[minute_of(when)] -= units
            rate[minute_of(when) + int(EARLIER_MIN)] += units
    return eqx.tree_at(lambda one: one.insulin_u_per_min["rapid"], inputs, np.maximum(rate, 0.0))


def row(person: str, found: RankedHabit, worlds: dict[str, np.ndarray], place: int) -> dict:
    """A habit with what was predicted and what it does."""
    per_day = 1440 // GRID_MIN
    replayed, after = slice((FITTED - REPLAYED) * per_day, FITTED * per_day), slice(FITTED * per_day, None)
    predicted = {one.name: one.difference for one in found.outcomes}
    told: dict = {"person": person, "kind": str(found.habit.kind), "part": found.habit.part, "place": place}
    spans = {name: (predicted[name].expected, predicted[name].low, predicted[name].high) for name in OUTCOMES}
    told["predicted"] = {**spans, "value": found.value}
    for world, (source, days) in {
        "held": ("held", replayed),
        "answered": ("answered", replayed),
        "next": ("answered", after),
    }.items():
        before, with_it = worlds[source][0, days], worlds[source][place, days]
        true = {one.name: one.difference.median for one in outcomes_of(before[None], with_it[None])}
        value = true["time_in_range_pct"] - LOW_WEIGHT * true["time_below_70_pct"]
        told[world] = {**{name: true[name] for name in OUTCOMES}, "value": value}
    return told


def table(rows: list[dict]) -> str:
    """By kind of habit and outcome: predicted and true; and whether the order of each person's habits is right."""
    lines: list[str] = []
    for kind in HabitKind:
        own = [one for one in rows if one["kind"] == str(kind)]
        if own:
            lines.append(f"{kind}: {len(own)} habits of {len({one['person'] for one in own})} people")
            lines += [f"  {rightness(own, name)}" for name in OUTCOMES]
            lines.append(f"  {signs(own)}")
    lines += [f"ranking, {world}: {ranking(rows, world)}" for world in WORLDS]
    return "\n".join(lines)


def signs(own: list[dict]) -> str:
    """How often a habit that was said to help, or to harm, by more than ``WORTH_PCT`` truly does."""
    predicted = np.array([one["predicted"]["value"] for one in own])
    told = np.abs(predicted) > WORTH_PCT
    said = f"value beyond {WORTH_PCT} points said of {told.sum()}"
    for world in WORLDS:
        true = np.array([one[world]["value"] for one in own])
        said += (
            f", {world}: sign right {np.mean(np.sign(predicted[told]) == np.sign(true[told])) if told.any() else 0:.0%}"
        )
    return said


def spread_over_people(own: list[dict], values: np.ndarray) -> float:
    """Standard error of a mean over habits, people being what is drawn."""
    people = [one["person"] for one in own]
    means = np.array([values[[other == person for other in people]].mean() for person in dict.fromkeys(people)])
    return float(means.std(ddof=1) / np.sqrt(means.size)) if means.size > 1 else float("nan")


def rightness(own: list[dict], name: str) -> str:
    expected, low, high = np.array([one["predicted"][name] for one in own]).T
    said = f"{name:18s} predicted {expected.mean():+6.2f} (SE {spread_over_people(own, expected):.2f})"
    for world in WORLDS:
        true = np.array([one[world][name] for one in own])
        others = np.array([np.mean([two[world][name] for two in own if two["person"] != one["person"]]) for one in own])
        within = np.mean((true >= low - 1e-9) & (true <= high + 1e-9))
        said += (
            f" | {world}: true {true.mean():+6.2f} (SE {spread_over_people(own, true):.2f}), "
            f"RMSE {rms(true - expected):5.2f} (no change {rms(true):5.2f}, others' mean {rms(true - others):5.2f}), "
            f"within 90 % {within:.0%}"
        )
    return said


def ranking(rows: list[dict], world: str) -> str:
    """How the predicted order of each person's habits agrees with the true one, and what the first is truly worth."""
    orders, alike, firsts, bests, means, ruled = [], [], [], [], [], []
    people = list(dict.fromkeys(one["person"] for one in rows))
    for person in people:
        own = [one for one in rows if one["person"] == person]
        true = np.array([one[world]["value"] for one in own])
        predicted = np.array([one["predicted"]["value"] for one in own])
        usual = np.array([usual_value(rows, one, world) for one in own])
        orders.append(agreement(predicted, true))
        alike.append(agreement(usual, true))
        firsts.append(true[np.argmax(predicted)])
        bests.append(true.max())
        means.append(true.mean())
        ruled.append(by_rule(own)[world]["value"])
    better = np.array(firsts) - np.array(ruled)
    return (
        f"rank correlation {np.nanmean(orders):+.2f} (by others' mean {np.nanmean(alike):+.2f}); the first gains "
        f"{np.mean(firsts):+.1f}, the best {np.mean(bests):+.1f}, a habit at random {np.mean(means):+.1f}, the rule "
        f"{np.mean(ruled):+.1f} (the first less the rule {better.mean():+.1f}, SE "
        f"{better.std(ddof=1) / np.sqrt(better.size):.1f}); the first gains something in "
        f"{np.mean(np.array(firsts) > 0.0):.0%}"
    )


def by_rule(own: list[dict]) -> dict:
    """A walk after the meal with the most carbohydrate; the habit with the most of it where no walk was looked at."""
    walks = [one for one in own if one["kind"] == str(HabitKind.WALK)]
    return max(walks or own, key=lambda one: one["grams"])


def agreement(predicted: np.ndarray, true: np.ndarray) -> float:
    """Rank correlation (Spearman)."""
    return float(np.corrcoef(rankdata(predicted), rankdata(true))[0, 1])


def usual_value(rows: list[dict], one: dict, world: str) -> float:
    """What a habit is worth to the other people on average."""
    same = [
        two[world]["value"]
        for two in rows
        if (two["kind"], two["part"]) == (one["kind"], one["part"]) and two["person"] != one["person"]
    ]
    return float(np.mean(same)) if same else 0.0


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


if __name__ == "__main__":
    main()
