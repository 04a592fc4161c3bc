"""One decision of Loop from its JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from glucotwin.control.loop.oracle import decide
from glucotwin.core.error import DataError, ErrorCode

Record = dict[str, Any]


@pytest.fixture
def document() -> Record:
    file = Path(__file__).parents[4] / "examples" / "dose" / "loop.json"
    found: Record = json.loads(file.read_text())
    return found


def test_answer_has_the_names_of_the_original(document: Record) -> None:
    answer = decide(document)
    assert "error" not in answer
    assert {"recommendation", "predictedGlucose", "insulinEffect", "carbEffect", "activeInsulin"} <= set(answer)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_callers_document_stays_as_it_is(document: Record) -> None:
    before = json.dumps(document)
    decide(document)
    assert json.dumps(document) == before


def test_order_of_doses_and_meals_does_not_matter(document: Record) -> None:
    turned = {**document, "doses": document["doses"][::-1], "carbEntries": document["carbEntries"][::-1]}
    assert decide(turned) == decide(document)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"glucoseHistory": []}, "missingGlucose"),
        ({"predictionStart": "2025-03-10T13:00:00Z"}, "glucoseTooOld"),
        ({"sensitivity": []}, "sensitivityTimelineEndsTooEarly"),
        ({"basal": []}, "basalTimelineIncomplete"),
        ({"target": [], "suspendThreshold": None}, "missingSuspendThreshold"),
    ],
)
def test_what_is_missing_is_the_originals_error_and_no_dose(document: Record, change: Record, error: str) -> None:
    answer = decide({**document, "carbEntries": [], **change})
    assert answer["error"] == error
    assert "recommendation" not in answer


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"predictionStart": "2025-03-10T12:30:00"}, "predictionStart"),
        ({"maxBolus": "much"}, "maxBolus"),
        ({"doses": [{"type": "pill"}]}, "doses.0"),
        ({"recommendationInsulinType": "sugar"}, "recommendationInsulinType"),
        ({"carbRatio": []}, "carbRatio"),
        ({"target": []}, "target"),
        ({"predictionStart": "2035-03-10T12:30:00Z"}, "glucoseHistory"),
    ],
)
def test_bad_input_names_its_place(document: Record, change: Record, place: str) -> None:
    with pytest.raises(DataError, match=place) as raised:
        decide({**document, **change})
    assert raised.value.code is ErrorCode.INVALID_VALUE
    assert "mg/dL" in raised.value.hint


def test_readings_out_of_order_are_an_error(document: Record) -> None:
    with pytest.raises(DataError, match=r"glucoseHistory\.1"):
        decide({**document, "glucoseHistory": document["glucoseHistory"][::-1]})


def test_range_upside_down_is_an_error(document: Record) -> None:
    target = [{**document["target"][0], "lowerBound": 200}]
    with pytest.raises(DataError, match=r"target\.0"):
        decide({**document, "target": target})


def test_dose_that_ends_before_it_begins_is_an_error(document: Record) -> None:
    dose = document["doses"][0]
    turned = {**dose, "startDate": dose["endDate"], "endDate": dose["startDate"]}
    with pytest.raises(DataError, match=r"doses\.0"):
        decide({**document, "doses": [turned]})
