"""What is known of a person before their glucose is looked at, as far as it tells their parameters."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from glucotwin.domain.therapy import DailySchedule
from glucotwin.domain.timeline import Timeline, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """What the population's joint prior can be conditioned on; None is what is not known.

    No variant that the genotype table lists has a documented effect on a parameter of a type 1 body, so genotype is not
    among them.

    Attributes:
        weight_kg: body weight.
        age_years: age.
        daily_insulin_u: mean total insulin per day (TDI), where insulin is on record.
        carb_ratio_g_per_u: carb ratio (CR), mean over the day.
        correction_factor_mgdl_per_u: correction factor (CF), mean over the day.
        duration_years: since the diagnosis of diabetes.
    """

    weight_kg: float | None = None
    age_years: float | None = None
    daily_insulin_u: float | None = None
    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    duration_years: float | None = None

    def logarithms(self) -> dict[str, float]:
        """Logarithm of what is known, by name; a share of a year counts as half a year."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: math.log(max(value, 0.5)) for name, value in known.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> "Covariates":
        """From JSON values, as ``asdict`` gives them.

        Raises:
            ValueError: a name is not known or a value is no positive number.
        """
        names = {field.name for field in fields(cls)}
        if set(values) - names:
            raise ValueError(f"unknown covariates {sorted(set(values) - names)}")
        numbers = {name: None if value is None else float(str(value)) for name, value in values.items()}
        if any(value is not None and not (math.isfinite(value) and value >= 0.0) for value in numbers.values()):
            raise ValueError("a covariate is no positive number")
        return cls(**numbers)


def covariates_of(
    timeline: Timeline, window: Window, *, weight_kg: float | None, daily_insulin_u: float | None
) -> Covariates:
    """What a record says of a person at the end of a window.

    Args:
        timeline: the person's data.
        window: nothing after its end is looked at.
        weight_kg: body weight; None when it is not on record.
        daily_insulin_u: mean total insulin per day; None when it is not on record.
    """
    person, on = timeline.person, window.end.date()
    age = person.age_years(on)
    diagnosed = person.diagnosis_year
    settings = timeline.settings_at(window.end)
    return Covariates(
        weight_kg=weight_kg,
        age_years=None if age is None else float(age),
        daily_insulin_u=daily_insulin_u,
        carb_ratio_g_per_u=None if settings is None else _day_mean(settings.carb_ratio_g_per_u),
        correction_factor_mgdl_per_u=None if settings is None else _day_mean(settings.correction_factor_mgdl_per_u),
        duration_years=None if diagnosed is None else float(max(on.year - diagnosed, 0)),
    )


def _day_mean(schedule: DailySchedule | None) -> float | None:
    mean = None if schedule is None else schedule.total_per_day() / 24.0
    return mean or None
