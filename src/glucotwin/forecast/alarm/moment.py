"""What is known of a person at one moment: all that an alarm may look at."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.record import as_utc
from glucotwin.forecast.alarm.outlook import Outlook

STEP_MIN = 5.0
RECENT_MIN = 240.0
RECENT_POINTS = int(RECENT_MIN / STEP_MIN) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What pushes glucose and neither food nor insulin on record explains, as a twin's filter sees it.

    Attributes:
        mean_mgdl_per_min, sd_mgdl_per_min: at each recent point, ``(point,)``.
    """

    mean_mgdl_per_min: np.ndarray
    sd_mgdl_per_min: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is known at a moment; recent values stand at steps of 5 min, the last is now, NaN where nothing is known.

    Attributes:
        time: aware time.
        minute_of_day: of the person's local clock.
        reading_age_min: of the newest reading; infinite when there is none.
        glucose_mgdl: recent readings, ``(49,)``; a sensor's LOW or HIGH as its bound.
        bolus_u: insulin that the person gave in each step.
        automated_u: insulin that a pump gave by itself beyond its usual rate in each step.
        carbs_g: carbohydrate logged in each step.
        push: what is unexplained; None without a twin.
        outlook: where glucose is heading; None when nothing can be forecast.
        ketone_mmoll: newest blood ketones of the last four hours; None without.
        dosed_fraction: share of the meals of the last two weeks that had a bolus; None when hardly any were logged.
        uses_pump: whether a pump delivers the insulin.
    """

    time: datetime
    minute_of_day: float
    reading_age_min: float
    glucose_mgdl: np.ndarray
    bolus_u: np.ndarray
    automated_u: np.ndarray
    carbs_g: np.ndarray
    push: Push | None = None
    outlook: Outlook | None = None
    ketone_mmoll: float | None = None
    dosed_fraction: float | None = None
    uses_pump: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", as_utc(self.time))
        for values in (self.glucose_mgdl, self.bolus_u, self.automated_u, self.carbs_g):
            if values.shape != (RECENT_POINTS,):
                raise DataError(ErrorCode.INVALID_VALUE, f"A moment holds {RECENT_POINTS} recent points of each kind.")

    @property
    def newest_mgdl(self) -> float | None:
        """The newest recent reading; None without one."""
        known = np.flatnonzero(np.isfinite(self.glucose_mgdl))
        return float(self.glucose_mgdl[known[-1]]) if known.size else None

    def last(self, values: np.ndarray, minutes: float) -> np.ndarray:
        """The recent values of the last minutes, now included."""
        return values[-(int(minutes / STEP_MIN) + 1) :]

    def slope_mgdl_per_min(self, minutes: float = 15.0) -> float | None:
        """Trend of the readings of the last minutes by least squares; None with fewer than two."""
        recent = self.last(self.glucose_mgdl, minutes)
        known = np.flatnonzero(np.isfinite(recent))
        if known.size < 2:
            return None
        times = STEP_MIN * known - np.mean(STEP_MIN * known)
        return float(np.sum(times * recent[known]) / np.sum(times**2))
