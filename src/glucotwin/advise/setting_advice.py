"""Advice on settings: small steps from today's that a replay of the person's own days on many draws finds better.

``advise_settings`` is pure and fast: no files, no clock, about a second for a fortnight after compilation. What it
finds is a proposal; a person signs it, or doesn't.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from glucotwin.advise.own_days import HISTORY_STEPS, OwnDays
from glucotwin.advise.replay import FLOOR_MGDL, IMPOSSIBLE_MGDL, LEAST_USABLE_FRACTION, outcomes_of
from glucotwin.advise.setting_limit import SettingLimits, setting_limits
from glucotwin.advise.setting_plan import BIN_MIN, Doubt, Habit, SettingAdvice, SettingChange, SettingPlan
from glucotwin.advise.setting_replay import (
    Candidates,
    Prepared,
    TwinDraws,
    Worlds,
    prepare,
    replay_settings,
    worlds_of,
)
from glucotwin.advise.setting_search import LEVELS, Shares, Surrogate, benefit, keeps_limits, search, shares_of
from glucotwin.advise.setting_space import (
    FIELDS,
    FULL,
    PUMP_COORDINATES,
    ROUNDING,
    Coordinate,
    SettingKind,
    candidates_of,
    with_levels,
)
from glucotwin.advise.what_if import Outcome
from glucotwin.control.setting import SLOT_MIN, SLOTS, TherapySetting
from glucotwin.core.error import ErrorCode, SolverError
from glucotwin.twin.filter import VALUE
from glucotwin.twin.state_space import STEP_MIN

__all__ = ["Doubt", "Habit", "SettingAdvice", "SettingChange", "SettingPlan", "advise_settings", "gain_of"]

DRAWS = 16
CHUNK = 9
"""Candidates that are replayed at once: one compiled program of this size serves all."""

SEARCHED_EVERY = 3
"""Plans are searched on every third step, and judged on all."""

FEWER_LOWS_WEIGHT, IN_RANGE_WEIGHT = 5.0, 0.0
"""Weights of lows in the alternatives on either side of the plan."""

HABIT_LEADS = (2, 3)
"""Steps by which boluses of meals are tried earlier, which no setting does: 10 and 15 min."""


def advise_settings(
    draws: TwinDraws,
    days: OwnDays,
    today: TherapySetting,
    limits: SettingLimits | None = None,
    *,
    coordinates: tuple[Coordinate, ...] = PUMP_COORDINATES,
    bounds: Mapping[SettingKind, tuple[float, float]] | None = None,
    posterior_width: float | None = None,
    seed: int = 0,
) -> SettingAdvice:
    """Small steps from today's settings that serve the person better, on their own days and the twin's draws.

    Args:
        draws: of the twin (``setting_replay.twin_draws``).
        days: the person's own days (``own_days.own_days``).
        today: the settings that they dosed by in those days.
        limits: rules; None for those of ``setting_limits``.
        coordinates: what may be changed.
        bounds: lowest and highest value of each kind of setting; nothing is moved beyond them.
        posterior_width: of what is asked of the twin, in widths of its prior; None where it is not judged.
        seed: of the worlds.

    Raises:
        SolverError: most draws run away.
    """
    rules = limits or setting_limits()
    withheld = _doubts(days, rules, posterior_width)
    if withheld:
        return SettingAdvice(today=today, coordinates=coordinates, plan=None, withheld=withheld, days=days.days)
    worlds = worlds_of(draws, days, count_log_sd=rules.count_log_sd, strength_log_sd=rules.strength_log_sd, seed=seed)
    prepared = prepare(draws.model, draws.points, draws.effects, days)
    return _advice(_Bench(prepared=prepared, days=days, worlds=worlds, today=today, rules=rules), coordinates, bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What every candidate is replayed on."""

    prepared: Prepared
    days: OwnDays
    worlds: Worlds
    today: TherapySetting
    rules: SettingLimits

    def run(self, settings: list[TherapySetting], leads: list[int]) -> np.ndarray:
        """Courses of candidates, in batches of one size; axes candidate, draw, step."""
        found: list[np.ndarray] = []
        for first in range(0, len(settings), CHUNK):
            some, own = settings[first : first + CHUNK], leads[first : first + CHUNK]
            more = CHUNK - len(some)
            batch: Candidates = candidates_of([*some, *[self.today] * more], [*own, *[0] * more])
            courses = np.asarray(replay_settings(self.prepared, self.days, self.worlds, self.today, batch))
            found.append(courses[: len(some)])
        return np.concatenate(found)


