"""What a learner is told at each origin: readings, clock, insulin and food so far; never anything after the origin."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glucotwin.forecast.person_profile import PersonProfile
from glucotwin.forecast.record import MODES, PersonRecord
from glucotwin.twin.state_space import STEP_MIN

LAG_STEPS = (*range(1, 13), 15, 18, 24, 36)
SUM_STEPS = (3, 6, 12, 24, 48, 72)
SLOPE_STEPS = (3, 6, 12)
DAY_STEPS = 288
LONGEST_SINCE_MIN = 480.0
ANNOUNCED_STEPS = ((0, 3), (3, 6), (6, 12), (12, 24))
"""Stretches after an origin, in steps, whose announced meals and doses are told as sums."""

INSULIN_PEAK_MIN, INSULIN_DURATION_MIN = 75.0, 360.0
"""The usual rapid-acting curve of dosing algorithms (exponential model)."""

CARB_TIME_MIN = 40.0
"""Time of the fastest absorption of a mixed meal (Hovorka 2004)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTable:
    """Features by name, values ``(step, feature)``; nan where not known."""

    names: tuple[str, ...]
    values: np.ndarray

    def joined(self, other: "FeatureTable") -> "FeatureTable":
        """Both tables' columns side by side."""
        return FeatureTable(
            names=(*self.names, *other.names), values=np.concatenate([self.values, other.values], axis=1)
        )

    def chosen(self, names: Sequence[str]) -> "FeatureTable":
        """Some columns, in the given order."""
        index = [self.names.index(name) for name in names]
        return FeatureTable(names=tuple(names), values=self.values[:, index])


def feature_table(record: PersonRecord, profile: PersonProfile) -> FeatureTable:
    """Everything but the mechanism, at every step as an origin.

    Args:
        record: the person's record.
        profile: what was known of the person from their training days.
    """
    columns = {
        **_glucose_columns(record),
        **_clock_columns(record, profile),
        **_insulin_columns(record),
        **_carb_columns(record),
        **_behaviour_columns(record),
        **profile.columns(record.steps),
    }
    return FeatureTable(names=tuple(columns), values=np.stack(list(columns.values()), axis=1))


def announced_table(record: PersonRecord) -> FeatureTable:
    """What is eaten and given after each origin, for forecasts that are told of it."""
    given = {"carbs_g": record.carbs_g, "bolus_u": record.bolus_u, "basal_u": record.basal_u}
    columns: dict[str, np.ndarray] = {}
    for name, values in given.items():
        total = np.concatenate([[0.0], np.cumsum(values)])
        for first, last in ANNOUNCED_STEPS:
            steps = np.arange(values.size)
            ends = np.minimum(steps + last, values.size)
            columns[f"coming_{name}_{first * 5}_to_{last * 5}"] = total[ends] - total[np.minimum(steps + first, ends)]
    return FeatureTable(names=tuple(columns), values=np.stack(list(columns.values()), axis=1))


def _glucose_columns(record: PersonRecord) -> dict[str, np.ndarray]:
    held = record.held_mgdl
    columns = {"glucose_mgdl": held, "age_min": record.age_min}
    for lag in LAG_STEPS:
        columns[f"change_{lag * 5}_mgdl"] = held - lagged(held, lag)
    for width in SLOPE_STEPS:
        columns[f"slope_{width * 5}_mgdl_per_min"] = _slope(held, width)
    for width in (12, 36, DAY_STEPS):
        mean, sd = _rolling(held, width)
        columns[f"mean_{width * 5}_mgdl"], columns[f"sd_{width * 5}_mgdl"] = mean, sd
    return columns


def _clock_columns(record: PersonRecord, profile: PersonProfile) -> dict[str, np.ndarray]:
    angle = 2.0 * np.pi * record.minute_of_day / 1440.0
    columns = {"clock_sin": np.sin(angle), "clock_cos": np.cos(angle), "minute_of_day": record.minute_of_day}
    for ahead in (0, 60, 120):
        columns[f"usual_in_{ahead}_mgdl"] = profile.usual_mgdl(record.minute_of_day + ahead)
    return columns


def _insulin_columns(record: PersonRecord) -> dict[str, np.ndarray]:
    usual_u = record.usual_basal_u_per_min * STEP_MIN
    extra_u = record.basal_u - usual_u
    left, acting = insulin_left_fraction(_ages(INSULIN_DURATION_MIN)), _insulin_activity(_ages(INSULIN_DURATION_MIN))
    columns = {
        "bolus_on_board_u": so_far(record.bolus_u, left),
        "basal_on_board_u": so_far(extra_u, left),
        "bolus_activity_u_per_min": so_far(record.bolus_u, acting),
        "basal_activity_u_per_min": so_far(extra_u, acting),
        "basal_now_u_per_min": lagged(record.basal_u, 1, fill=0.0) / STEP_MIN,
        "basal_recorded": lagged(record.data.basal_known.astype(float), 1, fill=0.0),
    }
    for width in SUM_STEPS:
        columns[f"bolus_sum_{width * 5}_u"] = so_far(record.bolus_u, np.ones(width))
        columns[f"basal_extra_{width * 5}_u"] = so_far(extra_u, np.ones(width))
    columns["insulin_day_u"] = so_far(record.bolus_u + record.basal_u, np.ones(DAY_STEPS))
    return columns | _last_entry("bolus", record.bolus_u)


