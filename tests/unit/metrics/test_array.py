import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.metrics.array import as_floats, as_pairs, ratio_or_nan


def test_whole_numbers_become_floats() -> None:
    assert as_floats("values", [1, 2]).dtype == np.float64


def test_wrong_dimensions_and_missing_values_are_named() -> None:
    with pytest.raises(DataError, match="values has 2 dimensions") as caught:
        as_floats("values", np.zeros((2, 2)))
    assert caught.value.code is ErrorCode.INVALID_VALUE
    with pytest.raises(DataError, match="values") as caught:
        as_floats("values", [1.0, np.nan])
    assert caught.value.code is ErrorCode.NOT_FINITE


def test_pairs_need_one_length_and_at_least_one_pair() -> None:
    with pytest.raises(DataError, match="left has 1 values but right has 2"):
        as_pairs("left", [1.0], "right", [1.0, 2.0])
    with pytest.raises(DataError) as caught:
        as_pairs("left", np.array([]), "right", np.array([]))
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_quotient_by_zero_is_undefined() -> None:
    assert ratio_or_nan(1.0, 4.0) == 0.25
    assert np.isnan(ratio_or_nan(0.0, 0.0))
