"""Reports on local days, the registry, and what leaves as JSON."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.domain.activity import Activity
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person, TherapyKind
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.days import DayReason, DayReport, day_reports, days_json, reason_text
from glucotwin.ingest.detect.detection import Detection, DetectionKind, in_time_order
from glucotwin.ingest.detect.registry import DETECTORS, detections_of
from made_up_sensor import START, at, level, readings, timeline


def whole_days(days: int = 2) -> list[Record]:
    """Meals, boluses and basal of whole days."""
    meals = [1440.0 * day + 60.0 * hour for day in range(days) for hour in (8, 13, 19)]
    return [
        BasalSegment(time=at(0), duration_min=1440.0 * days, rate_u_per_h=1.0),
        *(Meal(time=at(minute), carbs_g=50.0) for minute in meals),
        *(Bolus(time=at(minute), insulin_u=5.0) for minute in meals),
    ]


def without(kind: type[Record]) -> list[Record]:
    return [record for record in whole_days() if not isinstance(record, kind)]


def detected(kind: DetectionKind, *, start: float, minutes: float, score: float = 1.0) -> Detection:
    return Detection(kind=kind, start=at(start), end=at(start + minutes), score=score, text="Made up.")


def first_day(*records: Record, found: tuple[Detection, ...] = ()) -> DayReport:
    return day_reports(timeline(*records), found)[0]


def test_whole_day_is_fit_and_counted() -> None:
    report = first_day(*whole_days(), *readings(level(2)), Activity(time=at(60), duration_min=30.0))
    assert report.fit
    assert report.text == "Fit for a twin."
    assert (report.day, report.start, report.end) == (START.date(), at(0), at(1440))
    assert (report.readings, report.glucose_pct, report.longest_gap_min) == (288, 100.0, 0.0)
    assert (report.meals, report.carbs_g, report.boluses, report.bolus_u) == (3, 150.0, 3, 15.0)
    assert (report.basal_known_pct, report.activities) == (100.0, 1)


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([*whole_days(), *readings(level(2)[:150]), *readings(level(2))[-5:]], DayReason.LITTLE_GLUCOSE),
        ([*without(Meal), *readings(level(2))], DayReason.NO_MEALS),
        ([*without(BasalSegment), *readings(level(2)), BasalSegment(time=at(0), duration_min=600.0, rate_u_per_h=1.0)],
         DayReason.BASAL_UNKNOWN),
    ],
    ids=["glucose", "meals", "basal"],
)  # fmt: skip
def test_what_is_missing_speaks_against_a_day(records: list[Record], reason: DayReason) -> None:
    report = first_day(*records)
    assert report.reasons_against == (reason,)
    assert report.text == f"Not fit for a twin: {reason_text(reason)}."


def test_day_without_insulin_is_unfit_only_for_those_who_take_it() -> None:
    later = Bolus(time=at(1500), insulin_u=4.0)
    bare: list[Record] = [Meal(time=at(500), carbs_g=30.0), *readings(level(2))]
    takes = Person(person_id="p", therapy=TherapyKind.INJECTIONS)
    assert first_day(*bare).fit
    assert first_day(*bare, later).reasons_against == (DayReason.NO_INSULIN,)
    assert day_reports(timeline(*bare, person=takes), ())[0].reasons_against == (DayReason.NO_INSULIN,)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ([detected(DetectionKind.STUCK_SENSOR, start=100, minutes=130)], DayReason.STUCK_SENSOR),
        ([detected(DetectionKind.UNIT_MIX_UP, start=100, minutes=9)], DayReason.UNIT_MIX_UP),
        ([detected(DetectionKind.CLOCK_FAULT, start=100, minutes=9)], DayReason.CLOCK_FAULT),
        (
            [detected(DetectionKind.UNANNOUNCED_MEAL, start=t, minutes=120, score=0.6) for t in (300, 700)],
            DayReason.MEALS_MISSING,
        ),
    ],
)
def test_some_detections_speak_against_a_day(found: list[Detection], reason: DayReason) -> None:
    report = first_day(*whole_days(), *readings(level(2)), found=tuple(found))
    assert report.reasons_against == (reason,)
    assert report.detections == tuple(found)


@pytest.mark.parametrize(
    "found",
    [
        [detected(DetectionKind.STUCK_SENSOR, start=100, minutes=70)],
        [detected(DetectionKind.STUCK_SENSOR, start=1400, minutes=130)],
        [detected(DetectionKind.COMPRESSION_LOW, start=100, minutes=40)],
        [detected(DetectionKind.CLOCK_FAULT, start=100, minutes=40, score=0.4)],
        [detected(DetectionKind.UNANNOUNCED_MEAL, start=300, minutes=120, score=0.9)],
        [
            detected(DetectionKind.BOLUS_WITHOUT_CARBS, start=350, minutes=15, score=0.7),
            detected(DetectionKind.UNANNOUNCED_MEAL, start=300, minutes=120, score=0.9),
        ],
    ],
    ids=["short", "next day", "compression", "unsure", "one meal", "one meal found twice"],
)
def test_lesser_detections_are_only_told(found: list[Detection]) -> None:
    assert first_day(*whole_days(), *readings(level(2)), found=in_time_order(found)).fit


def test_days_are_local_and_23_or_25_hours_long_when_clocks_change() -> None:
    person = Person(person_id="p", zone="Europe/Berlin")
    start = datetime(2024, 3, 30, tzinfo=UTC)
    times = [start + timedelta(minutes=5 * k) for k in range(3 * 288)]
    shifted = [
        type(one)(time=time, glucose_mgdl=one.glucose_mgdl)  # pyright: ignore[reportAttributeAccessIssue, reportCallIssue]
        for one, time in zip(readings(level(3)), times, strict=True)
    ]
    reports = day_reports(timeline(*shifted, person=person), ())
    assert [str(one.day) for one in reports] == ["2024-03-30", "2024-03-31", "2024-04-01", "2024-04-02"]
    assert (reports[1].end - reports[1].start, reports[1].readings) == (timedelta(hours=23), 276)
    assert reports[1].glucose_pct == 100.0


def test_reports_leave_as_json() -> None:
    found = (detected(DetectionKind.STUCK_SENSOR, start=100, minutes=130),)
    answer = json.loads(json.dumps(days_json(day_reports(timeline(*whole_days(), *readings(level(2))), found))))
    assert (answer["schema"], answer["days"], answer["fit_days"]) == ("glucotwin-days/1", 2, 1)
    assert answer["reports"][0]["reasons_against"] == ["stuck-sensor"]
    assert answer["reports"][0]["detections"][0] == {
        "kind": "stuck-sensor",
        "start": "2024-03-01T01:40:00+00:00",
        "end": "2024-03-01T03:50:00+00:00",
        "score": 1.0,
        "text": "Made up.",
    }


def test_every_reason_has_its_words() -> None:
    assert all(reason_text(reason) for reason in DayReason)


def test_every_kind_has_a_detector() -> None:
    assert set(DETECTORS) == set(DetectionKind)


@pytest.mark.parametrize("kind", DETECTORS)
@pytest.mark.parametrize(
    "line",
    [
        timeline(),
        timeline(*readings([100.0])),
        timeline(*readings(level(3))),
        timeline(*whole_days()),
        timeline(Meal(time=at(0), carbs_g=50.0), Bolus(time=at(0), insulin_u=0.0)),
    ],
    ids=["nothing", "one reading", "only readings", "no readings", "one meal"],
)
def test_detectors_answer_any_record(kind: DetectionKind, line: Timeline) -> None:
    assert {one.kind for one in DETECTORS[kind](line)} <= {kind}


def test_detections_are_in_time_order_with_scores_and_sentences_and_leave_the_data_alone() -> None:
    values = level(4)
    values[300:330] = 140.0
    values[(1440 * 2 + 120) // 5 :][:8] -= 45.0
    line = timeline(*readings(values), *whole_days(2))
    before = {name: frame.clone() for name, frame in line.streams.items()}
    found = detections_of(line)
    assert {one.kind for one in found} >= {
        DetectionKind.STUCK_SENSOR,
        DetectionKind.COMPRESSION_LOW,
        DetectionKind.BASAL_UNKNOWN,
    }
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert all(0.0 < one.score <= 1.0 and one.end >= one.start and one.text.endswith(".") for one in found)
    assert all(line.streams[name].equals(frame) for name, frame in before.items())
    assert day_reports(line) == day_reports(line, found)


def test_no_records_give_no_days() -> None:
    assert day_reports(timeline()) == ()


def test_detections_share_time_with_what_they_reach_into() -> None:
    one = detected(DetectionKind.STUCK_SENSOR, start=100, minutes=50)
    assert one.duration_min == 50.0
    assert one.overlaps(at(0), at(101))
    assert one.overlaps(at(149), at(300))
    assert not one.overlaps(at(0), at(100))
    assert not one.overlaps(at(150), at(300))
