"""Advice at a moment: what a dose, its time, a split, food or less basal insulin would do to the hours ahead.

Every option is looked ahead at on the twin's draws and held against the safety envelope; what it refuses stays in the
answer with its reasons, and can't be chosen. No insulin and no food is always an option. Shares of the hours ahead are
those with lows treated as they come (``low_treatment``); bands and the chance of a low are those of the forecast.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

import numpy as np

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import AddBolus, AddMeal, Change, ScaleBasal
from glucotwin.advise.envelope import EnvelopeLimits, dose_refusals, situation_refusals
from glucotwin.advise.look_ahead import Prospect, placed_with
from glucotwin.advise.low_treatment import LowTreatment
from glucotwin.advise.moment_option import (
    MomentAdvice,
    MomentKind,
    MomentOption,
    PlannedExercise,
    PlannedMeal,
    Step,
)
from glucotwin.advise.refusal import Refusal, RefusalReason
from glucotwin.advise.regimen_change import ChangeComposition, SplitBolus
from glucotwin.advise.setting_today import none_on_record
from glucotwin.advise.situation import Situation
from glucotwin.control.setting import SettingNow
from glucotwin.domain.meal import Absorption
from glucotwin.domain.timeline import Window
from glucotwin.twin.intervention import share_in_range

VERY_LOW_MGDL, LOW_MGDL, HIGH_MGDL = 54.0, 70.0, 180.0
DOSE_FACTORS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0, 1.1)
"""Shares of what the calculator says that are looked at."""

ABSORBED_MIN = 180.0
"""Over which a usual meal is absorbed, evenly (the default of Loop)."""

LEADS_MIN = (10.0, 20.0)
"""How long before a meal its dose is given, beside at once."""

SPLITS = ((0.7, 120.0), (0.5, 180.0))
"""Shares given at once and minutes over which the rest is given, for meals rich in fat or protein."""

RESCUES_G = (5.0, 10.0, 15.0, 20.0)
BASAL_FACTORS = (0.8, 0.5, 0.0)
BASAL_MIN = 90.0
"""Shares of the basal rate, and for how long, that are looked at before a low or exercise (Riddell 2017, Lancet
Diabetes Endocrinol 5:377: lower by up to 80 % from 90 min before)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What options are looked at on.

    Attributes:
        prospect: the hours ahead.
        situation: what is known now.
        setting: that holds now; None where none is on record, so that no dose can be worked out.
        limits: of the signed envelope; None without one, so that nothing with insulin may be chosen.
        standing: why the envelope does not hold; empty where it does.
        step_u: of the pump or pen.
        treatment: of lows that come; None where nobody treats them.
    """

    prospect: Prospect
    situation: Situation
    setting: SettingNow | None
    limits: EnvelopeLimits | None
    standing: tuple[Refusal, ...] = ()
    step_u: float = 0.05
    treatment: LowTreatment | None = None

    def lived(self, paths_mgdl: np.ndarray) -> np.ndarray:
        """Paths with their lows treated as far as anybody does."""
        return np.maximum(paths_mgdl if self.treatment is None else self.treatment.treated(paths_mgdl), 0.0)


def advise_meal(bench: Bench, meal: PlannedMeal, *, pump: bool) -> MomentAdvice:
    """How much to dose for a meal, how long before it, and whether to split it.

    Args:
        bench: what is known.
        meal: that is about to be eaten.
        pump: whether a dose can be given over hours.
    """
    whole, correction = calculated(bench, meal.carbs_g)

    @cache
    def without_insulin(lead_min: float) -> np.ndarray:
        return _placed(bench, _eaten(bench, meal, lead_min))

    def option(step: Step) -> MomentOption:
        own = correction * min(step.dose_u / whole, 1.0) if whole > 0.0 else 0.0
        changes = (*_eaten(bench, meal, step.lead_min), *_changes(bench, step))
        return _option(bench, step, changes, own, without_insulin(step.lead_min))

    options = [option(step) for step in _doses(bench, whole)]
    best = _best(options)
    tried: list[Step] = []
    if best.step.dose_u > 0.0:
        tried += [replace(best.step, lead_min=lead) for lead in LEADS_MIN]
        tried += [replace(best.step, split=split) for split in SPLITS] if pump and meal.is_rich else []
    options += [option(step) for step in tried]
    return _advice(MomentKind.MEAL, bench, options, calculator_u=whole)


def advise_correction(bench: Bench, *, missed_g: float = 0.0, left_g: float = 0.0) -> MomentAdvice:
    """Whether and how much to correct now.

    Args:
        bench: what is known.
        missed_g: carbohydrate of a meal that was eaten and logged without its dose.
        left_g: how much of it is still to be absorbed, where the hours ahead do not hold it already.
    """
    whole, correction = calculated(bench, missed_g)
    eaten = (AddMeal(at=bench.situation.at, carbs_g=left_g),) if left_g > 0.0 else ()
    beside = _placed(bench, eaten)
    options = [
        _option(bench, step, (*eaten, *_changes(bench, step)), max(correction, step.dose_u), beside)
        for step in _doses(bench, whole)
    ]
    kind = MomentKind.MISSED_BOLUS if missed_g > 0.0 else MomentKind.CORRECTION
    return _advice(kind, bench, options, calculator_u=whole)


def advise_against_low(bench: Bench, exercise: PlannedExercise | None = None, *, pump: bool) -> MomentAdvice:
    """What to eat, or by how much to lower basal insulin, before a low or exercise.

    Args:
        bench: what is known.
        exercise: that is planned; None where a low is coming by itself.
        pump: whether there is a basal rate to lower.
    """
    steps = [Step(), *(Step(carbs_g=grams) for grams in RESCUES_G)]
    lasts = BASAL_MIN if exercise is None else exercise.in_min + exercise.duration_min
    steps += [Step(basal_factor=factor, basal_min=lasts) for factor in BASAL_FACTORS] if pump else []
    options = [_option(bench, step, _changes(bench, step, exercise), 0.0) for step in steps]
    return _advice(MomentKind.LOW_AHEAD if exercise is None else MomentKind.EXERCISE, bench, options)


def calculated(bench: Bench, carbs_g: float) -> tuple[float, float]:
    """What the bolus calculator says, and how much of it is a correction; at least nothing.

    Raises:
        DataError: carbohydrate ratio or correction factor are not on record.
    """
    now, own = bench.situation, bench.setting
    if own is None:
        raise none_on_record()
    food = carbs_g / float(own.carb_ratio_g_per_u)
    wanted = (now.glucose_mgdl - float(own.target_mgdl)) / float(own.correction_factor_mgdl_per_u)
    if not np.isfinite(wanted):
        wanted = 0.0
    left = max(wanted - now.on_board_u, 0.0) if wanted > 0.0 else wanted
    return max(food + left, 0.0), max(left, 0.0)


def stepped(dose_u: float, step_u: float) -> float:
    """A dose as the pump or pen can give it: down to its step."""
    return round(float(np.floor(dose_u / step_u + 1e-9)) * step_u, 4)


def _doses(bench: Bench, whole_u: float) -> list[Step]:
    """Doses about what the calculator says, as they can be given."""
    return [Step(dose_u=dose) for dose in sorted({stepped(one * whole_u, bench.step_u) for one in DOSE_FACTORS})]


def _eaten(bench: Bench, meal: PlannedMeal, lead_min: float) -> tuple[Change, ...]:
    """A meal some minutes from now."""
    at = bench.situation.at + timedelta(minutes=lead_min)
    food = AddMeal(at=at, carbs_g=meal.carbs_g)
    if meal.fat_g is None and meal.protein_g is None:
        return (food,)
    return (food, ChangeComposition(at=at, fat_g=meal.fat_g, protein_g=meal.protein_g))


def _changes(bench: Bench, step: Step, exercise: PlannedExercise | None = None) -> tuple[Change, ...]:
    now = bench.situation.at
    found: list[Change] = []
    if exercise is not None:
        begins = now + timedelta(minutes=exercise.in_min)
        found.append(
            AddExercise(
                at=begins,
                duration_min=exercise.duration_min,
                intensity_fraction=exercise.intensity_fraction,
                activity_type=exercise.activity_type,
            )
        )
    if step.dose_u > 0.0:
        found.append(AddBolus(at=now, insulin_u=step.dose_u))
        if step.split is not None:
            found.append(SplitBolus(at=now, now_fraction=step.split[0], over_min=step.split[1]))
    if step.carbs_g > 0.0:
        found.append(AddMeal(at=now, carbs_g=step.carbs_g, absorption=Absorption.FAST))
    if step.basal_factor != 1.0:
        window = Window(start=now, end=min(now + timedelta(minutes=step.basal_min), bench.prospect.coming.end))
        found.append(ScaleBasal(factor=step.basal_factor, window=window))
    return tuple(found)


def _placed(bench: Bench, changes: tuple[Change, ...]) -> np.ndarray:
    return np.maximum(placed_with(bench.prospect, changes), 0.0)


def _option(
    bench: Bench, step: Step, changes: tuple[Change, ...], correction_u: float, beside: np.ndarray | None = None
) -> MomentOption:
    """An option; what it adds in very low glucose is judged beside the same hours without its insulin."""
    paths = _placed(bench, changes)
    reference = bench.prospect.placed_mgdl if beside is None else np.minimum(beside, bench.prospect.placed_mgdl)
    lived = bench.lived(paths)
    added = float(np.mean(lived < VERY_LOW_MGDL) - np.mean(bench.lived(reference) < VERY_LOW_MGDL))
    low, median, high = np.quantile(paths, [0.05, 0.5, 0.95], axis=0)
    option = MomentOption(
        step=step,
        median_mgdl=median,
        low_mgdl=low,
        high_mgdl=high,
        in_range_pct=float(np.mean(share_in_range(lived, LOW_MGDL, HIGH_MGDL))),
        below_70_pct=float(100.0 * np.mean(lived < LOW_MGDL)),
        above_180_pct=float(100.0 * np.mean(lived > HIGH_MGDL)),
        low_probability=float(np.mean(np.any(paths < LOW_MGDL, axis=1))),
        added_very_low=max(added, 0.0),
    )
    return replace(option, refusals=_refusals(bench, option, correction_u))


def _refusals(bench: Bench, option: MomentOption, correction_u: float) -> tuple[Refusal, ...]:
    if not option.step.is_dosing:
        return ()
    if bench.limits is None or bench.standing:
        return bench.standing
    if option.step.dose_u == 0.0:
        # Less basal insulin is right when glucose is low, if it is known to be.
        against = situation_refusals(bench.limits, bench.situation)
        return tuple(one for one in against if one.reason is not RefusalReason.LOW_NOW)
    return dose_refusals(
        bench.limits,
        bench.situation,
        option.step.dose_u,
        correction_u=correction_u,
        very_low_probability=option.added_very_low,
    )


def _best(options: Sequence[MomentOption]) -> MomentOption:
    """The most valuable that may be chosen; doing nothing always may."""
    allowed = [one for one in options if not one.refusals]
    return max(allowed, key=lambda one: one.value)


def _advice(
    kind: MomentKind, bench: Bench, options: Sequence[MomentOption], *, calculator_u: float | None = None
) -> MomentAdvice:
    ranked = sorted(options, key=lambda one: (bool(one.refusals), -one.value))
    return MomentAdvice(
        kind=kind,
        at=bench.situation.at,
        start=bench.prospect.coming.start,
        situation=bench.situation,
        t_min=bench.prospect.t_min,
        chosen=_best(options),
        options=tuple(ranked),
        calculator_u=calculator_u,
    )
