"""Advice on settings: for clinicians in the research profile, told with its reasons, and followed up when signed."""

from dataclasses import dataclass
from typing import Any

import pytest

from glucotwin.advise.what_if import Estimate, WhatIfKind
from glucotwin.core.profile import Profile
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.service.endpoint import advice as advice_endpoint
from glucotwin.service.state import Service
from glucotwin.workflows.living.course import the_course
from made_up_person import made_up_timeline
from made_up_service import Browser, sign_up, with_twin

TODAY: dict[str, object] = {"carb_ratio_g_per_u": 10, "correction_factor_mgdl_per_u": 40, "target_mgdl": 110}
RIGHT = {one.name: one.right for one in the_course().checks}


@dataclass
class Practice:
    """A person with a twin and a clinician."""

    owner: Browser
    clinician: Browser
    person_id: str

    def ask(self, who: Browser, body: dict[str, object]) -> Any:
        return who.post(f"/people/{self.person_id}/setting-advice", body)


@pytest.fixture
def practice(service: Service) -> Practice:
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    person_id, _ = with_twin(service, owner)
    owner.invite(person_id, clinician, "clinician")
    return Practice(owner=owner, clinician=clinician, person_id=person_id)


@pytest.fixture
def research(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)


def test_nobody_is_advised_in_the_review_profile_and_a_person_never(practice: Practice) -> None:
    assert practice.ask(practice.clinician, TODAY).status_code == 403
    assert practice.ask(practice.owner, TODAY).status_code == 403


@pytest.mark.usefixtures("research")
def test_settings_that_are_not_on_record_are_asked_for_and_few_days_are_told(practice: Practice) -> None:
    refused = practice.ask(practice.clinician, {})
    assert (refused.status_code, refused.json()["code"]) == (422, "too-little-data")
    told = practice.ask(practice.clinician, TODAY)
    assert told.status_code == 200, told.text
    found = told.json()
    assert found["changes"] == []
    assert any("Too few days" in one for one in found["withheld"])
    assert found["limits"]


@pytest.mark.usefixtures("research")
def test_a_proposal_without_a_plan_is_refused_and_an_unsigned_one_is_not_followed_up(practice: Practice) -> None:
    path = f"/people/{practice.person_id}/proposals"
    body = {"kind": "carb-ratio", "value": 11, "present": 10, "why": "Lows.", "settings": TODAY}
    assert practice.clinician.post(path, body).status_code == 422
    made = practice.clinician.post(path, {**body, "settings": None}).json()
    followed = practice.clinician.get(f"{path}/{made['proposal_id']}/follow-up")
    assert followed.status_code == 422


@pytest.mark.usefixtures("research")
def test_a_signed_proposal_keeps_its_evidence_and_is_followed_up_when_days_have_passed(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made_up_timeline().window(GlucoseReading).start
    gain = Estimate(median=2.0, low=1.0, high=3.0, expected=2.0).to_json()
    outcome = {"name": "time_in_range_pct", "unit": "%", "baseline": gain, "changed": gain, "difference": gain}
    evidence = {
        "kind": WhatIfKind.REPLAY,
        "start": first.isoformat(),
        "outcomes": [outcome],
        "changes": ["Carb ratio: 10 → 11"],
        "cautions": [],
        "twin_version": "1",
        "uncertainty": "some",
        "limits": "some",
    }
    monkeypatch.setattr(advice_endpoint, "evidence_of_settings", lambda _: evidence)
    monkeypatch.setattr(advice_endpoint, "ask_settings", lambda *_: lambda: None)
    assert practice.clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    path = f"/people/{practice.person_id}/proposals"
    body = {"kind": "carb-ratio", "value": 11, "present": 10, "why": "Lows.", "settings": TODAY}
    made = practice.clinician.post(path, body).json()
    assert made["evidence"]["changes"] == ["Carb ratio: 10 → 11"]
    decision = {"decision": "sign", "reason": "Looked at."}
    assert practice.clinician.post(f"{path}/{made['proposal_id']}/decision", decision).status_code == 200
    followed = practice.clinician.get(f"{path}/{made['proposal_id']}/follow-up")
    # The made-up days lie years back: none has passed since it was signed, and nothing tells whether it was taken up.
    told = followed.json()
    assert (followed.status_code, told["settings"], told["taken_up"]) == (200, None, "unknown")
    assert "enough readings" in told["waiting"]
    assert "not known" in told["taken_up_text"]
