"""For whom the twin's answers are meant."""

from dataclasses import replace
from datetime import date

import pytest

from glucotwin.core.message import message
from glucotwin.domain.person import DiabetesType, Person
from glucotwin.twin.validity import check_validity
from made_up_person import PERSON

ON = date(2024, 3, 1)


def test_adult_with_type_1_diabetes_is_covered() -> None:
    assert check_validity(PERSON, ON).to_json() == {"valid": True, "reasons_against": [], "cautions": []}


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (replace(PERSON, pregnant=True), "validity-pregnant"),
        (replace(PERSON, dialysis=True), "validity-dialysis"),
        (replace(PERSON, birth_year=2010), "validity-young"),
        (replace(PERSON, birth_year=None, adult=False), "validity-young"),
        (replace(PERSON, diabetes_type=DiabetesType.TYPE_2), "validity-other-diabetes"),
        (replace(PERSON, diabetes_type=DiabetesType.GESTATIONAL), "validity-other-diabetes"),
        (replace(PERSON, diabetes_type=DiabetesType.NONE), "validity-other-diabetes"),
        (replace(PERSON, diabetes_type=DiabetesType.UNKNOWN), "validity-diabetes-unknown"),
    ],
)
def test_people_outside_the_validated_population_are_not_covered(person: Person, reason: str) -> None:
    validity = check_validity(person, ON)
    assert not validity.valid
    assert validity.reasons_against == (reason,)
    assert message(reason)


def test_child_that_is_also_pregnant_has_both_reasons() -> None:
    reasons = check_validity(replace(PERSON, birth_year=2010, pregnant=True), ON).reasons_against
    assert set(reasons) == {"validity-young", "validity-pregnant"}


def test_birthday_may_still_come_in_the_year_of_eighteen() -> None:
    eighteen = replace(PERSON, birth_year=ON.year - 18)
    assert not check_validity(eighteen, ON).valid
    assert check_validity(replace(eighteen, adult=True), ON).valid
    assert check_validity(replace(PERSON, birth_year=ON.year - 19), ON).valid


def test_birth_year_of_a_child_outweighs_the_word_adult() -> None:
    assert not check_validity(replace(PERSON, birth_year=2015, adult=True), ON).valid


def test_what_is_not_known_is_a_caution() -> None:
    unknown = replace(PERSON, birth_year=None, adult=None, pregnant=None)
    validity = check_validity(unknown, ON)
    assert validity.valid
    assert validity.cautions == ("validity-age-unknown", "validity-conditions-unknown")
    assert all(message(key) for key in validity.cautions)
