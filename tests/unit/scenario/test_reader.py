"""Scenario files: what they say, and how they are refused."""

import datetime as dt
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.scenario.definition import Plan, Scenario, Variant, scenario_schema
from glucotwin.scenario.reader import parse_scenario, read_scenario

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("name", ["one-day.yaml", "missed-bolus-week.yaml"])
def test_examples_are_scenarios(name: str) -> None:
    assert read_scenario(EXAMPLES / name).meals


def test_clock_times_mean_the_same_quoted_or_not() -> None:
    quoted = parse_scenario('meals: [{time: "12:30", carbs_g: 40}, {time: "07:05", carbs_g: 40}]')
    plain = parse_scenario("meals: [{time: 12:30, carbs_g: 40}, {time: 07:05, carbs_g: 40}]")
    assert quoted == plain
    assert plain.meals[0].time == dt.time(12, 30)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0:05", dt.time(0, 5)),
        ("7:05", dt.time(7, 5)),
        ("'7:05'", dt.time(7, 5)),
        ("23:59", dt.time(23, 59)),
        ("12:30:15", dt.time(12, 30, 15)),
        ("'00:00:30'", dt.time(0, 0, 30)),
    ],
)
def test_every_way_to_write_a_clock_time(written: str, meant: dt.time) -> None:
    assert parse_scenario(f"meals: [{{time: {written}, carbs_g: 40}}]").meals[0].time == meant


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("days: 1\nmeals:\n  - {time: '07:00', carbs_g: -5}\n", 3, "meals.1.carbs_g: Input should be greater"),
        ("days: 0\n", 1, "days: Input should be greater"),
        ("name: x\nmeels: []\n", 2, "meels: Extra inputs"),
        ("meals:\n  - {time: '07:00'}\n", 2, "meals.1.carbs_g: Field required"),
        ("boluses:\n  - {time: '07:00', u: 1, carbs_g: 5}\n", 2, "either u or carbs_g"),
        ("boluses:\n  - {time: '07:00'}\n", 2, "give u, carbs_g"),
        ("boluses:\n\n  - {time: '07:00', extended_u: 2}\n", 3, "belong together"),
        ("basal:\n  - {from: '06:00', u_per_h: 1}\n", 1, "ascends from 00:00"),
        ("start: 2024-01-01T00:00:00+02:00\n", 1, "leave the offset out"),
        ("basal: -1\n", 1, "basal: Input should be greater"),
        ("basal: abc\n", 1, "basal: Input should be 'auto' or 'none', or a valid number"),
        ("meals: 3\n", 1, "meals: Input should be a list"),
        ("meals: [3]\n", 1, "meals.1: Input should be a block of fields"),
        ("days: 1\ndays: 2\n", 2, "days: the field is given twice"),
        ("meals:\n  - time: '07:00'\n    carbs_g: 5\n    carbs_g: 6\n", 4, "carbs_g: the field is given twice"),
        ("meals:\n  - {time: '07:00', carbs_g: 5, liquid: maybe}\n", 2, "meals.1.liquid: Input should be a valid bool"),
        ("meals:\n  - {time: 24:00, carbs_g: 5}\n", 2, "meals.1.time: this is no time of day"),
        ("meals:\n  - {time: 7, carbs_g: 5}\n", 2, "meals.1.time: this is no time of day"),
        ("meals:\n  - {time: no, carbs_g: 5}\n", 2, "meals.1.time: this is no time of day"),
        ("meals:\n  - {time: 7.5, carbs_g: 5}\n", 2, "meals.1.time: this is no time of day"),
        ("meals:\n  - {time: '07:00+02:00', carbs_g: 5}\n", 2, "meals.1.time: a local time has no offset"),
        ("meals:\n  - {time: '07:00', carbs_g: 5, day: 1, days: [2]}\n", 2, "meals.1: give either day or days"),
        ("alcohol:\n  - {time: '07:00', alcohol_g: 999}\n", 2, "alcohol.1.alcohol_g: Input should be less"),
        ("boluses:\n  - {time: '07:00', u: 1, product: Lispro}\n", 2, "boluses.1.product: an insulin product is"),
        ("basal_product: ''\n", 1, "basal_product: an insulin product is"),
        ("injections:\n  - {time: '07:00', u: 3}\n", 2, "injections.1.product: Field required"),
        ("injections:\n  - {time: '07:00', u: 3, share: 1, product: nph}\n", 2, "goes with u: auto"),
        ("injections:\n  - {time: '07:00', u: auto, product: nph}\n", 2, "injections.1.u: u: auto beside basal: auto"),
        ("injections:\n  - {time: '07:00', u: lots, product: nph}\n", 2, "injections.1.u: Input should be 'auto', or"),
        ("name: x\nbasal: none\ntemp_basal: [{time: 7:00, duration_min: 9, fraction: 1}]\n", 3, "there is no pump"),
        ("temp_basal:\n  - {time: 7:00, duration_min: 9, fraction: 9}\n", 2, "temp_basal.1.fraction: Input should be"),
        ("interruptions:\n  - {time: 7:00}\n", 2, "interruptions.1.duration_min: Field required"),
        ("activities:\n  - {time: 7:00, duration_min: 9, kind: chess}\n", 2, "activities.1.kind: Input should be 'aer"),
        (
            "conditions:\n  - {time: 7:00, duration_h: 9, kind: flu}\n",
            2,
            "conditions.1.kind: Input should be 'illness'",
        ),
        ("conditions:\n  - {time: 7:00, duration_h: 9, kind: heat, severity: 2}\n", 2, "conditions.1.severity"),
        ("medications:\n  - {time: 7:00, name: '', dose_mg: 9}\n", 2, "medications.1.name: String should have"),
        ("zone: Mars/Base\n", 1, "zone: there is no time zone 'Mars/Base'"),
        ("travel:\n  - {day: 1, time: 7:00, zone: Mars/Base}\n", 2, "travel.1.zone: there is no time zone"),
        ("travel:\n  - {day: 2, time: 7:00, zone: Asia/Tokyo}\n", 2, "travel.1: this journey comes after the last day"),
        ("travel:\n  - {day: 1, time: 0:00, zone: Asia/Tokyo}\n", 2, "travel.1: a journey comes after the start"),
        ("parameters:\n  - {name: vmax, factor: 2}\n", 2, "parameters.1.name: a parameter has its full name"),
        ("body:\n  subject:\n    weight_kg: heavy\n", 3, "body.subject.weight_kg: Input should be a valid number"),
        ("body:\n  subject: {}\n  whithout: []\n", 3, "body.whithout: Extra inputs"),
    ],
)
def test_complaint_names_line_field_and_problem(text: str, line: int, words: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_scenario(text, name="day.yaml")
    assert caught.value.message.startswith(f"day.yaml, line {line},")
    assert words in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "code"),
    [("", ErrorCode.EMPTY_FILE), ("meals: [", ErrorCode.UNREADABLE_FILE), ("just words", ErrorCode.INVALID_VALUE)],
)
def test_text_that_is_no_scenario_is_refused(text: str, code: ErrorCode) -> None:
    with pytest.raises(DataError) as caught:
        parse_scenario(text)
    assert caught.value.code is code


