"""Numbers as a report shows them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from glucotwin.advise.what_if import Estimate
from glucotwin.core.number import moment, number
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.timeline import Window
from glucotwin.reports.number import (
    Numbers,
    capitalised,
    days,
    fraction_as_percent,
    percent,
    three_digits,
    time_per_day,
    window_days,
)

MGDL, MMOLL = Numbers(GlucoseUnit.MGDL), Numbers(GlucoseUnit.MMOLL)


def test_glucose_has_no_decimals_in_mgdl_and_one_in_mmoll() -> None:
    assert (MGDL.glucose(138.5), MMOLL.glucose(138.5)) == ("138", "7.7")
    assert (MGDL.glucose_with_unit(90.0), MMOLL.glucose_with_unit(90.0)) == ("90 mg/dL", "5.0 mmol/L")


def test_errors_of_glucose_have_one_decimal_more() -> None:
    assert (MGDL.glucose_fine(24.87), MMOLL.glucose_fine(24.87)) == ("24.9", "1.38")


@pytest.mark.parametrize(("mgdl", "mmoll"), [(54.0, "3.0"), (70.0, "3.9"), (180.0, "10.0"), (250.0, "13.9")])
def test_thresholds_are_the_defined_ones_in_mmoll(mgdl: float, mmoll: str) -> None:
    assert MMOLL.threshold(mgdl) == mmoll
    assert MGDL.threshold(mgdl) == f"{mgdl:.0f}"


def test_estimate_of_glucose_is_in_the_readers_unit_and_a_percentage_stays() -> None:
    estimate = Estimate(median=-18.0, low=-36.0, high=9.0)
    assert MGDL.estimate(estimate, "mg/dL", signed=True) == "−18\n(−36 to +9)"
    assert MMOLL.estimate(estimate, "mg/dL", signed=True) == "−1.0\n(−2.0 to +0.5)"
    assert MMOLL.estimate(estimate, "%") == "−18.0\n(−36.0 to 9.0)"
    assert (MMOLL.unit_of("mg/dL"), MMOLL.unit_of("%")) == ("mmol/L", "%")


@pytest.mark.parametrize(
    ("value", "text"), [(-0.04, "0.0"), (0.04, "0.0"), (-3.21, "−3.2"), (12345.6, "12,345.6"), (float("nan"), "–")]
)
def test_numbers_have_a_true_minus_and_no_negative_zero(value: float, text: str) -> None:
    assert number(value, 1) == text


def test_sign_is_shown_on_request_but_not_on_zero() -> None:
    assert (number(2.0, 1, signed=True), number(0.01, 1, signed=True)) == ("+2.0", "0.0")


def test_percentages() -> None:
    assert (percent(82.96), percent(None), fraction_as_percent(0.904)) == ("83.0 %", "–", "90 %")


@pytest.mark.parametrize(
    ("value", "text"), [(0.0009, "0.000900"), (0.01372, "0.0137"), (1.45, "1.45"), (124.6, "125"), (0.0, "0")]
)
def test_parameters_have_three_significant_digits(value: float, text: str) -> None:
    assert three_digits(value) == text


def test_share_of_time_becomes_hours_and_minutes_of_a_day() -> None:
    assert (time_per_day(50.0), time_per_day(0.3), time_per_day(100.0)) == ("12 h 00 min", "0 h 04 min", "24 h 00 min")


def test_spans_of_days_are_as_short_as_they_can_be() -> None:
    first = datetime(2024, 3, 8, tzinfo=UTC)
    assert days(first, first) == "8 March 2024"
    assert days(first, datetime(2024, 3, 21, tzinfo=UTC)) == "8 to 21 March 2024"
    assert days(first, datetime(2024, 4, 4, tzinfo=UTC)) == "8 March to 4 April 2024"
    assert days(first, datetime(2025, 1, 2, tzinfo=UTC)) == "8 March 2024 to 2 January 2025"


def test_days_of_a_window_are_local_and_end_before_its_end() -> None:
    window = Window(start=datetime(2024, 3, 8, 7, tzinfo=UTC), end=datetime(2024, 3, 22, 7, tzinfo=UTC))
    assert window_days(window, ZoneInfo("America/Phoenix")) == "8 to 21 March 2024"


def test_moment_has_date_and_time() -> None:
    assert moment(datetime(2024, 3, 8, 18, 5, tzinfo=UTC)) == "8 March 2024, 18:05"


def test_capitalising_leaves_the_rest_alone() -> None:
    assert capitalised("readings of CGM") == "Readings of CGM"
    assert capitalised("") == ""
