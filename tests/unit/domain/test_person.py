"""A person and what travels with their results."""

from datetime import date

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry, age_band

DAY = date(2024, 6, 1)


def test_person_needs_only_a_pseudonym() -> None:
    person = Person(person_id="p1")
    assert (person.zone, person.sex, person.diabetes_type) == ("UTC", Sex.UNKNOWN, DiabetesType.UNKNOWN)
    assert person.age_years(DAY) is None
    assert person.weight_kg(DAY) is None


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe/berlin "])
def test_unknown_zone_is_refused_with_a_hint(zone: str) -> None:
    with pytest.raises(DataError) as caught:
        Person(person_id="p1", zone=zone)
    assert caught.value.code is ErrorCode.UNKNOWN_NAME
    assert "Europe/Berlin" in caught.value.hint


def test_weight_is_the_latest_known_one() -> None:
    weights = (WeightEntry(day=date(2024, 7, 1), weight_kg=80.0), WeightEntry(day=date(2024, 1, 1), weight_kg=75.0))
    person = Person(person_id="p1", weights=weights)
    assert person.weight_kg(date(2023, 1, 1)) == 75.0
    assert person.weight_kg(date(2024, 6, 30)) == 75.0
    assert person.weight_kg(date(2024, 7, 1)) == 80.0


@pytest.mark.parametrize("weight_kg", [1.0, 401.0])
def test_impossible_weight_is_refused(weight_kg: float) -> None:
    with pytest.raises(DataError):
        WeightEntry(day=DAY, weight_kg=weight_kg)


@pytest.mark.parametrize(
    ("age_years", "band"),
    [(0, "<7"), (6, "<7"), (7, "7-13"), (13, "7-13"), (14, "14-17"), (18, "18-64"), (64, "18-64"), (65, "65+")],
)
def test_age_band_changes_at_its_limits(age_years: int, band: str) -> None:
    assert age_band(age_years) == band


def test_age_band_without_a_birth_year_is_adult_or_unknown() -> None:
    assert age_band(None, adult=True) == "adult"
    assert age_band(None, adult=False) == age_band(None) == "unknown"


def test_attributes_name_every_group_even_when_unknown() -> None:
    unknown = Person(person_id="p1").attributes(DAY)
    assert set(unknown.values()) == {"unknown"}
    known = Person(
        person_id="p1", birth_year=1980, sex=Sex.FEMALE, therapy=TherapyKind.PUMP, cgm_device="G6", ethnicity="x"
    ).attributes(DAY)
    assert known["age_band"] == "18-64"
    assert (known["sex"], known["therapy"], known["device"], known["ethnicity"]) == ("female", "pump", "G6", "x")