def _carb_columns(record: PersonRecord) -> dict[str, np.ndarray]:
    age = _ages(INSULIN_DURATION_MIN) / CARB_TIME_MIN
    columns = {
        "carbs_on_board_g": so_far(record.carbs_g, (1.0 + age) * np.exp(-age)),
        "carbs_appearing_g_per_min": so_far(record.carbs_g, age * np.exp(-age) / CARB_TIME_MIN),
    }
    for width in SUM_STEPS:
        columns[f"carbs_sum_{width * 5}_g"] = so_far(record.carbs_g, np.ones(width))
    return columns | _last_entry("carbs", record.carbs_g)


def _behaviour_columns(record: PersonRecord) -> dict[str, np.ndarray]:
    inputs = record.data.inputs
    active = np.asarray(inputs.activity_fraction) + np.asarray(inputs.resistance_fraction)
    steps = STEP_MIN * np.asarray(inputs.steps_per_min)
    columns = {f"mode_{mode}": record.mode_fraction[mode] for mode in MODES}
    for width in (6, 24, 72):
        columns[f"active_{width * 5}_min"] = so_far(active * STEP_MIN, np.ones(width))
        columns[f"walked_{width * 5}_steps"] = so_far(steps, np.ones(width))
    return columns


def lagged(values: np.ndarray, steps: int, *, fill: float = np.nan) -> np.ndarray:
    """Values so many steps earlier."""
    earlier = np.full(values.shape, fill)
    if steps < values.size:
        earlier[steps:] = values[: values.size - steps]
    return earlier


def so_far(given: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Sum over earlier steps of what was given times a weight of its age; the origin's own step does not count."""
    return np.convolve(given, np.concatenate([[0.0], weight]))[: given.size]


def insulin_left_fraction(age_min: np.ndarray) -> np.ndarray:
    """Share of a dose that has yet to act, by its age, with the exponential curve of dosing algorithms."""
    peak, end = INSULIN_PEAK_MIN, INSULIN_DURATION_MIN
    tau = peak * (1.0 - peak / end) / (1.0 - 2.0 * peak / end)
    rise = 2.0 * tau / end
    scale = 1.0 / (1.0 - rise + (1.0 + rise) * np.exp(-end / tau))
    age = np.clip(age_min, 0.0, end)
    inner = (age**2 / (tau * end * (1.0 - rise)) - age / tau - 1.0) * np.exp(-age / tau) + 1.0
    return np.clip(1.0 - scale * (1.0 - rise) * inner, 0.0, 1.0)


def _insulin_activity(age_min: np.ndarray) -> np.ndarray:
    return (insulin_left_fraction(age_min - 0.5) - insulin_left_fraction(age_min + 0.5)).clip(0.0)


def _ages(duration_min: float) -> np.ndarray:
    """Mean age of what was given one, two, ... steps before an origin."""
    return STEP_MIN * np.arange(1, int(duration_min / STEP_MIN) + 1) - STEP_MIN / 2.0


def _slope(values: np.ndarray, width: int) -> np.ndarray:
    """Least-squares slope over the last ``width`` intervals in units per minute."""
    offset = np.arange(width + 1) - width / 2.0
    weight = offset / np.sum(offset**2) / STEP_MIN
    total = np.zeros(values.shape)
    for lag in range(width + 1):
        total = total + weight[width - lag] * lagged(values, lag)
    return total


def _rolling(values: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and SD of what is known among the last ``width`` values and the present; nan when under half is known."""
    known = ~np.isnan(values)
    sums = [_window_sum(np.where(known, part, 0.0), width) for part in (known.astype(float), values, values**2)]
    count = np.where(sums[0] >= width / 2.0, sums[0], np.nan)
    mean = sums[1] / count
    return mean, np.sqrt(np.maximum(sums[2] / count - mean**2, 0.0))


def _window_sum(values: np.ndarray, width: int) -> np.ndarray:
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(1, values.size + 1)
    return total[index] - total[np.maximum(index - width, 0)]


def _last_entry(name: str, given: np.ndarray) -> dict[str, np.ndarray]:
    """Minutes since the last entry before each step, and its amount."""
    steps = np.arange(given.size)
    last = lagged(np.maximum.accumulate(np.where(given > 0.0, steps, -1)).astype(float), 1, fill=-1.0).astype(int)
    since = np.where(last >= 0, (steps - last) * STEP_MIN, LONGEST_SINCE_MIN)
    recent = since < LONGEST_SINCE_MIN
    return {
        f"since_{name}_min": np.minimum(since, LONGEST_SINCE_MIN),
        f"last_{name}": np.where(recent, given[np.maximum(last, 0)], 0.0),
    }
