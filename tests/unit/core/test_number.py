"""Numbers and days in the language that is spoken."""

from datetime import UTC, datetime

import pytest

from glucotwin.core.message import LOCALES, message_identifiers, spoken_in
from glucotwin.core.number import as_read, day, moment, number, plain_number

EVENING = datetime(2024, 3, 8, 18, 5, tzinfo=UTC)


def test_german_has_a_decimal_comma_and_points_between_thousands() -> None:
    with spoken_in("de"):
        assert number(12345.6, 1) == "12.345,6"
        assert number(-3.21, 2, signed=True) == "−3,21"
        assert (plain_number(2.5), plain_number(40.0), as_read("3.8")) == ("2,5", "40", "3,8")
    assert (number(12345.6, 1), plain_number(2.5), as_read("3.8")) == ("12,345.6", "2.5", "3.8")


def test_days_and_moments_are_written_as_the_language_writes_them() -> None:
    assert (day(EVENING), moment(EVENING)) == ("8 March 2024", "8 March 2024, 18:05")
    with spoken_in("de"):
        assert (day(EVENING), moment(EVENING)) == ("8. März 2024", "8. März 2024, 18:05 Uhr")


@pytest.mark.parametrize("text", ["0.1.0", "2024-03-08", "minimal", "person-1.2", "120"])
def test_what_is_no_number_with_decimals_stays_as_it_is(text: str) -> None:
    with spoken_in("de"):
        assert as_read(text) == text


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_its_marks_and_months(locale: str) -> None:
    needed = {f"date-month-{month}" for month in range(1, 13)} | {"number-decimal-mark", "number-thousands-mark"}
    assert needed <= message_identifiers(locale)
