"""Advice on medicines over the service: from the visits on record, for clinicians in the research profile."""

from dataclasses import dataclass

import pytest

from glucotwin.core.profile import Profile
from glucotwin.service.state import Service
from glucotwin.store.database import Database
from glucotwin.workflows.living.demo import prepare_type_2
from made_up_service import Browser, made_up_running, sign_up


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
def visited(database: Database, monkeypatch: pytest.MonkeyPatch) -> Visited:
    service = made_up_running(database)
    monkeypatch.setattr(service, "profile", Profile.RESEARCH)
    clinician = sign_up(service, "clinician")
    ((person_id, _),) = prepare_type_2(database, clinician.account_id).items()
    path = f"/people/{person_id}"
    known = clinician.get(f"{path}/description").json()["values"]
    return Visited(service, clinician, path, known | {"smoker": False, "region": "moderate"})


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


def test_what_cannot_be_is_refused_and_nobody_is_advised_in_the_review_profile(visited: Visited) -> None:
    row: dict[str, object] = {"on": "2026-03-08", "medicines": "metformin:2000", "hba1c_pct": 8.1}
    assert visited.ask([row | {"medicines": None}])["status"] == 422
    assert visited.ask([row | {"hba1c_pct": 81}])["status"] == 422
    assert visited.ask([row | {"hba1c_pct": None}])["status"] == 422
    assert visited.ask([row | {"medicines": "snakeoil:1"}])["status"] == 404
    assert visited.ask([])["status"] == 422
    visited.service.profile = Profile.REVIEW
    assert visited.ask([row])["status"] == 403
