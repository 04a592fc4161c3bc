"""Findings, coverage and the sentences about them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from glucotwin.core.error import DataError
from glucotwin.core.message import message_identifiers
from glucotwin.domain.activity import Activity, HeartRate, Sleep
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import stream_of
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import KetoneReading
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.reversal import take_back
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.check import cleaned, common_findings, coverage_of
from glucotwin.ingest.limit import RANGES, UNLIMITED, Range
from glucotwin.ingest.merge import joined
from glucotwin.ingest.quality import (
    Action,
    Finding,
    FindingCode,
    QualityReport,
    Severity,
    Source,
    by_severity,
    findings_in,
)

START = datetime(2024, 3, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def found(*records: Record) -> dict[FindingCode, Finding]:
    line = Timeline.from_records(Person(person_id="p1"), records)
    return {finding.code: finding for finding in common_findings(line)}


def readings(values: list[float], *, step_min: float = 5.0) -> list[Record]:
    return [GlucoseReading(time=at(step_min * index), glucose_mgdl=value) for index, value in enumerate(values)]


@pytest.mark.parametrize("code", FindingCode)
def test_every_finding_has_its_sentence(code: FindingCode) -> None:
    assert f"quality-{code}" in message_identifiers()


def test_finding_tells_count_and_times() -> None:
    frame = pl.DataFrame({"time": [at(5), at(0)]})
    (finding,) = findings_in(frame, FindingCode.CENSORED_GLUCOSE, severity=Severity.INFO, action=Action.KEPT)
    assert (finding.count, finding.first_time, finding.last_time) == (2, at(0), at(5))
    assert finding.text.startswith("2 readings are only known")
    assert json.loads(json.dumps(finding.to_json()))["action"] == "kept"


def test_nothing_concerned_is_no_finding() -> None:
    frame = pl.DataFrame({"time": [at(0)]}).clear()
    assert findings_in(frame, FindingCode.CENSORED_GLUCOSE, severity=Severity.INFO, action=Action.KEPT) == ()


def test_most_severe_findings_come_first() -> None:
    made = [
        Finding(code=FindingCode.FEW_MEALS, severity=severity, stream="", action=Action.KEPT, count=1)
        for severity in (Severity.INFO, Severity.PROBLEM, Severity.WARNING)
    ]
    assert [one.severity for one in by_severity(tuple(made))] == ["problem", "warning", "info"]


def test_coverage_counts_gaps_and_active_time() -> None:
    times = [0, 5, 10, 60, 65]
    line = Timeline.from_records(
        Person(person_id="p1"),
        [
            *(GlucoseReading(time=at(minute), glucose_mgdl=100.0) for minute in times),
            BasalSegment(time=at(0), duration_min=30.0, rate_u_per_h=1.0),
            BasalSegment(time=at(60), duration_min=30.0, rate_u_per_h=1.0),
            Meal(time=at(3), carbs_g=20.0),
        ],
    )
    coverage = {one.stream: one for one in coverage_of(line)}
    glucose, basal, meal = coverage["glucose"], coverage["basal"], coverage["meal"]
    assert (glucose.records, glucose.gaps, glucose.gap_min) == (5, 1, 50.0)
    assert glucose.active_percent == pytest.approx(100.0 * 5 / 14)
    assert (basal.gaps, basal.gap_min, basal.active_percent) == (1, 30.0, pytest.approx(50.0))
    assert (meal.records, meal.gaps, meal.active_percent) == (1, None, None)
    report = QualityReport(
        sources=(Source(name="a.csv", sha256="0", format_name="x"),), coverage=tuple(coverage.values()), findings=()
    )
    assert report.coverage_of("meal") is meal
    assert report.coverage_of("bolus") is None
    assert json.loads(json.dumps(report.to_json()))["coverage"][0]["gap_min"] == glucose.gap_min


def test_cleaning_drops_repeats_and_impossible_values() -> None:
    frame = pl.DataFrame({"time": [at(0), at(0), at(5)], "carbs_g": [10.0, 10.0, 5000.0]})
    streams, findings = cleaned(joined([{"meal": frame}]))
    assert streams["meal"]["carbs_g"].to_list() == [10.0]
    assert {(one.code, one.count) for one in findings} == {
        (FindingCode.DUPLICATE_ROWS, 1),
        (FindingCode.IMPOSSIBLE_VALUES, 1),
    }


def test_impossible_record_is_kept_as_a_step_and_stays_once_the_step_is_taken_back() -> None:
    frame = pl.DataFrame({"time": [at(0), at(5)], "source": ["a", "a"], "carbs_g": [10.0, 5000.0]})
    streams, _ = cleaned(joined([{"meal": frame}]))
    line = Timeline(person=Person(person_id="p"), streams=streams)
    (step,) = line.records(Correction)
    assert (step.time, step.source, step.stream, step.quantity) == (at(5), "a", "meal", "carbs_g")
    assert (step.original, step.corrected, step.reason) == (5000.0, None, "impossible-values")
    back = take_back(line).timeline
    assert back.frame(Meal)["carbs_g"].to_list() == [10.0, 5000.0]
    again, findings = cleaned(joined([back.streams]))
    assert again["meal"]["carbs_g"].to_list() == [10.0, 5000.0]
    assert len(again["correction"]) == 1
    assert findings == ()


def test_jump_that_no_body_can_do_is_noticed() -> None:
    assert found(*readings([100.0, 151.0]))[FindingCode.GLUCOSE_JUMPS].count == 1
    assert FindingCode.GLUCOSE_JUMPS not in found(*readings([100.0, 149.0]))
    assert FindingCode.GLUCOSE_JUMPS not in found(*readings([100.0, 300.0], step_min=30.0))


def test_insulin_without_meals_is_a_problem_and_glucose_without_insulin_a_warning() -> None:
    assert found(Bolus(time=at(0), insulin_u=1.0))[FindingCode.NO_MEALS].severity is Severity.PROBLEM
    assert found(*readings([100.0]))[FindingCode.NO_INSULIN].severity is Severity.WARNING


def test_few_meals_are_counted_per_day() -> None:
    boluses = [Bolus(time=at(1440 * day), insulin_u=1.0) for day in range(5)]
    few = found(*boluses, Meal(time=at(0), carbs_g=10.0), Meal(time=at(5), carbs_g=10.0))
    assert few[FindingCode.FEW_MEALS].values == {"per_day": "0.5"}
    enough = [Meal(time=at(100 * index), carbs_g=10.0) for index in range(8)]
    assert FindingCode.FEW_MEALS not in found(*boluses, *enough)


@pytest.mark.parametrize(("insulin_u", "noticed"), [(69.0, False), (71.0, True)])
def test_unbelievable_insulin_is_noticed(insulin_u: float, noticed: bool) -> None:
    doses = [Bolus(time=at(1440 * day), insulin_u=insulin_u * 10 / 11) for day in range(11)]
    assert (FindingCode.IMPLAUSIBLE_INSULIN in found(*doses)) == noticed


def test_large_boluses_and_meals_are_noticed() -> None:
    codes = found(Bolus(time=at(0), insulin_u=20.0, extended_u=6.0, extended_min=60.0), Meal(time=at(0), carbs_g=201.0))
    assert {FindingCode.LARGE_BOLUSES, FindingCode.LARGE_MEALS} <= set(codes)


EXAMPLES: tuple[Record, ...] = (
    GlucoseReading(time=START, glucose_mgdl=100.0),
    Bolus(time=START, insulin_u=1.0, extended_min=60.0),
    BasalSegment(time=START, duration_min=5.0, rate_u_per_h=1.0),
    PenDose(time=START, insulin_u=1.0, product="glargine"),
    Meal(time=START, carbs_g=1.0),
    Activity(time=START, duration_min=1.0),
    HeartRate(time=START, heart_rate_bpm=60.0),
    Sleep(time=START, duration_min=1.0),
    KetoneReading(time=START, ketone_mmoll=1.0),
)
EDGES = [(record, column, limit) for record in EXAMPLES for column, limit in RANGES[stream_of(type(record))].items()]


def test_every_range_is_compared_with_its_record() -> None:
    assert {stream_of(type(record)) for record in EXAMPLES} == set(RANGES)


@pytest.mark.parametrize(("record", "column", "limit"), EDGES)
def test_ranges_are_those_of_the_records(record: Record, column: str, limit: Range) -> None:
    for value in limit:
        assert getattr(replace(record, **{column: value}), column) == value
    beyond = [limit.low - 0.01] if limit.high >= UNLIMITED else [limit.low - 0.01, limit.high + 0.01]
    for value in beyond:
        with pytest.raises(DataError):
            replace(record, **{column: value})
