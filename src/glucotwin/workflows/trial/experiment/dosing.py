"""Virtual people under dosing algorithms, insulins, devices and faults: one arm of the closed loop each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Annotated, Literal

import numpy as np
import polars as pl
from pydantic import Field

from glucotwin.control.controller import DECISION_MIN
from glucotwin.control.registry import find_any_controller
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import minute_utc_from
from glucotwin.metrics.episode import HYPO_LEVEL2_MGDL, find_episodes
from glucotwin.metrics.grid import GlucoseGrid
from glucotwin.metrics.tally import GlucoseTally
from glucotwin.physiology.insulin_product import REFERENCE, find_insulin_product
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.simulate.population import accepted_people
from glucotwin.trial.chance import person_normals
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import AbstractExperiment, Covariate, Unit
from glucotwin.trial.part import Part, read_options
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.arm import Arm, ArmResult, run_arm
from glucotwin.workflows.loop.person import SettingFactors
from glucotwin.workflows.own_fault import devices_with_faults, fault_rows, faults_of_people

BODY = "padova-t1d"
DRAWN_AT_ONCE = 64
FAULT_ROWS_STEP = 16
"""Schedules of faults are made this many rows longer at a time, so that few programs are compiled."""

NIGHT_LOW_MGDL, LOWERED_BY = 70.0, 0.1
FASTING_GOAL_MGDL, RAISED_BY_U = 130.0, 2.0
"""Basal insulin goes down by a tenth after a night below 70 mg/dL, and up by 2 U where no morning met the goal of 80 to
130 (American Diabetes Association, Standards of Care 2024, section 9; it asks for 10 to 20 %)."""

MEALTIME_STEP = 0.1
"""Mealtime insulin goes down by a tenth after a low before lunch, dinner or bed, and up by as much where their mean is
above the goal (the same Standards: 10 to 15 % up, 10 to 20 % down)."""

BREAKFAST_MIN, DAYS_LOOKED_AT = 420, 3
"""Minute of the day at which fasting glucose is read, and how many days count."""

LATER_MIN = (720, 1080, 1320)
"""Minutes of the day at which glucose is read before lunch, dinner and bed."""

NIGHT_HOURS = 6.0
DAYS_PER_WEEK, DAYS_PER_YEAR = 7.0, 365.25


class SettingError(Part):
    """Standard deviation, between people, of the logarithm by which a setting is off what fits."""

    basal: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    carb_ratio: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    correction_factor: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0


class DosingPopulation(Part):
    """Options of the population.

    Attributes:
        group: ``adult``, ``adolescent`` or ``child`` of the type 1 population.
        profile: behaviour by which they live.
        setting_error: how far their settings are off.
        titration_weeks: in which basal insulin follows nights and mornings, before counting begins.
        titrates_mealtime: whether mealtime insulin follows glucose before lunch, dinner and bed in those weeks.
        day_to_day: whether long-acting injections differ from day to day as published.
        settle_days: lived before counting begins, so that slow insulins reach their level.
        faults: names of rates, or ``KIND:FROM-TO[:SIZE]`` in hours; of all arms.
    """

    group: Literal["adult", "adolescent", "child"] = "adult"
    profile: str = "typical"
    setting_error: SettingError = SettingError()
    titration_weeks: Annotated[int, Field(ge=0, le=26)] = 0
    titrates_mealtime: bool = False
    day_to_day: bool = False
    settle_days: Annotated[int, Field(ge=0, le=60)] = 1
    faults: tuple[str, ...] = ()


class DosingArm(Part):
    """Options of an arm.

    Attributes:
        algorithm: name of a dosing algorithm.
        rapid, long_acting: insulin products; the algorithm's usual long-acting one when empty.
        sensor, pump: names of devices.
        automatic: whether an automated algorithm's doses are given by themselves.
    """

    algorithm: str
    rapid: str = REFERENCE
    long_acting: str = ""
    sensor: str = "dexcom-g6"
    pump: str = "omnipod"
    automatic: bool = True


class Dosing(AbstractExperiment):
    """People of the type 1 population who live under a dosing algorithm.

    A paired trial shows every arm the same days and device errors; in a crossover each period has its own.
    """

    name = "dosing"
    summary = "Virtual people with type 1 diabetes under dosing algorithms, insulins, devices and faults."

    def check(self, design: Design) -> None:
        """Passes when behaviour, algorithms and insulins exist.

        Raises:
            NotFoundError: one does not.
        """
        options = _population(design)
        find_behaviour(options.profile)
        for arm in design.arms:
            chosen = _arm(design, arm.name)
            find_any_controller(chosen.algorithm)
            for product in (chosen.rapid, chosen.long_acting):
                if product:
                    find_insulin_product(product)

    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        """Who they are."""
        return (
            Covariate(name="age_years", label="Age", unit="years", decimals=0),
            Covariate(name="weight_kg", label="Weight", unit="kg"),
            Covariate(name="insulin_u_per_kg", label="Insulin", unit="U/kg a day", decimals=2),
            Covariate(name="carb_ratio_g_per_u", label="Carb ratio", unit="g/U"),
            Covariate(name="sex", label="Sex", kind="category"),
        )

    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        """The accepted draws of the population; all are eligible."""
        people = _people(design, numbers)
        return pl.DataFrame(
            {
                "person": np.asarray(numbers, dtype=np.int64),
                "eligible": True,
                "reason": "",
                "age_years": [one.age_years for one in people],
                "weight_kg": [one.weight_kg for one in people],
                "insulin_u_per_kg": [(one.total_daily_insulin_u or np.nan) / one.weight_kg for one in people],
                "carb_ratio_g_per_u": [one.carb_ratio_g_per_u for one in people],
                "sex": [one.sex or "unknown" for one in people],
            }
        )

    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        """Glucose, insulin and lows between visits."""
        options = _population(design)
        subjects = _people(design, unit.people)
        days = _days(design, options, period=unit.period)
        seed = design.seed + unit.period
        factors = _titrated(design, unit, subjects, seed=seed)
        arm = _loop_arm(design, unit, subjects, days, factors, seed=seed)
        lived = run_arm(arm, subjects, days, body=BODY, seed=seed)
        wanted = [one.name for one in design.endpoints]
        rows: list[pl.DataFrame] = []
        first = options.settle_days * MINUTES_PER_DAY // DECISION_MIN
        for visit in design.period.visits:
            last = round((options.settle_days + DAYS_PER_WEEK * visit) * MINUTES_PER_DAY / DECISION_MIN)
            found = _outcomes(lived, first, last)
            rows += [
                pl.DataFrame({"person": unit.people, "visit": visit, "endpoint": name, "value": found[name]})
                for name in wanted
                if name in found
            ]
            first = last
        return pl.concat(rows).with_columns(arm=pl.lit(unit.arm), period=pl.lit(unit.period))


def _population(design: Design) -> DosingPopulation:
    return read_options(design.population, DosingPopulation, place="population")


def _arm(design: Design, name: str) -> DosingArm:
    return read_options(design.arm(name).options, DosingArm, place=f"arms.{name}.options")


def _people(design: Design, numbers: Sequence[int]) -> tuple[Subject, ...]:
    """The k-th accepted person of the population for each number k."""
    enough = DRAWN_AT_ONCE * (max(numbers, default=0) // DRAWN_AT_ONCE + 1)
    drawn = _drawn(_population(design).group, enough, design.seed)
    return tuple(drawn[number] for number in numbers)


@cache
def _drawn(group: str, count: int, seed: int) -> tuple[Subject, ...]:
    people, _ = accepted_people(group, count, seed=seed)
    return tuple(people)


def _days(design: Design, options: DosingPopulation, *, period: int) -> LivedDays:
    span = timedelta(weeks=design.period.weeks + design.period.washout_weeks)
    usual = LivedDays(profile=options.profile, days=1)
    return LivedDays(
        profile=options.profile,
        days=options.settle_days + int(np.ceil(DAYS_PER_WEEK * design.period.weeks)),
        local_start=usual.local_start + period * span,
        seed=design.seed,
    )


def _titrated(design: Design, unit: Unit, subjects: tuple[Subject, ...], *, seed: int) -> tuple[SettingFactors, ...]:
    """The settings with which people enter the period: after as many weeks of titration as the design has."""
    options = _population(design)
    factors = _setting_factors(design, options, unit.people)
    days = _days(design, options, period=unit.period)
    for week in range(options.titration_weeks, 0, -1):
        before = replace(days, days=int(DAYS_PER_WEEK), local_start=days.local_start - timedelta(weeks=week))
        arm = _loop_arm(design, unit, subjects, before, factors, seed=seed)
        lived = run_arm(arm, subjects, before, body=BODY, seed=seed)
        factors = tuple(map(_stepped, factors, subjects, *_nights(lived)))
        if options.titrates_mealtime:
            factors = tuple(map(_with_mealtime, factors, *_later(lived)))
    return factors


def _last_days(lived: ArmResult) -> tuple[np.ndarray, np.ndarray]:
    """Minute of the day and reading of the last days, ``(decisions,)`` and ``(people, decisions)``."""
    looked = slice(-DAYS_LOOKED_AT * MINUTES_PER_DAY // DECISION_MIN, None)
    return lived.minute_utc[looked] % MINUTES_PER_DAY, lived.decisions["sensor_mgdl"][:, looked]


def _nights(lived: ArmResult) -> tuple[np.ndarray, np.ndarray]:
    """The lowest reading of the last nights, and of mornings, ``(people,)`` each; infinite where there is none."""
    clock_min, shown = _last_days(lived)
    shown = np.where(np.isfinite(shown), shown, np.inf)
    night, breakfast = clock_min < NIGHT_HOURS * 60.0, clock_min == BREAKFAST_MIN
    return shown[:, night].min(axis=1), shown[:, breakfast].min(axis=1)


def _stepped(factors: SettingFactors, subject: Subject, night_mgdl: float, morning_mgdl: float) -> SettingFactors:
    """The factor of basal insulin after a week."""
    if night_mgdl < NIGHT_LOW_MGDL:
        return replace(factors, basal=factors.basal * (1.0 - LOWERED_BY))
    if np.isfinite(morning_mgdl) and morning_mgdl > FASTING_GOAL_MGDL:
        return replace(factors, basal=factors.basal + RAISED_BY_U / (MINUTES_PER_DAY * subject.basal_u_per_min))
    return factors


def _later(lived: ArmResult) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the mean reading before lunch, dinner and bed, ``(people,)`` each; NaN where there is none."""
    clock_min, shown = _last_days(lived)
    shown = shown[:, np.isin(clock_min, LATER_MIN)]
    seen = np.isfinite(shown)
    count = seen.sum(axis=1)
    mean = np.where(seen, shown, 0.0).sum(axis=1) / np.maximum(count, 1)
    lowest = np.where(seen, shown, np.inf).min(axis=1)
    return np.where(count > 0, lowest, np.nan), np.where(count > 0, mean, np.nan)


