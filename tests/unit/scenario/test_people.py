"""Whose lives are drawn: shapes and numbers are checked."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from glucotwin.core.error import DataError
from made_up_people import made_up_people


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"names": ("a", "a", "b")}, "every one different"),
        ({"weight_kg": np.ones(2)}, r"weight_kg has shape \(2,\), not \(3,\)"),
        ({"basal_u_per_h": np.ones((3, 48))}, r"basal_u_per_h has shape \(3, 48\)"),
        ({"carb_ratio_g_per_u": np.ones((24, 3))}, r"carb_ratio_g_per_u .* not \(3,\) or \(3, 24\)"),
        ({"carb_ratio_g_per_u": np.zeros(3)}, "carb_ratio_g_per_u must be finite and above 0"),
        ({"weight_kg": np.full(3, np.nan)}, "weight_kg must be finite"),
        ({"age_years": np.full(3, -1.0)}, "age_years must be finite and at least 0"),
    ],
)
def test_impossible_people_are_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        replace(made_up_people(3), **change)


def test_nobody_is_refused() -> None:
    with pytest.raises(DataError, match="need names"):
        made_up_people(0)


def test_some_of_the_people_keep_their_numbers() -> None:
    people = made_up_people(5)
    some = people.only(np.array([4, 1]))
    assert some.names == (people.names[4], people.names[1])
    np.testing.assert_array_equal(some.basal_u_per_h, people.basal_u_per_h[[4, 1]])


def test_carb_ratio_is_looked_up_by_the_hour() -> None:
    by_hour = np.arange(1.0, 49.0).reshape(2, 24)
    people = replace(made_up_people(2), carb_ratio_g_per_u=by_hour)
    hour = np.array([[[0, 23]], [[1, 2]]])
    np.testing.assert_array_equal(people.carb_ratio_at(hour), [[[1.0, 24.0]], [[26.0, 27.0]]])