def _usable(runs: np.ndarray) -> np.ndarray:
    """Which draws stay among possible values under every candidate.

    Raises:
        SolverError: fewer than half of them do.
    """
    usable = np.all(np.abs(runs) < IMPOSSIBLE_MGDL, axis=(0, 2))
    if usable.mean() < LEAST_USABLE_FRACTION:
        raise SolverError(ErrorCode.NOT_FINITE, "Most of the twin's runs of these days leave the possible values.")
    return usable


def _doubts(days: OwnDays, rules: SettingLimits, posterior_width: float | None) -> tuple[Doubt, ...]:
    worn = float(np.mean(np.asarray(days.readings.kind)[HISTORY_STEPS:] > 0))
    checks = {
        Doubt.FEW_DAYS: days.days < rules.least_days - STEP_MIN / 1440.0,
        Doubt.LITTLE_WEAR: worn < rules.least_wear_fraction,
        Doubt.FEW_MEALS: _asked_in(days, Coordinate(kind=SettingKind.CARB_RATIO)) < rules.least_meals,
        Doubt.POSTERIOR_AS_PRIOR: posterior_width is not None and posterior_width > rules.widest_posterior,
    }
    return tuple(doubt for doubt, applies in checks.items() if applies)


def _thin(days: OwnDays, coordinates: tuple[Coordinate, ...], rules: SettingLimits) -> dict[Coordinate, Doubt]:
    """Parts on which the days say too little."""
    found: dict[Coordinate, Doubt] = {}
    for one in coordinates:
        if one.kind is SettingKind.CARB_RATIO and _asked_in(days, one) < rules.least_meals:
            found[one] = Doubt.FEW_MEALS
        elif one.kind not in (SettingKind.BASAL, SettingKind.CARB_RATIO) and (
            _asked_in(days, one) < rules.least_corrections
        ):
            found[one] = Doubt.FEW_CORRECTIONS
    return found


def _asked_in(days: OwnDays, coordinate: Coordinate) -> int:
    """Doses for meals in a part of the day for a carb ratio, doses without a meal for what corrects, none for basal."""
    minute = np.asarray(days.inputs.minute_of_day)[HISTORY_STEPS:]
    asked, grams = np.asarray(days.asked)[HISTORY_STEPS:], np.asarray(days.announced_g)[HISTORY_STEPS:]
    inside = (minute >= coordinate.from_minute) & (minute < coordinate.to_minute)
    if coordinate.kind is SettingKind.BASAL:
        return 0
    meal = grams > 0.0
    return int(np.sum(asked & inside & (meal if coordinate.kind is SettingKind.CARB_RATIO else ~meal)))


def _advice(
    bench: _Bench, coordinates: tuple[Coordinate, ...], bounds: Mapping[SettingKind, tuple[float, float]] | None
) -> SettingAdvice:
    rules, days, today = bench.rules, bench.days, bench.today
    thin = _thin(days, coordinates, rules)
    allowed = _allowed(today, coordinates, rules, bounds)
    allowed[[one in thin for one in coordinates]] = False
    identity = FULL * np.eye(len(coordinates), dtype=int)
    singles = [with_levels(today, coordinates, sign * row, rules) for row in identity for sign in (-1, 1)]
    runs = bench.run([today, *singles, *[today] * len(HABIT_LEADS)], [0] * (1 + len(singles)) + list(HABIT_LEADS))
    usable = _usable(runs)
    runs = np.maximum(runs[:, usable], FLOOR_MGDL)
    base, alone, habit_runs = runs[0], runs[1 : 1 + len(singles)], runs[1 + len(singles) :]
    coarse = base[:, ::SEARCHED_EVERY]
    surrogate = Surrogate(
        today=coarse.astype(np.float32),
        down=(alone[0::2, :, ::SEARCHED_EVERY] - coarse).astype(np.float32),
        up=(alone[1::2, :, ::SEARCHED_EVERY] - coarse).astype(np.float32),
    )
    plans = _plans(bench, coordinates, base, surrogate, allowed=allowed, usable=usable)
    chosen, doubt = _choose(plans, rules)
    habits = tuple(
        Habit(lead_min=lead * STEP_MIN, outcomes=outcomes_of(base, run))
        for lead, run in zip(HABIT_LEADS, habit_runs, strict=True)
    )
    changes = () if chosen is None else _changes(bench, coordinates, chosen, base, alone)
    return SettingAdvice(
        today=today,
        coordinates=coordinates,
        plan=chosen,
        changes=changes,
        alternatives=_pareto([one for one in plans if one is not chosen and one.keeps_limits], chosen),
        habits=habits,
        withheld=() if doubt is None else (doubt,),
        thin=tuple(thin.items()),
        day_mgdl=_usual_day(base, days),
        days=days.days,
    )


