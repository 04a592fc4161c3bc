"""Years ahead over the service."""

import json
import re

from pydantic import TypeAdapter

from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.shape import ComplicationsJson
from glucotwin.service.document import interface_document
from glucotwin.service.state import Service
from glucotwin.workflows.complications import complications_of_person
from made_up_patient import LETTER, described
from made_up_service import sign_up


def test_described_person_is_answered_by_every_score(service: Service) -> None:
    browser = sign_up(service)
    answer = browser.post("/complications", {"person": LETTER, "years": 5, "samples": 100})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert 0 < told["score2_diabetes"]["risk_10y"] < 1
    assert len(told["ukpds_om2"]["events"]["mi"]["risk_by_year"]) == 5
    assert told["kfre"]["refused_because"][0]["reason"] == "out-of-range"


def test_reasons_are_told_in_the_language_of_the_reader(service: Service) -> None:
    browser = sign_up(service)
    body = {"person": LETTER | {"diabetes_type": "type1"}, "samples": 0}
    answer = browser.post("/complications", body, headers={"Accept-Language": "de"})
    assert "Typ-2-Diabetes" in answer.json()["score2_diabetes"]["refused_because"][0]["message"]


def test_unknown_and_missing_keys_are_refused_by_name(service: Service) -> None:
    browser = sign_up(service)
    without = {key: value for key, value in LETTER.items() if key != "egfr"}
    for person, named in ((LETTER | {"hba1c": 7}, "hba1c"), (without, "egfr")):
        answer = browser.post("/complications", {"person": person})
        assert answer.status_code == 422
        assert named in json.dumps(answer.json())


def test_schema_lists_the_keys(service: Service) -> None:
    keys = sign_up(service).get("/complications/schema").json()["items"]
    assert {"age", "hba1c_pct", "region"} <= {one["key"] for one in keys}


def test_what_is_described_of_the_answer_holds_for_many_people() -> None:
    shape = TypeAdapter(ComplicationsJson)
    more: dict[str, object] = {
        "mean_glucose_mgdl": 240,
        "creatinine_mgdl": 1.1,
        "ast_u_l": 30,
        "alt_u_l": 30,
        "platelets_1e9_l": 200,
    }
    people: list[dict[str, object]] = [
        {},
        more | {"drugs": ["sglt2_inhibitor", "glp1_agonist"]},
        {"egfr": 40, "acr_mg_g": 200, "drugs": ["finerenone"], "iron_deficiency": True},
        {"diabetes_type": "type1", "hba1c_pct": None},
    ]
    for changes in people:
        for samples in (0, 20):
            question = Question(years=3, samples=samples)
            told = complications_of_person(described(**changes), question).to_json()
            assert shape.dump_python(shape.validate_python(told), mode="json") == json.loads(json.dumps(told))


def test_everything_that_the_service_says_of_its_own_is_described() -> None:
    paths = interface_document()["paths"]
    others = re.compile(
        r"^/(api/v[123]/(entries|treatments|devicestatus|profile|status|verifyauth|experiments|food"
        r"|activity|authorization|version|lastModified|properties|\{collection).*|api/fhir/.*|pebble)"
    )
    own = {path: operations for path, operations in paths.items() if not others.match(path)}
    assert "/api/v1/complications" in own
    undescribed = [
        f"{method} {path}"
        for path, operations in own.items()
        for method, operation in operations.items()
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        if content["schema"] == {} or content["schema"].get("additionalProperties") is True
    ]
    assert undescribed == []


def test_years_ahead_stand_side_by_side_with_the_same_lives(service: Service) -> None:
    body = {"person": LETTER, "candidates": ["empagliflozin:10+atorvastatin:40"], "years": 5, "samples": 200}
    answer = sign_up(service).post("/years-ahead", body)
    assert answer.status_code == 200, answer.text
    unchanged, treated = answer.json()["items"]
    assert (unchanged["name"], treated["name"]) == ("", "empagliflozin:10+atorvastatin:40")
    events = {one["event"]: one["risk_by_year"] for one in treated["courses"]}
    assert len(events["death"]) == 5
    assert events["heart_failure"][-1] <= dict(_courses(unchanged))["heart_failure"][-1]
    score = next(one for one in treated["risks"] if one["score"] == "score2_diabetes")
    before = next(one for one in unchanged["risks"] if one["score"] == "score2_diabetes")
    assert score["risk"] < before["risk"]
    assert {one["title"] for one in unchanged["refused"]} == {"KFRE"}


def _courses(item: dict) -> list[tuple[str, list[float]]]:
    return [(one["event"], one["risk_by_year"]) for one in item["courses"]]


def test_a_record_fills_in_what_it_knows(service: Service) -> None:
    browser = sign_up(service)
    person_id = browser.person()
    answer = browser.get(f"/people/{person_id}/description")
    assert answer.status_code == 200, answer.text
    assert answer.json()["values"] == {}
