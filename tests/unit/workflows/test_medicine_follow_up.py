"""What became of a plan of medicines, by what is on record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from glucotwin.advise.follow_up import Verdict
from glucotwin.advise.medicine_plan import MedicineChange, MedicineStep
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import WeightEntry
from glucotwin.domain.timeline import Timeline
from glucotwin.workflows.medicine_follow_up import MedicineFollowUp, TakenUp, follow_up_medicines
from glucotwin.workflows.regimen_answer import CourseBandJson
from made_up_person import PERSON

BEGIN = date(2026, 3, 9)
COURSE: CourseBandJson = {"day": [0.0, 90.0], "low": [8.0, 7.0], "median": [8.0, 7.2], "high": [8.0, 7.4]}
WEIGHT: CourseBandJson = {"day": [0.0, 90.0], "low": [0.0, -4.0], "median": [0.0, -3.0], "high": [0.0, -2.0]}
START = MedicineChange(medicine="empagliflozin", step=MedicineStep.START, before=None, after=10.0)
STOP = MedicineChange(medicine="glimepiride", step=MedicineStep.STOP, before=2.0, after=None)


def _at(day: int) -> datetime:
    return datetime(2026, 3, 9, 8, tzinfo=UTC) + timedelta(days=day)


def _taken(name: str, days: range, dose_mg: float = 10.0) -> list[MedicationDose]:
    return [MedicationDose(time=_at(day), medication=name, dose_mg=dose_mg, source="diary") for day in days]


def _record(*, labs: dict[int, float], doses: list[MedicationDose], weights: dict[int, float]) -> Timeline:
    results = [
        LabResult(time=_at(day), analyte="HbA1c", value=one, unit="%", source="lab") for day, one in labs.items()
    ]
    timeline = Timeline.from_records(PERSON, [*results, *doses])
    entries = tuple(WeightEntry(day=BEGIN + timedelta(days=day), weight_kg=one) for day, one in weights.items())
    return replace(timeline, person=replace(timeline.person, weights=entries))


def _followed(timeline: Timeline, *changes: MedicineChange) -> MedicineFollowUp:
    return follow_up_medicines(timeline, changes, from_day=BEGIN, hba1c=COURSE, weight_change=WEIGHT, weight_kg=100.0)


def test_values_are_compared_with_what_was_foreseen_for_their_own_day_and_the_scatter_of_one_measurement() -> None:
    labs = {-3: 8.0, 45: 7.7, 90: 8.3, 200: 7.0}
    followed = _followed(_record(labs=labs, doses=[], weights={40: 99.0, 41: 98.5, 80: 93.0}), START)
    assert [one.on for one in followed.measured] == sorted(one.on for one in followed.measured)
    hba1c = [one for one in followed.measured if one.name == "hba1c_pct"]
    assert [(one.value, one.verdict) for one in hba1c] == [(7.7, Verdict.AS_PREDICTED), (8.3, Verdict.MORE)]
    assert hba1c[1].foreseen.median == pytest.approx(7.2)
    assert hba1c[1].foreseen.high == pytest.approx(7.2 + (0.2**2 + (1.2816 * 0.46) ** 2) ** 0.5)
    weights = [one for one in followed.measured if one.name == "weight_kg"]
    assert [(one.value, one.verdict) for one in weights] == [(98.5, Verdict.AS_PREDICTED), (93.0, Verdict.LESS)]


@pytest.mark.parametrize(
    ("doses", "expected"),
    [
        ([], TakenUp.UNKNOWN),
        (_taken("empagliflozin", range(2, 60)), TakenUp.YES),
        (_taken("empagliflozin", range(2, 60)) + _taken("glimepiride", range(-60, 60), 2.0), TakenUp.PARTLY),
        (_taken("metformin", range(-60, 60), 1000.0) + _taken("glimepiride", range(-60, 60), 2.0), TakenUp.NO),
    ],
)
def test_a_plan_is_taken_up_as_far_as_doses_on_record_say(doses: list[MedicationDose], expected: TakenUp) -> None:
    followed = _followed(_record(labs={59: 7.5}, doses=doses, weights={}), START, STOP)
    assert followed.taken_up is expected


def test_a_raised_dose_has_to_be_on_record_as_raised() -> None:
    raised = MedicineChange(medicine="metformin", step=MedicineStep.RAISE, before=1000.0, after=2000.0)
    for dose, expected in ((1000.0, TakenUp.NO), (2000.0, TakenUp.YES)):
        record = _record(labs={59: 7.5}, doses=_taken("metformin", range(-60, 60), dose), weights={})
        assert _followed(record, raised).taken_up is expected