def _plans(
    bench: _Bench,
    coordinates: tuple[Coordinate, ...],
    base: np.ndarray,
    surrogate: Surrogate,
    *,
    allowed: np.ndarray,
    usable: np.ndarray,
) -> list[SettingPlan]:
    """What the search finds for three weights of lows, and half of it, replayed; plans alike are kept once."""
    rules, weight = bench.rules, bench.rules.low_weight
    weights = {"balanced": weight, "fewer-lows": weight + FEWER_LOWS_WEIGHT, "more-in-range": IN_RANGE_WEIGHT}
    found = {name: search(surrogate, allowed, rules, low_weight=one) for name, one in weights.items()}
    smaller = {f"smaller-{name}": np.sign(levels) for name, levels in found.items()}
    found |= {name: levels for name, levels in smaller.items() if _may(levels, allowed)}
    apart: dict[bytes, tuple[str, np.ndarray]] = {}
    for name, levels in found.items():
        if levels.any():
            apart.setdefault(levels.tobytes(), (name, levels))
    if not apart:
        return []
    settings = [with_levels(bench.today, coordinates, levels, rules) for _, levels in apart.values()]
    runs, today = np.maximum(bench.run(settings, [0] * len(settings))[:, usable], FLOOR_MGDL), shares_of(base)
    return [
        _plan(name, levels, setting, base, run, today, bench)
        for (name, levels), setting, run in zip(apart.values(), settings, runs, strict=True)
    ]


def _allowed(
    today: TherapySetting,
    coordinates: tuple[Coordinate, ...],
    rules: SettingLimits,
    bounds: Mapping[SettingKind, tuple[float, float]] | None,
) -> np.ndarray:
    """Which levels of each coordinate stay within bounds, ``(coordinate, level)``; what is outside today may stay."""
    allowed = np.ones((len(coordinates), len(LEVELS)), dtype=bool)
    for row, coordinate in enumerate(coordinates if bounds else ()):
        low, high = (bounds or {})[coordinate.kind]
        for column, level in enumerate(LEVELS):
            levels = np.zeros(len(coordinates), dtype=int)
            levels[row] = level
            field = FIELDS[coordinate.kind]
            before = np.asarray(getattr(today, field))
            after = np.asarray(getattr(with_levels(today, coordinates, levels, rules), field))
            outside = (np.abs(after - before) > ROUNDING) & ((after < low - ROUNDING) | (after > high + ROUNDING))
            allowed[row, column] = not outside.any()
    return allowed


def _may(levels: np.ndarray, allowed: np.ndarray) -> bool:
    """Whether every coordinate may take its level."""
    places = [LEVELS.index(int(level)) for level in levels]
    return bool(np.all((levels == 0) | allowed[np.arange(len(levels)), places]))


def _plan(
    name: str,
    levels: np.ndarray,
    setting: TherapySetting,
    base: np.ndarray,
    run: np.ndarray,
    today: Shares,
    bench: _Bench,
) -> SettingPlan:
    weight, after = bench.rules.low_weight, shares_of(run)
    better = benefit(after, weight) > benefit(today, weight)
    return SettingPlan(
        name=name,
        setting=setting,
        levels=levels,
        outcomes=outcomes_of(base, run),
        certainty=float(better.mean()),
        keeps_limits=keeps_limits(after, today, bench.rules),
        day_mgdl=_usual_day(run, bench.days),
    )