def _with_mealtime(factors: SettingFactors, lowest_mgdl: float, mean_mgdl: float) -> SettingFactors:
    """The factor of carb ratios after a week; a higher ratio is less insulin."""
    if lowest_mgdl < NIGHT_LOW_MGDL:
        return replace(factors, carb_ratio=factors.carb_ratio / (1.0 - MEALTIME_STEP))
    if mean_mgdl > FASTING_GOAL_MGDL:
        return replace(factors, carb_ratio=factors.carb_ratio / (1.0 + MEALTIME_STEP))
    return factors


def _loop_arm(
    design: Design,
    unit: Unit,
    subjects: tuple[Subject, ...],
    days: LivedDays,
    factors: tuple[SettingFactors, ...],
    *,
    seed: int,
) -> Arm:
    options, chosen = _population(design), _arm(design, unit.arm)
    faults = faults_of_people(
        options.faults,
        [one.name for one in subjects],
        start=days.start,
        days=days.length_days,
        seed=seed,
        sensor=chosen.sensor,
    )
    least = [FAULT_ROWS_STEP * -(-rows // FAULT_ROWS_STEP) for rows in fault_rows(faults)]
    sensor, pump, own = devices_with_faults(
        chosen.sensor,
        chosen.pump,
        faults,
        start_minute=minute_utc_from(days.start),
        least_rows=(least[0], least[1]),
    )
    return Arm(
        name=unit.arm,
        controller=find_any_controller(chosen.algorithm),
        sensor=sensor,
        pump=pump,
        automatic=chosen.automatic,
        settings=factors,
        own_faults=own,
        rapid=chosen.rapid,
        long_acting=chosen.long_acting,
        day_to_day=options.day_to_day,
    )


def _setting_factors(design: Design, options: DosingPopulation, numbers: Sequence[int]) -> tuple[SettingFactors, ...]:
    error = options.setting_error
    spread = np.array([error.basal, error.carb_ratio, error.correction_factor])
    drawn = np.exp(spread * person_normals(design.seed, numbers, stream="dosing-settings", count=3))
    return tuple(
        SettingFactors(basal=float(basal), carb_ratio=float(ratio), correction_factor=float(factor))
        for basal, ratio, factor in drawn
    )


def _outcomes(lived: ArmResult, first: int, last: int) -> Mapping[str, np.ndarray]:
    """All that can be an endpoint, ``(people,)`` each, from one decision to another."""
    glucose = lived.glucose_mgdl[:, first:last]
    clock_min = lived.minute_utc[first:last].astype(np.float64) % MINUTES_PER_DAY
    night = clock_min < NIGHT_HOURS * 60.0
    tally = GlucoseTally(len(glucose))
    tally.add(glucose)
    days = (last - first) * DECISION_MIN / MINUTES_PER_DAY
    lows = [_low_starts_min(row, clock_min[0]) for row in glucose]
    at_night = [np.count_nonzero(starts % MINUTES_PER_DAY < NIGHT_HOURS * 60.0) for starts in lows]
    given = [lived.totals[f"{kind}_u_total"] for kind in ("basal", "bolus", "long_acting")]
    insulin = np.sum(np.stack(given), axis=0)
    return {
        **tally.summary(),
        "night_below_70_pct": 100.0 * np.mean(glucose[:, night] < 70.0, axis=1),
        "lows_per_year": np.array([starts.size for starts in lows]) / days * DAYS_PER_YEAR,
        "night_lows_per_year": np.array(at_night) / days * DAYS_PER_YEAR,
        "insulin_u_per_day": (insulin[:, last] - insulin[:, first]) / days,
    }


def _low_starts_min(glucose_mgdl: np.ndarray, first_clock_min: float) -> np.ndarray:
    """When episodes below 54 mg/dL of at least 15 min begin, in minutes from the first local midnight."""
    time_min = np.arange(glucose_mgdl.size, dtype=np.float64) * DECISION_MIN
    grid = GlucoseGrid(
        interval_min=float(DECISION_MIN),
        time_min=time_min,
        clock_min=time_min + first_clock_min,
        glucose_mgdl=glucose_mgdl,
    )
    found = find_episodes(grid, below_mgdl=HYPO_LEVEL2_MGDL).episodes
    return np.array([one.start_min for one in found]) + first_clock_min
