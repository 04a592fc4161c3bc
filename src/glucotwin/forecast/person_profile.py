"""What is known of a person from their training days alone, in a few numbers that every forecast of theirs may use."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from glucotwin.forecast.record import PersonRecord

HOURS = 24
SHRINK_READINGS = 48.0
"""An hour's mean is drawn towards the day's by as much as this many readings would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """A person's usual values, from training days.

    Attributes:
        mean_mgdl, sd_mgdl: of glucose.
        hourly_mgdl: usual glucose by local hour.
        daily_bolus_u, daily_basal_u, daily_carbs_g: means per day.
    """

    mean_mgdl: float
    sd_mgdl: float
    hourly_mgdl: tuple[float, ...]
    daily_bolus_u: float
    daily_basal_u: float
    daily_carbs_g: float

    def usual_mgdl(self, minute_of_day: np.ndarray) -> np.ndarray:
        """Usual glucose at local clock minutes (any day), interpolated between hours."""
        centre = 60.0 * np.arange(HOURS) + 30.0
        return np.interp(np.mod(minute_of_day, 1440.0), centre, self.hourly_mgdl, period=1440.0)

    def columns(self, steps: int) -> dict[str, np.ndarray]:
        """The single numbers as features."""
        names = ("mean_mgdl", "sd_mgdl", "daily_bolus_u", "daily_basal_u", "daily_carbs_g")
        return {f"person_{name}": np.full(steps, getattr(self, name)) for name in names}

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "PersonProfile":
        """What ``to_json`` wrote."""
        single = {name: float(value) for name, value in document.items() if name != "hourly_mgdl"}
        return cls(**single, hourly_mgdl=tuple(float(value) for value in document["hourly_mgdl"]))


def mean_profile(profiles: Sequence[PersonProfile]) -> PersonProfile:
    """What is usual among people: stands in for somebody of whom nothing is known."""
    names = ("mean_mgdl", "sd_mgdl", "daily_bolus_u", "daily_basal_u", "daily_carbs_g")
    single = {name: float(np.mean([getattr(one, name) for one in profiles])) for name in names}
    hourly = np.mean([one.hourly_mgdl for one in profiles], axis=0)
    return PersonProfile(**single, hourly_mgdl=tuple(hourly.tolist()))


def person_profile(record: PersonRecord, steps: slice) -> PersonProfile:
    """The profile of a stretch of training steps."""
    glucose, clock = record.measured_mgdl[steps], record.minute_of_day[steps]
    known = ~np.isnan(glucose)
    mean = float(np.mean(glucose[known])) if known.any() else 150.0
    days = max(glucose.size / 288.0, 1e-9)
    return PersonProfile(
        mean_mgdl=mean,
        sd_mgdl=float(np.std(glucose[known])) if known.any() else 50.0,
        hourly_mgdl=_hourly(glucose[known], clock[known], mean),
        daily_bolus_u=float(record.bolus_u[steps].sum()) / days,
        daily_basal_u=float(record.basal_u[steps].sum()) / days,
        daily_carbs_g=float(record.carbs_g[steps].sum()) / days,
    )


def _hourly(glucose: np.ndarray, clock: np.ndarray, mean: float) -> tuple[float, ...]:
    hour = (clock // 60.0).astype(int) % HOURS
    count = np.bincount(hour, minlength=HOURS)
    total = np.bincount(hour, weights=glucose, minlength=HOURS)
    return tuple(((total + SHRINK_READINGS * mean) / (count + SHRINK_READINGS)).tolist())
