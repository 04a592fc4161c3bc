import numpy as np
import pytest

from glucotwin.twin.mode import _at_least


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
