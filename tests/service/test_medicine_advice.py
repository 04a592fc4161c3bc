"""Advice on medicines over the service: from the visits on record, for clinicians in the research profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.core.profile import Profile, Role
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.service.state import Service
from glucotwin.store.account import find_account
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.person import erase_person
from glucotwin.store.record import add_records
from glucotwin.workflows.living.course import the_course
from glucotwin.workflows.living.demo import TYPE_2_LOGIN, prepare_type_2
from made_up_service import API, Browser, client_of, made_up_running, sign_up

RIGHT = {one.name: one.right for one in the_course().checks}


@dataclass
class Visited:
    """A clinician, and the demonstration's person with type 2 diabetes."""

    service: Service
    clinician: Browser
    path: str
    person: dict[str, object]

    def ask(self, visits: list[dict[str, object]], **more: object) -> dict[str, object]:
        body = {"person": self.person, "visits": visits, **more}
        answer = self.clinician.post(f"{self.path}/medicine-advice", body, headers={"Accept-Language": "de"})
        return {"status": answer.status_code, **answer.json()}


@pytest.fixture
def visited(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visited]:
    service = made_up_running(database)
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    clinician = sign_up(service, "clinician")
    ((person_id, _),) = prepare_type_2(database, clinician.account_id).items()
    path = f"/people/{person_id}"
    known = clinician.get(f"{path}/description").json()["values"]
    yield Visited(service, clinician, path, known | {"smoker": False, "region": "moderate"})
    # What a test adds to the record must not be there for the next one.
    with desk_of(database, _owner(database)) as desk:
        erase_person(desk, person_id)


def test_medicines_are_advised_from_the_visits_on_record_in_the_readers_language(visited: Visited) -> None:
    told = visited.clinician.get(f"{visited.path}/visits").json()
    (row,) = told["items"]
    assert (row["on"], row["medicines"], row["hba1c_pct"]) == ("2026-03-08", "metformin:2000", 8.1)
    assert "3 " in told["cautions"][0]
    found = visited.ask(told["items"], medicines=["sitagliptin", "empagliflozin"])
    assert found["status"] == 200, found
    plans = found["plans"]
    assert isinstance(plans, list)
    names = {one["plan"] for one in plans}
    assert {"metformin:2000", "metformin:2000+empagliflozin:10", "metformin:2000+sitagliptin:100"} <= names
    assert not any("glutide" in name for name in names)
    best = plans[0]
    assert best["hba1c_pct"]["low"] < best["hba1c_pct"]["median"] < best["hba1c_pct"]["high"]
    course = best["course"]
    assert course["day"][-1] == pytest.approx(found["horizon_days"], abs=4)
    assert course["median"][-1] == pytest.approx(best["hba1c_pct"]["median"], abs=0.01)
    assert any("besser" in one.lower() or "weniger" in one.lower() for one in found["reasons"])  # type: ignore[attr-defined]


def test_earlier_visits_count_once_it_is_told_what_was_taken(visited: Visited) -> None:
    told = visited.clinician.get(f"{visited.path}/visits?before=metformin:1000").json()
    assert [one["hba1c_pct"] for one in told["items"]][:3] == [7.0, 7.4, 7.8]
    assert told["items"][0]["medicines"] == "metformin:1000"
    assert told["cautions"] == []
    assert visited.clinician.get(f"{visited.path}/visits?before=snakeoil:1").status_code == 404


