"""Candidate regimens over the service."""

from glucotwin.service.state import Service
from made_up_patient import LETTER
from made_up_service import sign_up

PERSON = LETTER | {"hba1c_pct": 8.4}


def test_candidates_are_answered_beside_no_change_in_the_readers_language(service: Service) -> None:
    body = {"person": PERSON | {"egfr": 28}, "candidates": ["metformin:1000"], "months": 3}
    answer = sign_up(service).post("/regimens/compare", body, headers={"Accept-Language": "de"})
    assert answer.status_code == 200, answer.text
    unchanged, metformin = answer.json()["items"]
    assert unchanged["name"] == ""
    assert metformin["hba1c_pct"]["3"]["median"] < unchanged["hba1c_pct"]["3"]["median"]
    assert metformin["cautions"][0]["action"] == "contraindicated"
    assert "kontraindiziert" in metformin["cautions"][0]["text"]


def test_fewest_medicines_for_all_targets_are_told_in_the_readers_language(service: Service) -> None:
    answer = sign_up(service).post(
        "/regimens/plan", {"person": PERSON | {"egfr": 28}}, headers={"Accept-Language": "de"}
    )
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert "unter 7 % HbA1c" in plan["text"] or "erreicht nach 12 Monaten" in plan["text"]
    assert set(plan["sets"][0]["name"].split("+")) <= set(plan["serves"])
    metformin = next(one for one in plan["left_out"] if one["name"].startswith("metformin"))
    assert metformin["text"]


def test_what_cannot_be_is_refused(service: Service) -> None:
    browser = sign_up(service)
    for changes, candidates in (({}, ["snakeoil:3"]), ({"diabetes_type": "type1"}, ["metformin:500"]), ({}, [])):
        answer = browser.post("/regimens/compare", {"person": PERSON | changes, "candidates": candidates})
        assert answer.status_code in {404, 422}, answer.text


def test_medicines_are_listed_with_unit_and_largest_dose(service: Service) -> None:
    items = {one["name"]: one for one in sign_up(service).get("/regimens/medicines").json()["items"]}
    assert items["semaglutide"]["unit"] == "mg/week"
    assert items["glargine"]["titrated"]