def test_aliases_may_be_used_and_may_not_go_in_circles() -> None:
    scenario = parse_scenario("meals: &m [{time: '10:00', carbs_g: 3}]\nvariants: [{name: again, meals: *m}]")
    assert scenario.variants[0].meals == scenario.meals
    with pytest.raises(DataError, match="block of fields"):
        parse_scenario("&a [*a]")


def test_missing_and_binary_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read_scenario(tmp_path / "gone.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not UTF-8"):
        read_scenario(tmp_path / "binary.yaml")


def test_schema_describes_every_field() -> None:
    properties = scenario_schema()["properties"]
    assert isinstance(properties, dict)
    assert set(properties) == set(Scenario.model_fields)
    definitions = scenario_schema()["$defs"]
    assert isinstance(definitions, dict)
    assert set(definitions["Variant"]["properties"]) == set(Variant.model_fields)


def test_every_field_is_documented() -> None:
    page = (EXAMPLES.parent / "docs" / "how-to" / "simulate.md").read_text(encoding="utf-8")
    definitions = scenario_schema()["$defs"]
    assert isinstance(definitions, dict)
    fields = {*Plan.model_fields, *(name for one in definitions.values() for name in one.get("properties", {}))}
    assert [name for name in sorted(fields) if name not in page] == []
