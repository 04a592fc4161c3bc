"""Behaviour profiles: how regular, careful and active people are, as records of numbers with their sources."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.domain.record import check_range

COMPLETE: Final = "typical"
"""The profile that lists every number; others list what differs."""

LONGEST_ILLNESS_DAYS: Final = 14.0
LONGEST_STRESS_MIN: Final = 600.0
LONGEST_WEAR_DAYS: Final = 7.0
MOST_WEAR_LOG_SD: Final = 0.3
"""Bounds of the profiles: how far back a life has to be looked up depends on them."""


class AbstractNumbers:
    """Numbers that belong together: probabilities, shares and fractions are within 0 and 1, others not negative."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # pyright: ignore[reportArgumentType]
            highest = 1.0 if field.name.endswith(("probability", "share", "fraction")) else float("inf")
            lowest = float("-inf") if field.name.startswith("bias") else 0.0
            check_range(field.name, getattr(self, field.name), lowest, highest)


@dataclass(frozen=True, slots=True, kw_only=True)
class MealVariation(AbstractNumbers):
    """How meals vary from day to day about the person's habit; ``drink_share`` is of snacks."""

    time_sd_min: float
    size_log_sd: float
    composition_log_sd: float
    skipped_meal_probability: float
    snacks_per_day: float
    drink_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingError(AbstractNumbers):
    """Log-normal error of counted carbohydrate: of everybody, of the person, and of the meal."""

    bias_log: float
    person_log_sd: float
    meal_log_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BolusTiming(AbstractNumbers):
    """When the bolus of a meal comes, if it comes: ahead, or late (log-normal, cut at the maximum)."""

    missed_breakfast_probability: float
    missed_lunch_probability: float
    missed_dinner_probability: float
    missed_snack_probability: float
    late_probability: float
    late_median_min: float
    late_log_sd: float
    late_max_min: float
    lead_min: float
    lead_sd_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseRoutine(AbstractNumbers):
    """Sessions of exercise, at most one a day, and how often and how much basal insulin is reduced for them.

    What is neither aerobic nor of high intensity is strength training. ``person_log_sd`` is how far people differ.
    """

    sessions_per_week: float
    person_log_sd: float
    aerobic_share: float
    high_intensity_share: float
    duration_min: float
    duration_log_sd: float
    intensity_sd_fraction: float
    reduction_probability: float
    reduction_fraction: float
    reduction_lead_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlcoholUse(AbstractNumbers):
    """Evenings with alcohol of those adults who drink, and pure ethanol in g."""

    evenings_per_week: float
    grams: float
    log_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SleepPattern(AbstractNumbers):
    """Spread of bedtime, and nights cut short."""

    time_sd_min: float
    short_nights_per_week: float
    short_night_loss_min: float
    short_night_loss_sd_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IllnessRate(AbstractNumbers):
    """Episodes of illness."""

    episodes_per_year: float
    median_days: float
    log_sd: float
    severity_low_fraction: float
    severity_high_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StressRate(AbstractNumbers):
    """Episodes of stress."""

    episodes_per_week: float
    median_min: float
    log_sd: float
    severity_low_fraction: float
    severity_high_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWear(AbstractNumbers):
    """Days from one change of the infusion set to the next (0: it never ages), between people and within."""

    change_days: float
    person_log_sd: float
    jitter_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingError(AbstractNumbers):
    """How far the pump's settings are from what each person needs, for good."""

    basal_log_sd: float
    carb_ratio_log_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCareHabit(AbstractNumbers):
    """How lows are treated and highs corrected; 0 for never (``low_mgdl``, ``wakes_below_mgdl``).

    ``correction_time_min`` is how long an earlier correction is counted as still at work (time constant).
    """

    low_mgdl: float
    wakes_below_mgdl: float
    rescue_carbs_g: float
    wait_min: float
    high_mgdl: float
    target_mgdl: float
    correction_time_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyVariation(AbstractNumbers):
    """What the body does by itself: day-to-day sensitivity, and the share of the menstrual cycle's effect."""

    day_sensitivity_log_sd: float
    cycle_effect_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourProfile:
    """One way of living with diabetes; the sources stand in ``data/behaviours.csv``.

    Raises:
        DataError: a probability is not within 0 and 1, a number is negative, or the kinds of exercise exceed 1.
    """

    name: str
    eating: MealVariation
    counting: CountingError
    bolus: BolusTiming
    exercise: ExerciseRoutine
    alcohol: AlcoholUse
    sleep: SleepPattern
    illness: IllnessRate
    stress: StressRate
    catheter: SetWear
    settings: SettingError
    care: SelfCareHabit
    body: BodyVariation

    def __post_init__(self) -> None:
        check_range("snacks_per_day", self.eating.snacks_per_day, 0.0, 3.0)
        check_range("change_days", self.catheter.change_days, 0.0, LONGEST_WEAR_DAYS)
        check_range("catheter.person_log_sd", self.catheter.person_log_sd, 0.0, MOST_WEAR_LOG_SD)
        check_range("kinds of exercise", self.exercise.aerobic_share + self.exercise.high_intensity_share, 0.0, 1.0)


