from datetime import timedelta

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.progress import silent
from glucotwin.domain.timeline import Window
from glucotwin.twin.fit import fit_problem
from glucotwin.twin.mode import _at_least, find_mode
from glucotwin.twin.personal_model import BOUND_SOFTNESS
from made_up_person import DAYS, START, made_up_timeline


def test_raised_covariance_is_nowhere_less_than_either() -> None:
    narrow = np.array([[0.1, 0.02], [0.02, 2.0]])
    least = np.array([[0.5, 0.2], [0.2, 0.6]])
    raised = _at_least(narrow, least)
    for one in (narrow, least):
        assert np.linalg.eigvalsh(raised - one).min() > -1e-12
    assert raised == pytest.approx(raised.T)


def test_covariance_that_is_larger_anyway_stays() -> None:
    wide = np.array([[2.0, 0.3], [0.3, 3.0]])
    assert _at_least(wide, np.eye(2)) == pytest.approx(wide)


@pytest.mark.slow
def test_mode_at_a_bound_settles() -> None:
    end = START + timedelta(days=DAYS - 1)
    problem = fit_problem(made_up_timeline(), Window(start=end - timedelta(days=3), end=end)).problem
    mode = find_mode(problem.model, problem.batch, silent)
    values = np.array(list(problem.model.values(jnp.asarray(mode.point)).values()))
    near = np.abs(np.log(values / np.asarray(problem.model.low))) < 3.0 * BOUND_SOFTNESS
    assert near.any()
    assert mode.settled
