"""Visits of a person's own record."""

from datetime import UTC, date, datetime, timedelta

import pytest

from glucotwin.domain.insulin import PenDose
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Person, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.workflows.recorded_visits import recorded_visits
from glucotwin.workflows.regimen_history import history_of

START = datetime(2025, 1, 1, 7, tzinfo=UTC)
PERSON = Person(
    person_id="made-up",
    zone="Europe/Berlin",
    diabetes_type=DiabetesType.TYPE_2,
    weights=(WeightEntry(day=date(2025, 1, 3), weight_kg=90.0),),
)


def _at(day: int) -> datetime:
    return START + timedelta(days=day)


def _hba1c(day: int, value: float) -> LabResult:
    return LabResult(time=_at(day), analyte="HbA1c", value=value, unit="%")


def _doses(name: str, mg: float, days: range) -> list[MedicationDose]:
    return [MedicationDose(time=_at(day), medication=name, dose_mg=mg) for day in days]


def _timeline(*records: Record) -> Timeline:
    return Timeline.from_records(PERSON, records)


def _day(day: int) -> date:
    return _at(day).date()


def test_doses_become_what_is_taken_from_a_day_on() -> None:
    record = _timeline(
        *_doses("Metformin 500", 500.0, range(60)),
        *_doses("metformin", 1000.0, range(60, 200)),
        *_doses("semaglutide", 1.0, range(100, 200, 7)),
        *_doses("sitagliptin", 100.0, range(80)),
        *[PenDose(time=_at(day), insulin_u=20.0, product="degludec") for day in range(150, 200)],
        _hba1c(0, 8.5), _hba1c(90, 8.0), _hba1c(199, 6.9),
    )  # fmt: skip
    found = recorded_visits(record)
    assert {row.on: row.medicines for row in found.rows} == {
        _day(0): "metformin:500+sitagliptin:100",
        _day(60): "metformin:1000+sitagliptin:100",
        _day(80): "metformin:1000",
        _day(90): "metformin:1000",
        _day(100): "metformin:1000+semaglutide:1",
        _day(150): "metformin:1000+semaglutide:1+degludec:20",
        _day(199): "metformin:1000+semaglutide:1+degludec:20",
    }
    assert [row.hba1c_pct for row in found.rows if row.hba1c_pct] == [8.5, 8.0, 6.9]
    assert found.rows[0].weight_kg == 90.0
    assert found.rows[-1].weight_kg is None, "the weight of half a year before is not that of the visit"
    assert not found.cautions
    assert len(history_of(found.rows).spells) == 5


def test_a_missed_or_doubled_dose_is_no_new_dose() -> None:
    doses = _doses("metformin", 1000.0, range(90))
    del doses[30:34]
    doubled = MedicationDose(time=_at(50) + timedelta(hours=1), medication="metformin", dose_mg=1000.0)
    found = recorded_visits(_timeline(*doses, doubled, _hba1c(0, 8.0), _hba1c(89, 7.5)))
    assert {row.medicines for row in found.rows} == {"metformin:1000"}


def test_visits_before_the_first_dose_count_once_it_is_told_what_was_taken() -> None:
    record = _timeline(
        _hba1c(0, 7.4), _hba1c(180, 7.9), _hba1c(400, 8.2), *_doses("metformin", 2000.0, range(380, 400))
    )
    silent = recorded_visits(record)
    assert [row.hba1c_pct for row in silent.rows] == [8.2]
    assert len(silent.cautions) == 1
    told = recorded_visits(record, "glimepiride:2")
    assert [(row.hba1c_pct, row.medicines) for row in told.rows] == [
        (7.4, "glimepiride:2"),
        (7.9, "glimepiride:2"),
        (None, "metformin:2000"),
        (8.2, "metformin:2000"),
    ]
    assert not told.cautions


def test_what_the_body_does_not_know_is_named() -> None:
    record = _timeline(_hba1c(0, 8.0), *_doses("Zauberkraut", 5.0, range(10)),
                       PenDose(time=_at(2), insulin_u=6.0, product="aspart"))  # fmt: skip
    cautions = " ".join(recorded_visits(record).cautions)
    assert "Zauberkraut" in cautions
    assert "meals" in cautions


@pytest.mark.parametrize("product", ["glargine-u100", "nph", "detemir", "icodec"])
def test_long_acting_insulins_have_one_that_stands_for_them(product: str) -> None:
    every = 7 if product == "icodec" else 1
    pens = [PenDose(time=_at(day), insulin_u=14.0, product=product) for day in range(0, 28, every)]
    last = recorded_visits(_timeline(*pens, _hba1c(27, 8.0))).rows[-1]
    assert last.medicines in {"glargine:14", "degludec:14", "icodec:14"}