def gain_of(plan: SettingPlan, low_weight: float) -> float:
    """Expected gain of a plan in percent of time, lows weighed."""
    found = {one.name: one.difference.expected or 0.0 for one in plan.outcomes}
    return found["time_in_range_pct"] - low_weight * found["time_below_70_pct"]


def _choose(plans: list[SettingPlan], rules: SettingLimits) -> tuple[SettingPlan | None, Doubt | None]:
    """The plan that gains most within the limits, or why there is none."""
    kept = [one for one in plans if one.keeps_limits and gain_of(one, rules.low_weight) >= rules.least_gain_pct]
    if not kept:
        return None, Doubt.NO_BETTER
    sure = [one for one in kept if one.certainty >= rules.least_certainty]
    if not sure:
        return None, Doubt.NOT_SURE
    return max(sure, key=lambda one: gain_of(one, rules.low_weight)), None


def _pareto(plans: list[SettingPlan], chosen: SettingPlan | None) -> tuple[SettingPlan, ...]:
    """Plans that no other beats in both time in range and time below 70 mg/dL."""

    def both(plan: SettingPlan) -> np.ndarray:
        found = {one.name: one.changed.expected or 0.0 for one in plan.outcomes}
        return np.array([found["time_in_range_pct"], -found["time_below_70_pct"]])

    everyone = [both(one) for one in [*plans, *([] if chosen is None else [chosen])]]

    def beaten(own: np.ndarray) -> bool:
        return any(np.all(other >= own) and np.any(other > own) for other in everyone)

    return tuple(one for one in plans if not beaten(both(one)))


def _changes(
    bench: _Bench, coordinates: tuple[Coordinate, ...], plan: SettingPlan, base: np.ndarray, alone: np.ndarray
) -> tuple[SettingChange, ...]:
    """The plan's changes, the one that does most first; what one does alone is that of the full step, in proportion."""
    found: list[tuple[float, SettingChange]] = []
    weight = bench.rules.low_weight
    for index in np.flatnonzero(plan.levels):
        level, coordinate = int(plan.levels[index]), coordinates[index]
        run = base + abs(level) / FULL * (alone[2 * index + (level > 0)] - base)
        gain = float(np.mean(benefit(shares_of(run), weight) - benefit(shares_of(base), weight)))
        found.append((gain, _change(bench, coordinate, plan, outcomes_of(base, run))))
    return tuple(one for _, one in sorted(found, key=lambda pair: -pair[0]))


def _change(bench: _Bench, coordinate: Coordinate, plan: SettingPlan, alone: tuple[Outcome, ...]) -> SettingChange:
    days = bench.days
    minute = np.asarray(days.inputs.minute_of_day)[HISTORY_STEPS:]
    kind, glucose = (np.asarray(one)[HISTORY_STEPS:] for one in (days.readings.kind, days.readings.glucose_mgdl))
    inside = (minute >= coordinate.from_minute) & (minute < coordinate.to_minute) & (kind == VALUE)
    own = glucose[inside]
    return SettingChange(
        coordinate=coordinate,
        before=coordinate.of(bench.today),
        after=coordinate.of(plan.setting),
        alone=alone,
        was_median_mgdl=float(np.median(own)) if own.size else float("nan"),
        was_low_pct=100.0 * float(np.mean(own < 70.0)) if own.size else float("nan"),
        was_high_pct=100.0 * float(np.mean(own > 180.0)) if own.size else float("nan"),
        occasions=_asked_in(days, coordinate),
    )


def _usual_day(courses: np.ndarray, days: OwnDays) -> np.ndarray:
    """Quartiles over days of the median over draws, by half hours of the local day; ``(3, bin)``, median first."""
    minute = np.asarray(days.inputs.minute_of_day)[HISTORY_STEPS:]
    middle = np.median(courses, axis=0)
    label = (minute // BIN_MIN).astype(int)
    return np.array(
        [np.quantile(middle[label == one], [0.5, 0.25, 0.75]) for one in range(SLOTS * SLOT_MIN // BIN_MIN)]
    ).T
