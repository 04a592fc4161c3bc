"""Statistics of trials beside statsmodels 0.14.6 and lifelines 0.30.3, on made-up data."""

import numpy as np
import pytest

from glucotwin.trial.contrast import Contrast
from glucotwin.trial.crossover import compare_crossover
from glucotwin.trial.part import Better, Endpoint
from glucotwin.trial.subgroup import welch_p

NONE = float("nan")
CROSSED = np.array(
    [
        [7.16, 7.15],
        [9.05, 8.59],
        [7.71, 7.98],
        [NONE, 10.0],
        [6.74, NONE],
        [9.25, 9.08],
        [6.9, 8.26],
        [NONE, 8.39],
        [6.6, 7.6],
        [8.6, 7.9],
        [7.64, NONE],
        [9.57, 8.26],
        [8.66, NONE],
        [6.21, 7.47],
        [6.59, 8.68],
        [7.48, 7.09],
    ]
)
GROUPS = (
    [0.4, -0.08, 1.04, 0.53, -0.25, -1.03, -0.69],
    [-1.89, -0.5, 1.82, 1.07, -1.94, -2.21, -5.37, -1.36, 1.5, 0.18, 1.56],
    [1.39, 2.1, -0.17, 1.47, 1.93, 0.68, 1.99, 1.31, 1.86],
)


def test_a_crossover_with_people_who_left_is_that_of_a_mixed_model_of_statsmodels() -> None:
    first = np.arange(16) % 2 == 0
    periods = np.column_stack([np.where(first, 0, 1), np.where(first, 1, 0)])
    endpoint = Endpoint(name="value", label="Value", better=Better.LOWER)
    found = compare_crossover(CROSSED, periods, endpoint)
    assert found.difference.estimate == pytest.approx(-0.393032, abs=2e-4)
    # Of generalised least squares with its two variances; its own errors are from a numerical Hessian, 0.9 % larger.
    assert found.difference.se == pytest.approx(0.252022, abs=1e-4)
    assert found.mean_versus == pytest.approx(8.211436, abs=2e-4)
    assert (found.people_arm, found.people_versus, found.difference.df) == (14, 13, 9)


@pytest.mark.parametrize(("groups", "p"), [(2, 0.3871524627076069), (3, 0.0024414959765677482)])
def test_groups_differ_as_by_the_test_of_welch_of_statsmodels(groups: int, p: float) -> None:
    parts = [np.array(one) for one in GROUPS[:groups]]
    means = [Contrast(estimate=float(x.mean()), se=float(x.std(ddof=1) / x.size**0.5), df=x.size - 1) for x in parts]
    assert welch_p(means) == pytest.approx(p, rel=1e-9)
