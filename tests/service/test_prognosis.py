"""Years ahead over the service."""

import json

from glucotwin.service.state import Service
from made_up_patient import LETTER
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
