"""Meals as they were logged."""

from dataclasses import dataclass
from enum import StrEnum

from glucotwin.domain.record import Record, check_range

EATING_RATE_G_PER_MIN = 5.0
"""Carbohydrate per minute when a meal's duration is unknown (the eating rate of simglucose)."""


class Absorption(StrEnum):
    """What is known of how fast a meal is absorbed."""

    UNKNOWN = "unknown"
    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meal(Record):
    """Food eaten from ``time``; nutrients that are not known are None."""

    carbs_g: float
    protein_g: float | None = None
    fat_g: float | None = None
    fibre_g: float | None = None
    duration_min: float | None = None
    absorption: Absorption = Absorption.UNKNOWN
    note: str = ""

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("carbs_g", self.carbs_g, 0.0, 1000.0)
        check_range("protein_g", self.protein_g, 0.0, 1000.0)
        check_range("fat_g", self.fat_g, 0.0, 1000.0)
        check_range("fibre_g", self.fibre_g, 0.0, 500.0)
        check_range("duration_min", self.duration_min, 1.0, 600.0)

    @property
    def eating_min(self) -> float:
        """How long eating took: as logged, or the carbohydrate at the usual eating rate, at least one minute."""
        if self.duration_min is not None:
            return self.duration_min
        return max(1.0, self.carbs_g / EATING_RATE_G_PER_MIN)
