import jax
import numpy as np
import pytest

from glucotwin.core.random import root_key
from glucotwin.metrics.trend import trend_of

DAY = np.array([0.0, 100.0, 220.0, 365.25, 500.0])


def test_a_line_is_found_with_its_rate_per_year() -> None:
    trend = trend_of(DAY, 80.0 - 6.0 * DAY / 365.25)
    assert trend is not None
    assert trend.rate_per_year == pytest.approx(-6.0)
    assert trend.low_per_year == pytest.approx(-6.0, abs=1e-6)
    assert (trend.first, trend.last) == pytest.approx((80.0, 80.0 - 6.0 * 500.0 / 365.25))
    assert (trend.point_count, trend.span_days) == (5, 500.0)


def test_two_different_times_are_no_trend() -> None:
    assert trend_of(np.array([0.0, 0.0, 10.0]), np.array([1.0, 2.0, 3.0])) is None


def test_the_interval_holds_the_true_rate_as_often_as_it_says() -> None:
    noise = np.asarray(jax.random.normal(root_key(7), (400, 6)))
    day = np.linspace(0.0, 730.0, 6)
    held = 0
    for row in noise:
        trend = trend_of(day, 90.0 - 3.0 * day / 365.25 + 4.0 * row)
        assert trend is not None
        held += trend.low_per_year <= -3.0 <= trend.high_per_year
    assert 0.86 <= held / 400 <= 0.94
