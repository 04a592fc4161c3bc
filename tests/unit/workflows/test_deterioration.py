"""What gets slowly worse, out of a person's own records."""

from datetime import timedelta

import pytest

from glucotwin.core.message import LOCALES, message
from glucotwin.domain.observation import LabResult
from glucotwin.metrics.deterioration import WATCHED, TrendVerdict
from glucotwin.workflows.fhir.watch import watch_resources
from glucotwin.workflows.living.deterioration import deterioration_json, deteriorations_of, worst_first
from made_up_sensor import START, level, readings, timeline


def _labs(analyte: str, unit: str, values: list[float], *, every_days: float = 120.0) -> list[LabResult]:
    return [
        LabResult(time=START + timedelta(days=every_days * index), analyte=analyte, value=value, unit=unit)
        for index, value in enumerate(values)
    ]


def test_laboratories_with_other_names_and_units_are_one_series() -> None:
    old = _labs("4548-4", "%", [7.0, 7.2])
    new = _labs("HbA1c", "mmol/mol", [0.0, 0.0, 58.0, 63.0])[2:]
    (found,) = deteriorations_of(timeline(*old, *new))
    assert found.verdict is TrendVerdict.CLEAR
    assert found.trend.point_count == 4
    assert found.latest == pytest.approx(0.09148 * 63.0 + 2.152)


def test_a_unit_that_is_not_known_is_left_out() -> None:
    assert deteriorations_of(timeline(*_labs("eGFR", "mL/s", [1.5, 1.2, 0.9]))) == ()


def test_time_in_range_is_judged_week_by_week() -> None:
    rising = [reading for week in range(12) for reading in level(7.0, glucose_mgdl=120.0 + 7.0 * week)]
    (found,) = deteriorations_of(timeline(*readings(rising)))
    assert (found.watched.name, found.verdict) == ("time-in-range", TrendVerdict.CLEAR)
    assert found.trend.rate_per_year < -22.0


def test_the_clear_ones_come_first_and_are_flagged() -> None:
    records = [
        *_labs("hba1c", "%", [7.0, 7.0, 7.0]),
        *_labs("egfr", "mL/min/{1.73_m2}", [80.0, 76.0, 72.5]),
    ]
    person = timeline(*records)
    found = worst_first(deteriorations_of(person))
    assert [one.watched.name for one in found] == ["egfr", "hba1c"]
    told = deterioration_json(found[0])
    assert told["verdict"] == "clear"
    assert "eGFR falls by" in str(told["sentence"])
    resources = watch_resources(person)
    assert [one["resourceType"] for one in resources] == ["Flag", "DetectedIssue"]
    assert "KDIGO" in str(resources[1]["detail"])


@pytest.mark.parametrize("locale", LOCALES)
def test_every_verdict_has_its_words(locale: str) -> None:
    for one in WATCHED:
        assert message(f"watch-{one.name}", locale=locale)
        for verdict in TrendVerdict:
            values = {"rate": "1", "low": "0", "high": "2", "count": 3, "months": "9"}
            assert message(f"watch-{one.name}-{verdict}", locale=locale, **values)
