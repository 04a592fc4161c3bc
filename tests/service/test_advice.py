"""Proposals: signed by clinicians who passed the course, seen by the person when signed, answered in one tap."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.store.desk import desk_of
from glucotwin.workflows.living.course import the_course
from made_up_service import Browser, sign_up, with_twin

WALK: dict[str, object] = {"kind": "walk", "value": 20, "why": "The evenings run high."}
RATIO: dict[str, object] = {"kind": "carb-ratio", "value": 11, "present": 10, "why": "Lows after breakfast."}
RIGHT = {one.name: one.right for one in the_course().checks}


@dataclass
class Practice:
    """A person, a carer, and a clinician who passed the course."""

    owner: Browser
    carer: Browser
    clinician: Browser
    person_id: str

    def propose(self, body: dict[str, object]) -> Any:
        return self.clinician.post(f"/people/{self.person_id}/proposals", body)

    def decide(self, proposal_id: str, decision: str, by: Browser | None = None) -> Any:
        body = {"decision": decision, "reason": "Looked at two weeks."}
        return (by or self.clinician).post(f"/people/{self.person_id}/proposals/{proposal_id}/decision", body)

    def seen_by(self, browser: Browser) -> list[dict[str, Any]]:
        answer = browser.get(f"/people/{self.person_id}/proposals")
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def signed(self, body: dict[str, object]) -> str:
        made = self.propose(body)
        assert made.status_code == 201, made.text
        proposal_id = made.json()["proposal_id"]
        assert self.decide(proposal_id, "sign").status_code == 200
        return proposal_id


def _practice(service: Service) -> Practice:
    owner, carer, clinician = (sign_up(service, name) for name in ("owner", "carer", "clinician"))
    person_id = owner.person()
    owner.invite(person_id, carer, "carer")
    owner.invite(person_id, clinician, "clinician")
    owner.consent(person_id, "care-view")
    return Practice(owner=owner, carer=carer, clinician=clinician, person_id=person_id)


@pytest.fixture
def practice(service: Service) -> Practice:
    made = _practice(service)
    assert made.clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    return made


@pytest.fixture
def research(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)


def test_the_course_is_read_answered_and_kept(service: Service) -> None:
    clinician = sign_up(service, "clinician")
    course = clinician.get("/course").json()
    assert course["passed_at"] is None
    assert len(course["lessons"]) >= 4
    assert all(one["title"] and one["text"] for one in course["lessons"])
    assert all(len(one["options"]) >= 3 for one in course["checks"])
    assert "right" not in json.dumps(course["checks"])
    wrong = {**RIGHT, "check-band": RIGHT["check-band"] % 3 + 1}
    told = clinician.post("/course", {"version": course["version"], "answers": wrong}).json()
    assert told == {"passed": False, "wrong": ["check-band"]}
    assert clinician.post("/course", {"version": course["version"], "answers": {}}).json()["passed"] is False
    assert clinician.get("/course").json()["passed_at"] is None
    assert clinician.post("/course", {"version": course["version"], "answers": RIGHT}).json()["passed"]
    first = clinician.get("/course").json()["passed_at"]
    assert first is not None
    clinician.post("/course", {"version": course["version"], "answers": RIGHT})
    assert clinician.get("/course").json()["passed_at"] == first
    assert clinician.post("/course", {"version": 99, "answers": RIGHT}).status_code == 422


def test_nobody_signs_before_the_course(service: Service) -> None:
    practice = _practice(service)
    made = practice.propose(WALK).json()
    refused = practice.decide(made["proposal_id"], "sign")
    assert (refused.status_code, refused.json()["code"]) == (403, "course-missing")
    assert practice.decide(made["proposal_id"], "decline").json()["status"] == "declined"


def test_a_person_sees_advice_when_it_is_signed_and_not_before(practice: Practice) -> None:
    made = practice.propose(WALK).json()
    assert made["status"] == "waiting"
    assert made["sentence"] == "A walk of 20 minutes"
    assert practice.seen_by(practice.owner) == practice.seen_by(practice.carer) == []
    assert [one["proposal_id"] for one in practice.seen_by(practice.clinician)] == [made["proposal_id"]]
    signed = practice.decide(made["proposal_id"], "sign").json()
    assert (signed["status"], signed["reason"]) == ("signed", "Looked at two weeks.")
    assert (signed["proposed_by"], signed["decided_by"]) == ("clinician", "clinician")
    (seen,) = practice.seen_by(practice.owner)
    assert seen == signed
    assert practice.seen_by(practice.carer) == [signed]
    ended = practice.decide(made["proposal_id"], "end").json()
    assert ended["status"] == "ended"


def test_what_is_declined_never_reaches_the_person(practice: Practice) -> None:
    made = practice.propose(WALK).json()
    assert practice.decide(made["proposal_id"], "decline").status_code == 200
    assert practice.seen_by(practice.owner) == []


def test_the_database_itself_keeps_what_is_not_signed_from_the_person(service: Service, practice: Practice) -> None:
    practice.propose(WALK)
    query = text("SELECT count(*) FROM proposal")
    for browser, count in ((practice.owner, 0), (practice.carer, 0), (practice.clinician, 1)):
        with desk_of(service.database, browser.account_id) as desk:
            assert desk.connection.execute(query).scalar() == count


@pytest.mark.parametrize(("first", "second"), [("sign", "sign"), ("sign", "decline"), ("decline", "sign")])
def test_a_decision_is_taken_once(practice: Practice, first: str, second: str) -> None:
    proposal_id = practice.propose(WALK).json()["proposal_id"]
    assert practice.decide(proposal_id, first).status_code == 200
    assert practice.decide(proposal_id, second).status_code == 409
    assert practice.decide(practice.propose(WALK).json()["proposal_id"], "end").status_code == 409


def test_disagreeing_is_one_tap_with_a_reason_that_the_clinician_sees(practice: Practice) -> None:
    proposal_id = practice.signed(WALK)
    path = f"/people/{practice.person_id}/proposals/{proposal_id}/answer"
    told = practice.owner.post(path, {"answer": "disagree", "reason": "My knee hurts."}).json()
    assert [(one["answer"], one["reason"], one["by"]) for one in told["answers"]] == [
        ("disagree", "My knee hurts.", "owner")
    ]
    practice.carer.post(path, {"answer": "agree"})
    (seen,) = practice.seen_by(practice.clinician)
    assert [one["answer"] for one in seen["answers"]] == ["disagree", "agree"]


def test_nobody_answers_what_is_not_signed(practice: Practice) -> None:
    proposal_id = practice.propose(WALK).json()["proposal_id"]
    path = f"/people/{practice.person_id}/proposals/{proposal_id}/answer"
    assert practice.owner.post(path, {"answer": "agree"}).status_code == 404


def test_doses_are_proposed_in_the_research_profile_alone(practice: Practice) -> None:
    assert practice.propose(RATIO).json()["code"] == "not-allowed"
    kinds = practice.clinician.get(f"/people/{practice.person_id}/proposals").json()["kinds"]
    assert {one["kind"] for one in kinds} == {"rescue-carbs", "meal-lead", "walk"}


@pytest.mark.usefixtures("research")
def test_doses_are_shown_as_long_as_the_profile_lets_clinicians_advise_on_them(
    service: Service, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal_id = practice.signed(RATIO)
    assert [one["proposal_id"] for one in practice.seen_by(practice.owner)] == [proposal_id]
    monkeypatch.setattr(service, "profile", Profile.REVIEW)
    assert practice.seen_by(practice.owner) == []


@pytest.mark.usefixtures("research")
def test_large_steps_and_slips_are_refused(practice: Practice) -> None:
    slips: list[dict[str, object]] = [{"value": 13}, {"present": None}, {"value": 900, "present": 900}]
    for wrong in (*slips, {"from_minute": 600, "to_minute": 60}):
        assert practice.propose(RATIO | wrong).status_code == 422
    assert practice.propose(RATIO | {"why": ""}).status_code == 422


@pytest.mark.slow
def test_a_proposal_carries_what_the_twin_answered(service: Service) -> None:
    practice = _practice(service)
    person_id, at = with_twin(service, practice.owner)
    practice.owner.invite(person_id, practice.clinician, "clinician")
    change = {"kind": "add-exercise", "at": (at + timedelta(minutes=20)).isoformat(), "duration_min": 20}
    body = {**WALK, "what_if": {"mode": "ahead", "changes": [change]}}
    made = practice.clinician.post(f"/people/{person_id}/proposals", body)
    assert made.status_code == 201, made.text
    evidence = made.json()["evidence"]
    assert evidence["twin_version"]
    assert evidence["outcomes"]
    assert evidence["limits"]
    practice.owner.send("DELETE", f"/people/{person_id}/consents/personal-twin")
    refused = practice.clinician.post(f"/people/{person_id}/proposals", body)
    assert refused.json()["code"] == "consent-missing"


def test_decisions_and_answers_are_in_the_audit_log_and_the_export(practice: Practice) -> None:
    proposal_id = practice.signed(WALK)
    practice.owner.post(f"/people/{practice.person_id}/proposals/{proposal_id}/answer", {"answer": "agree"})
    entries = practice.owner.get(f"/people/{practice.person_id}/audit").json()["items"]
    told = {(one["action"], one["role"], one["outcome"]) for one in entries}
    assert any(action.endswith("/decision") and role == "clinician" for action, role, _ in told)
    assert any(action.endswith("/answer") and role == "person" for action, role, _ in told)
    archive = zipfile.ZipFile(io.BytesIO(practice.owner.get(f"/people/{practice.person_id}/export").content))
    (exported,) = json.loads(archive.read("proposals.json"))
    assert exported["why"] == WALK["why"]
    erased = practice.owner.post(f"/people/{practice.person_id}/erase", {"confirm": practice.person_id})
    assert erased.status_code == 204
