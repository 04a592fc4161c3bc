"""Scenario files: what they say, and how they are refused."""

import datetime as dt
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.scenario.definition import Scenario, scenario_schema
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
