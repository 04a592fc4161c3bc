from datetime import UTC, datetime

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.forecast.forecast import Band, Forecast, rounded


def forecast(median: list[float], high: list[float]) -> Forecast:
    nothing = np.zeros(2)
    return Forecast(
        origin=datetime(2024, 3, 1, tzinfo=UTC),
        t_min=np.array([5.0, 10.0]),
        median_mgdl=np.array(median),
        bands=(Band(level=0.9, low_mgdl=nothing, high_mgdl=np.array(high)),),
        trajectories_mgdl=np.array([median, median]) if np.all(np.isfinite(median)) else np.zeros((2, 2)),
        probability_below_70=nothing,
        probability_below_54=nothing,
        future_inputs="nothing",
        last_reading_age_min=0.0,
    )


def test_finite_curves_are_accepted() -> None:
    assert forecast([100.0, 101.0], [110.0, 120.0]).to_json()["median_mgdl"] == [100.0, 101.0]


@pytest.mark.parametrize(
    ("median", "high"),
    [([100.0, np.nan], [110.0, 120.0]), ([100.0, 101.0], [110.0, np.inf]), ([100.0], [110.0, 120.0])],
)
def test_curves_that_are_not_finite_or_too_short_are_refused(median: list[float], high: list[float]) -> None:
    with pytest.raises(DataError) as caught:
        forecast(median, high)
    assert caught.value.code is ErrorCode.NOT_FINITE


def test_rounding_is_for_display_only() -> None:
    assert rounded(np.array([1.23456, 2.0])) == [1.23, 2.0]
    assert rounded(np.array([0.123456]), 4) == [0.1235]
