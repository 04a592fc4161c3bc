"""What the dashboard relies on: answers of the types that its pages are written with, in the reader's language."""

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard_type import mistyped
from glucotwin.core.message import message
from glucotwin.service.state import Service
from glucotwin.workflows.living.course import the_course
from made_up_service import API, Browser, client_of, sign_up, with_twin


@pytest.fixture(scope="module")
def twinned(service: Service) -> tuple[Browser, str, datetime]:
    owner = sign_up(service, "owner")
    return (owner, *with_twin(service, owner))


def _question(at: datetime, carbs_g: float = 30.0, mode: str = "ahead") -> dict[str, object]:
    change = {"kind": "add-meal", "at": (at + timedelta(minutes=20)).isoformat(), "carbs_g": carbs_g}
    return {"mode": mode, "changes": [change]}


def test_answers_are_of_the_types_that_the_pages_are_written_with(
    twinned: tuple[Browser, str, datetime], tmp_path: Path
) -> None:
    owner, person_id, at = twinned
    meal = {"stream": "meal", "time": at.isoformat(), "fields": {"carbs_g": 20.0}}
    logged = owner.post(f"/people/{person_id}/events", meal).json()

    def get(rest: str, **query: Any) -> Any:
        answer = owner.get(f"/people/{person_id}{rest}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    window = {"start": (at - timedelta(hours=8)).isoformat(), "end": at.isoformat()}
    quality = get("/data-quality")
    answers: dict[str, list[object]] = {
        "About": [owner.get("/about").json()],
        "Session": [owner.get("/session").json()],
        "Person": owner.get("/people").json()["items"],
        "NowAnswer": [get("/now")],
        "Reading": get("/readings", **window)["readings"],
        "LifeEvent": [logged, *get("/events", **window)["items"]],
        "ForecastCurve": get("/forecasts", **window)["items"],
        "DaysAnswer": [get("/days", days=7), get("/days", days=7, target="80-160")],
        "TwinAnswer": [get("/twin")],
        "ConsentItem": get("/consents")["items"],
        "Member": get("/members")["items"],
        "AuditItem": get("/audit")["items"],
        "Finding": quality["findings"],
        "Correction": quality["corrections"],
        "Deterioration": get("/deterioration")["items"],
        "QuestionnaireList": [get("/questionnaires")],
        "PanelPage": [owner.get("/panel").json()],
        "WhatIfAnswer": [owner.post(f"/people/{person_id}/what-ifs", _question(at)).json()],
    }
    assert owner.send("DELETE", f"/people/{person_id}/events/{logged['event_id']}").status_code == 204
    assert mistyped(answers, tmp_path) == []


def test_advice_is_of_the_types_that_the_pages_are_written_with(
    service: Service, twinned: tuple[Browser, str, datetime], tmp_path: Path
) -> None:
    owner, person_id, at = twinned
    clinician = sign_up(service, "clinician-of-types")
    owner.invite(person_id, clinician, "clinician")
    owner.consent(person_id, "care-view")
    proposal = {"kind": "walk", "value": 20, "why": "The evenings run high.", "what_if": _question(at)}
    made = clinician.post(f"/people/{person_id}/proposals", proposal)
    assert made.status_code == 201, made.text
    course = [clinician.get("/course").json()]
    checks = {one.name: one.right for one in the_course().checks}
    assert clinician.post("/course", {"version": the_course().version, "answers": checks}).json()["passed"]
    decided = {"decision": "sign", "reason": "Looked at two weeks."}
    signed = clinician.post(f"/people/{person_id}/proposals/{made.json()['proposal_id']}/decision", decided).json()
    answered = owner.post(
        f"/people/{person_id}/proposals/{signed['proposal_id']}/answer", {"answer": "disagree", "reason": "no"}
    ).json()
    answers: dict[str, list[object]] = {
        "Proposal": [made.json(), signed, answered],
        "ProposalList": [one.get(f"/people/{person_id}/proposals").json() for one in (clinician, owner)],
        "Course": [*course, clinician.get("/course").json()],
    }
    assert mistyped(answers, tmp_path) == []
    owner.send("DELETE", f"/people/{person_id}/members/{clinician.account_id}")


def test_people_who_do_not_let_see_are_of_their_own_type(service: Service, owner: Browser, tmp_path: Path) -> None:
    carer = sign_up(service, "carer")
    owner.invite(owner.person(), carer, "carer")
    hidden = carer.get("/people").json()["items"]
    assert len(hidden) == 1
    assert mistyped({"HiddenPerson": hidden}, tmp_path) == []


def test_checker_of_types_notices_what_is_missing_wrong_or_too_much(tmp_path: Path) -> None:
    member = {"account_id": "1", "display_name": "Ada", "login": "ada", "role": "carer", "since": "2024-03-01"}
    wrong = [{**member, "role": "aunt"}, {**member, "more": 1}, {"account_id": "1"}]
    assert mistyped({"Member": [member]}, tmp_path) == []
    assert [one for one in wrong if not mistyped({"Member": [one]}, tmp_path)] == []


def test_questions_about_the_same_hours_share_what_they_have_in_common(
    service: Service, twinned: tuple[Browser, str, datetime]
) -> None:
    owner, person_id, at = twinned
    ask = [owner.post(f"/people/{person_id}/what-ifs", _question(at, grams)) for grams in (20.0, 40.0)]
    kept = service.memory.of(person_id).prospect
    assert owner.post(f"/people/{person_id}/what-ifs", _question(at, 20.0)).json() == ask[0].json()
    assert service.memory.of(person_id).prospect is kept
    highest = [max(one.json()["changed"]["median_mgdl"]) for one in ask]
    assert highest[0] < highest[1]
    reading = {"readings": [{"time": (at + timedelta(minutes=4)).isoformat(), "glucose_mgdl": 131}]}
    assert owner.post(f"/people/{person_id}/readings", reading).status_code == 200
    later = owner.post(f"/people/{person_id}/what-ifs", _question(at, 20.0)).json()
    assert later["start"] > ask[0].json()["start"]
    assert service.memory.of(person_id).prospect is not kept


def test_questions_are_warmed_up_in_the_background(service: Service, twinned: tuple[Browser, str, datetime]) -> None:
    owner, person_id, _ = twinned
    remembered = service.memory.of(person_id)
    remembered.prospect = None
    service.warm_up(owner.account_id, person_id)
    until = time.monotonic() + 60
    while remembered.prospect is None and time.monotonic() < until:
        time.sleep(0.05)
    assert remembered.prospect is not None


def test_question_about_insulin_is_refused_before_anything_is_worked_out(
    service: Service, twinned: tuple[Browser, str, datetime]
) -> None:
    owner, person_id, at = twinned
    service.memory.of(person_id).prospect = None
    change = {"kind": "add-bolus", "at": (at + timedelta(minutes=20)).isoformat(), "insulin_u": 1.0}
    refused = owner.post(f"/people/{person_id}/what-ifs", {"mode": "ahead", "changes": [change]})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert service.memory.of(person_id).prospect is None


def test_sentences_come_in_the_language_that_is_asked_for(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    german = {"Accept-Language": "de-DE,en;q=0.5"}
    asked = owner.get(f"/people/{person_id}/consents", headers=german).json()["items"]
    assert next(one["title"] for one in asked) == message("consent-care-view-title", locale="de")
    assert owner.get(f"/people/{person_id}/consents").json()["items"][0]["title"] == message("consent-care-view-title")
    refused = client_of(service).get(f"{API}/people", headers=german)
    assert json.loads(refused.text)["detail"] == message("service-not-signed-in", locale="de")


def test_account_is_made_in_every_language_of_the_catalogues(service: Service) -> None:
    client = client_of(service)
    for locale in client.get(f"{API}/about").json()["locales"]:
        body = {"login": f"somebody-{locale}", "password": "a few good words", "display_name": "A", "locale": locale}
        assert client.post(f"{API}/accounts", json=body).json()["account"]["locale"] == locale