def test_a_plan_is_proposed_with_the_twins_own_answer_signed_seen_and_followed_up(
    visited: Visited, database: Database
) -> None:
    clinician, path = visited.clinician, visited.path
    visits = clinician.get(f"{path}/visits").json()["items"]
    advice = {"person": visited.person, "visits": visits, "medicines": ["empagliflozin"]}
    plan = {"plan": "metformin:2000+empagliflozin:10", "from_day": "2026-03-09", "advice": advice}
    body = {"kind": "medicines", "why": "Protects the kidney.", "medicines": plan}
    made = clinician.post(f"{path}/proposals", body)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["kind"], told["value"], told["evidence"]) == ("medicines", None, None)
    assert told["sentence"] == "From 9 March 2026 on: start empagliflozin (10 mg a day)"
    evidence = told["medicines"]["evidence"]
    assert evidence["plan"]["plan"] == plan["plan"]
    assert evidence["plan"]["course"]["low"][-1] < evidence["plan"]["course"]["high"][-1]
    assert {"metformin:2000", "metformin:2000+empagliflozin:10"} <= {one["plan"] for one in evidence["advice"]["plans"]}
    assert [one["on_record"] for one in evidence["visits"]] == [True]
    assert clinician.post("/course", {"version": the_course().version, "answers": RIGHT}).json()["passed"]
    one = f"{path}/proposals/{told['proposal_id']}"
    assert clinician.get(f"{one}/follow-up").status_code == 422
    visited.service.demo_accounts = {Role.PERSON: _owner(database)}
    person = client_of(visited.service)
    assert person.post(f"{API}/session/demo").status_code == 200
    seen = f"{API}{path}/proposals"
    assert person.get(seen).json()["items"] == []
    signed = clinician.post(f"{one}/decision", {"decision": "sign", "reason": "Talked about."})
    assert signed.json()["status"] == "signed"
    (shown,) = person.get(seen, headers={"Accept-Language": "de"}).json()["items"]
    assert shown["sentence"] == "Ab 9. März 2026: empagliflozin beginnen (10 mg am Tag)"
    assert person.get(f"{API}{one}/follow-up").status_code == 403
    followed = clinician.get(f"{one}/follow-up").json()
    assert (followed["taken_up"], followed["medicines"]["measured"]) == ("unknown", [])
    assert followed["waiting"]
    _three_months_later(database, path)
    followed = clinician.get(f"{one}/follow-up").json()
    assert followed["waiting"] is None
    (hba1c,) = followed["medicines"]["measured"]
    assert (hba1c["name"], hba1c["on"], hba1c["value"], hba1c["verdict"]) == ("hba1c_pct", "2026-06-08", 5.4, "less")
    assert hba1c["foreseen"]["low"] > 5.4
    (taken,) = followed["medicines"]["taken"]
    assert (taken["medicine"], taken["taken_up"], taken["dose"]) == ("empagliflozin", "yes", 10.0)
    assert followed["taken_up"] == "yes"


def _owner(database: Database) -> str:
    with database.signing_in() as connection:
        found = find_account(connection, database.keystore, TYPE_2_LOGIN)
    assert found is not None
    return found.account_id


def _three_months_later(database: Database, path: str) -> None:
    """An HbA1c that nobody foresaw, and doses of the medicine."""
    later = datetime(2026, 6, 8, 8, tzinfo=UTC)
    labs = [LabResult(time=later, analyte="HbA1c", value=5.4, unit="%", source="letter")]
    doses = [
        MedicationDose(time=later - timedelta(days=days), medication="empagliflozin", dose_mg=10.0, source="diary")
        for days in range(0, 80, 2)
    ]
    streams = {"lab": frame_from_records(LabResult, labs), "medication": frame_from_records(MedicationDose, doses)}
    with desk_of(database, _owner(database)) as desk:
        add_records(desk, path.rsplit("/", 1)[-1], streams)


def test_a_told_value_that_is_not_on_record_is_marked_and_no_other_plan_can_be_proposed(visited: Visited) -> None:
    clinician, path = visited.clinician, visited.path
    row: dict[str, object] = {"on": "2026-03-08", "medicines": "metformin:2000", "hba1c_pct": 9.4}
    advice = {"person": visited.person, "visits": [row], "medicines": ["sitagliptin"]}
    plan = {"plan": "metformin:2000+sitagliptin:100", "from_day": "2026-03-08", "advice": advice}
    body = {"kind": "medicines", "why": "Higher than before.", "medicines": plan}
    made = clinician.post(f"{path}/proposals", body).json()
    assert [one["on_record"] for one in made["medicines"]["evidence"]["visits"]] == [False]
    refused: list[tuple[int, dict[str, object]]] = [
        (404, {"plan": "metformin:2000+semaglutide:1"}),
        (422, {"plan": "metformin:2000"}),
        (422, {"from_day": "2026-03-07"}),
        (422, {"from_day": "2026-12-01"}),
    ]
    for status, changes in refused:
        assert clinician.post(f"{path}/proposals", {**body, "medicines": plan | changes}).status_code == status
    assert clinician.post(f"{path}/proposals", {**body, "medicines": None}).status_code == 422
    assert clinician.post(f"{path}/proposals", {"kind": "walk", "why": "Walk."}).status_code == 422
    visited.service.profile = Profile.REVIEW
    assert clinician.post(f"{path}/proposals", body).status_code == 403
    assert clinician.get(f"{path}/proposals").json()["items"] == []


def test_what_cannot_be_is_refused_and_nobody_is_advised_in_the_review_profile(visited: Visited) -> None:
    row: dict[str, object] = {"on": "2026-03-08", "medicines": "metformin:2000", "hba1c_pct": 8.1}
    assert visited.ask([row | {"medicines": None}])["status"] == 422
    assert visited.ask([row | {"hba1c_pct": 81}])["status"] == 422
    assert visited.ask([row | {"hba1c_pct": None}])["status"] == 422
    assert visited.ask([row | {"medicines": "snakeoil:1"}])["status"] == 404
    assert visited.ask([])["status"] == 422
    visited.service.profile = Profile.REVIEW
    assert visited.ask([row])["status"] == 403
