"""Quality-adjusted life-years: years lived, weighted by what complications take from quality of life (EQ-5D)."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from glucotwin.prognosis.drug_effect import INTERVAL_SCORE
from glucotwin.prognosis.table import read_rows
from glucotwin.prognosis.ukpds.life_course import LifeCourses

UNCOMPLICATED = "no_complication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utility:
    """A weight or decrement with its 95 % interval; weights are 1 for full health and 0 for death."""

    value: float
    low: float
    high: float

    @property
    def standard_error(self) -> float:
        """Standard error of the value."""
        return (self.high - self.low) / (2.0 * INTERVAL_SCORE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """Years over the horizon, not discounted.

    Attributes:
        mean: over all lives.
        standard_error: of the mean, from the number of simulated lives.
        low, high: for life-years the 10th and 90th percentile of lives; for QALYs the 95 % interval that the
            uncertainty of the weights leaves of the mean.
    """

    mean: float
    standard_error: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        """As JSON values."""
        return {"mean": self.mean, "standard_error": self.standard_error, "low": self.low, "high": self.high}


@cache
def utilities() -> dict[str, Utility]:
    """Weights by state: the one without complications, and what each complication takes away."""
    return {
        row["state"]: Utility(value=float(row["utility"]), low=float(row["low"]), high=float(row["high"]))
        for row in read_rows("quality_of_life.csv", delimiter=";")
    }


def life_years(courses: LifeCourses) -> Years:
    """Years lived within the horizon."""
    lived = courses.lived_y.sum(axis=1)
    low, high = np.quantile(lived, (0.1, 0.9))
    return Years(mean=float(lived.mean()), standard_error=_error(lived), low=float(low), high=float(high))


def quality_adjusted_life_years(courses: LifeCourses) -> Years:
    """Years lived within the horizon, weighted by quality; decrements of several complications add up."""
    weights = utilities()
    in_state = {event: (courses.lived_y * had).sum(axis=1) for event, had in courses.history.items()}
    in_state[UNCOMPLICATED] = courses.lived_y.sum(axis=1)
    total = np.sum([weights[state].value * years for state, years in in_state.items()], axis=0)
    half = INTERVAL_SCORE * math.hypot(
        *(weights[state].standard_error * float(years.mean()) for state, years in in_state.items())
    )
    mean = float(total.mean())
    return Years(mean=mean, standard_error=_error(total), low=mean - half, high=mean + half)


def _error(values: np.ndarray) -> float:
    return float(values.std() / math.sqrt(values.size))
