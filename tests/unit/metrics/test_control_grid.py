"""The control-variability grid."""

import numpy as np
import pytest

from glucotwin.metrics.control_grid import extremes_mgdl, grid_zones


@pytest.mark.parametrize(
    ("low_mgdl", "high_mgdl", "zone"),
    [
        (95.0, 170.0, "A"),
        (80.0, 170.0, "B"),
        (95.0, 250.0, "B"),
        (80.0, 250.0, "B"),
        (60.0, 170.0, "C"),
        (95.0, 350.0, "C"),
        (60.0, 250.0, "D"),
        (80.0, 350.0, "D"),
        (60.0, 350.0, "E"),
    ],
)
def test_zones_follow_from_lowest_and_highest_glucose(low_mgdl: float, high_mgdl: float, zone: str) -> None:
    assert grid_zones(np.array([low_mgdl]), np.array([high_mgdl])) == [zone]


def test_extremes_leave_out_the_outermost_fortieths_of_time() -> None:
    glucose = np.full((1, 1000), 120.0)
    glucose[0, :20] = 40.0
    glucose[0, -20:] = 400.0
    low, high = extremes_mgdl(glucose)
    assert (low[0], high[0]) == (120.0, 120.0)
