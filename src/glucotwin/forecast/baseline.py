"""What a forecast has to beat: no change, the trend goes on, ridge regression.

Gradient boosting, the fourth, is a member of the stack without the mechanism (``stack.GBM``): the same features except
the twin's, the same training days and the same settings of trees as the hybrid.
"""

from collections.abc import Sequence

import numpy as np

from glucotwin.forecast.case import Case, Sample, training_sample
from glucotwin.forecast.stack import Recipe, teach_member
from glucotwin.twin.state_space import STEP_MIN

TREND_FEATURE = "slope_15_mgdl_per_min"

RIDGE = Recipe(name="ridge", kind="ridge", base="held", mechanism=False)


def baseline_forecasts(cases: Sequence[Case], sample: Sample) -> dict[str, np.ndarray]:
    """Forecasts of the plain baselines for the origins of a sample, by name, each ``(row,)``.

    Args:
        cases: the people, whose training parts are learned from.
        sample: the origins.
    """
    ridge = teach_member(RIDGE, training_sample(cases, sample.ahead))
    return {
        "persistence": sample.held_mgdl,
        "linear": linear_trend_mgdl(sample, cases[0].plain.names.index(TREND_FEATURE)),
        "ridge": ridge.predict(sample),
    }


def linear_trend_mgdl(sample: Sample, column: int) -> np.ndarray:
    """The slope of the last 15 min goes on; where it is not known, nothing changes."""
    slope = np.nan_to_num(sample.features[:, column].astype(np.float64))
    return np.clip(sample.held_mgdl + slope * sample.ahead * STEP_MIN, 1.0, 600.0)
