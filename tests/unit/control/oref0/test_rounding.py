"""Rounding as oref0 does it."""

import math

import pytest

from glucotwin.control.oref0.rounding import percentile, round_away_from_zero, round_half_up, round_rate


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(2.5, 0, 3), (-2.5, 0, -2), (0.49999999999999994, 0, 0), (1.005, 2, 1.0), (-0.05, 1, 0), (1234.5678, 2, 1234.57)],
)
def test_halves_go_up(value: float, digits: int, expected: float) -> None:
    assert round_half_up(value, digits) == expected


def test_what_is_not_finite_stays() -> None:
    assert math.isnan(round_half_up(math.nan))
    assert round_half_up(math.inf, 2) == math.inf
    assert math.isnan(round_away_from_zero(math.nan, 2))


@pytest.mark.parametrize(("value", "expected"), [(0.125, 0.13), (-0.125, -0.13), (1.005, 1.0), (-1.5, -1.5)])
def test_decimal_halves_go_away_from_zero(value: float, expected: float) -> None:
    assert round_away_from_zero(value, 2) == expected


@pytest.mark.parametrize(
    ("rate", "model", "expected"),
    [(0.826, None, 0.85), (0.826, "554", 0.825), (1.026, "554", 1.05), (12.34, None, 12.3)],
)
def test_rates_follow_the_pump(rate: float, model: str | None, expected: float) -> None:
    assert round_rate(rate, model) == expected


def test_percentile_of_nothing_is_nothing() -> None:
    assert percentile([], 0.5) == 0
    assert percentile([3.0], 0.5) == 3
    assert percentile([1.0, 2.0], 1) == 2
