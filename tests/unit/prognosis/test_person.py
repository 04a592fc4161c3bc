"""Reading a described person, and the schema of the description."""

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.prognosis.person import REQUIRED, DescribedPerson, parse_person
from glucotwin.prognosis.schema import person_schema
from made_up_patient import LETTER, described, letter


def test_unknown_key_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(DataError, match=r"unknown key hba1c \(did you mean hba1c_pct\?\)") as raised:
        parse_person(letter(hba1c=7.0), name="p.json")
    assert raised.value.code is ErrorCode.INVALID_VALUE
    assert "--schema" in raised.value.hint


@pytest.mark.parametrize("key", REQUIRED)
def test_missing_key_is_named(key: str) -> None:
    lines = [f"{name}: {value}" for name, value in LETTER.items() if name != key]
    with pytest.raises(DataError, match=f"missing key {key}"):
        parse_person("\n".join(lines).replace("False", "false"), name="p.yaml")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"age": 17}, "age: "),
        ({"sex": "unknown"}, "sex: "),
        ({"egfr": -5}, "egfr: "),
        ({"hba1c_pct": "seven"}, "hba1c_pct: "),
        ({"region": "europe"}, "region: "),
        ({"age_at_diagnosis": 40, "diabetes_duration_y": 3}, "contradict"),
        ({"age_at_diagnosis": 65, "diabetes_duration_y": None}, "future"),
        ({"age_at_diagnosis": None, "diabetes_duration_y": None}, "is needed"),
        ({"hdl_mmoll": 5.0}, "hdl_mmoll is not below"),
    ],
)
def test_impossible_values_are_told_with_their_key(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint) as raised:
        parse_person(letter(**changes), name="p.json")
    assert raised.value.code is ErrorCode.INVALID_VALUE


def test_age_at_diagnosis_and_duration_stand_for_each_other() -> None:
    by_age = described(age_at_diagnosis=50, diabetes_duration_y=None)
    by_duration = described(age_at_diagnosis=None, diabetes_duration_y=10)
    assert by_age.duration_y == by_duration.duration_y == 10
    assert by_age.diagnosed_at_y == by_duration.diagnosed_at_y == 50


def test_schema_lists_every_key_with_what_it_may_hold() -> None:
    entries = {str(entry["key"]): entry for entry in person_schema()}
    assert list(entries) == list(DescribedPerson.model_fields)
    assert all(entry["meaning"] for entry in entries.values())
    assert entries["hba1c_pct"]["unit"] == "% (NGSP)"
    assert (entries["hba1c_pct"]["required"], entries["hba1c_pct"]["may_be_null"]) == (True, True)
    assert entries["sex"]["choices"] == ["female", "male"]
    assert entries["drugs"]["kind"] == "list"
    assert entries["smoker"]["kind"] == "flag"
    assert entries["statin"]["default"] is False
    assert "default" not in entries["age"]
    numbers = [entry for entry in entries.values() if entry["kind"] == "number"]
    assert all(entry["unit"] and entry["lowest"] is not None and entry["highest"] is not None for entry in numbers)


def test_schema_is_enough_to_write_a_description() -> None:
    written: dict[str, object] = {}
    for entry in person_schema():
        choices = entry["choices"]
        if "default" in entry:
            written[str(entry["key"])] = entry["default"]
        elif isinstance(choices, list):
            written[str(entry["key"])] = choices[0]
        else:
            written[str(entry["key"])] = None if entry["may_be_null"] else False if entry["kind"] == "flag" else 60
    person = parse_person(letter(**(written | {"age_at_diagnosis": 50})), name="p.json")
    assert person.age == 60