@cache
def behaviour_profiles() -> Mapping[str, BehaviourProfile]:
    """Every named profile."""
    text = (resources.files("glucotwin.scenario") / "data" / "behaviours.csv").read_text(encoding="utf-8")
    return parse_profiles(text)


def find_behaviour(name: str) -> BehaviourProfile:
    """The profile of a name.

    Raises:
        NotFoundError: there is no such profile.
    """
    profile = behaviour_profiles().get(name)
    if profile is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no behaviour profile {name!r}.",
            hint=f"Known profiles: {', '.join(behaviour_profiles())}.",
        )
    return profile


def parse_profiles(text: str) -> Mapping[str, BehaviourProfile]:
    """Profiles from a table with the columns profile, quantity, value and source.

    Raises:
        DataError: a quantity is unknown or given twice, a value is no number or impossible, or a source is missing.
    """
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    numbers: dict[str, dict[str, float]] = {}
    for row in rows:
        own = numbers.setdefault(row["profile"], {})
        if row["quantity"] in own or not row["source"]:
            what = "has no source" if not row["source"] else "is given twice"
            raise _complaint(row, what)
        own[row["quantity"]] = _number(row)
    complete = numbers.get(COMPLETE, {})
    return MappingProxyType({name: _profile(name, complete | own) for name, own in numbers.items()})


def _profile(name: str, numbers: Mapping[str, float]) -> BehaviourProfile:
    def group(field: str) -> dict[str, Any]:
        return {key.partition(".")[2]: value for key, value in numbers.items() if key.startswith(f"{field}.")}

    try:
        profile = BehaviourProfile(
            name=name,
            eating=MealVariation(**group("eating")),
            counting=CountingError(**group("counting")),
            bolus=BolusTiming(**group("bolus")),
            exercise=ExerciseRoutine(**group("exercise")),
            alcohol=AlcoholUse(**group("alcohol")),
            sleep=SleepPattern(**group("sleep")),
            illness=IllnessRate(**group("illness")),
            stress=StressRate(**group("stress")),
            catheter=SetWear(**group("catheter")),
            settings=SettingError(**group("settings")),
            care=SelfCareHabit(**group("care")),
            body=BodyVariation(**group("body")),
        )
    except TypeError as error:
        raise DataError(
            ErrorCode.UNKNOWN_NAME,
            f"The behaviour profile {name!r} has an unknown or missing quantity: {error}.",
            hint=f"A profile lists what differs from {COMPLETE!r}, as group.quantity.",
        ) from error
    known = {field.name for field in fields(BehaviourProfile)}
    strange = [key for key in numbers if key.partition(".")[0] not in known]
    if strange:
        raise DataError(
            ErrorCode.UNKNOWN_NAME, f"The behaviour profile {name!r} has an unknown quantity {strange[0]!r}."
        )
    return profile


def _number(row: Mapping[str, str]) -> float:
    try:
        return float(row["value"])
    except ValueError as error:
        raise _complaint(row, f"is {row['value']!r}, which is no number") from error


def _complaint(row: Mapping[str, str], what: str) -> DataError:
    return DataError(
        ErrorCode.INVALID_VALUE,
        f"Behaviour profile {row['profile']!r}: {row['quantity']} {what}.",
        hint="See src/glucotwin/scenario/data/behaviours.csv.",
    )
