"""Candidate regimens over the service."""

import pytest

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


def test_a_comparison_tells_how_sure_it_is_and_how_often_each_is_lowest(service: Service) -> None:
    body = {"person": PERSON, "candidates": ["metformin:2000", "semaglutide:1"], "months": 3, "draws": 20}
    browser = sign_up(service)
    items = browser.post("/regimens/compare", body).json()["items"]
    assert sum(one["uncertainty"]["lowest_hba1c_pct"] for one in items) == pytest.approx(100.0)
    for one in items:
        course, sure = one["course"], one["uncertainty"]
        assert course["day"][-1] == round(3 * 365 / 12)
        assert all(low <= high for low, high in zip(course["low"], course["high"], strict=True))
        low, high = sure["risks_10y"]["score2_diabetes"]["cardiovascular_event"]
        assert low < one["risks_10y"]["score2_diabetes"]["cardiovascular_event"] < high
        assert sure["time_in_range_pct"][0] < sure["time_in_range_pct"][1]
    assert items[2]["gut_pct"] > items[0]["gut_pct"] == 0.0
    plain = browser.post("/regimens/compare", body | {"draws": 0}).json()["items"]
    assert all(one["uncertainty"] is None for one in plain)
    assert browser.post("/regimens/compare", body | {"draws": 401}).status_code == 422


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
