"""The demonstration's made-up person with type 2 diabetes: there for the clinician, at the day of their visit."""

import pytest

from glucotwin.core.profile import Role
from glucotwin.service.replay import Replay
from glucotwin.store.database import Database
from glucotwin.workflows.living.demo import DemoPerson, prepare_type_2
from made_up_person import START, made_up_timeline
from made_up_service import made_up_running, sign_up


def test_the_clinician_finds_their_record_as_it_is_at_the_visit(database: Database) -> None:
    service = made_up_running(database)
    owner, clinician = sign_up(service, "owner"), sign_up(service, "clinician")
    visited = prepare_type_2(database, clinician.account_id)
    assert prepare_type_2(database, clinician.account_id) == visited, "they are made once"
    ((person_id, day),) = visited.items()
    demo = DemoPerson(
        account_ids={Role.PERSON: owner.account_id},
        person_id=owner.person(),
        timeline=made_up_timeline(),
        at=START,
        visited=visited,
    )
    Replay(service, demo, every_s=1.0)
    assert service.now(person_id) == day
    assert [one["display_name"] for one in clinician.get("/people").json()["items"]] == ["Made-up person, type 2"]
    german = {"Accept-Language": "de"}
    assert clinician.get(f"/people/{person_id}", headers=german).json()["display_name"] == "Erfundene Person, Typ 2"
    assert clinician.get("/panel", headers=german).json()["items"][0]["display_name"] == "Erfundene Person, Typ 2"
    known = clinician.get(f"/people/{person_id}/description").json()
    values = known["values"]
    assert (values["age"], values["diabetes_type"], values["oral_diabetes_drug"]) == (61, "type2", True)
    assert values["hba1c_pct"] == pytest.approx(8.1)
    # The laboratory value is what the sensor's mean stands for (ADAG).
    assert (values["mean_glucose_mgdl"] + 46.7) / 28.7 == pytest.approx(values["hba1c_pct"], abs=0.1)
    assert known["origins"]["egfr"] == "laboratory"
    twin = clinician.get(f"/people/{person_id}/twin").json()
    assert (twin["body"], twin["version"][:6]) == ("minimal-t2d", "202603")


@pytest.mark.slow
def test_their_shipped_twin_answers_at_the_visit(database: Database) -> None:
    service = made_up_running(database)
    clinician = sign_up(service, "clinician")
    ((person_id, day),) = prepare_type_2(database, clinician.account_id).items()
    service.clocks[person_id] = lambda: day
    service.warm_up(clinician.account_id, person_id)
    now = clinician.get(f"/people/{person_id}/now").json()
    assert now["forecast"] is not None


def test_a_name_that_somebody_gave_stays(database: Database) -> None:
    service = made_up_running(database)
    service.demo_names = {"one": "demo-person"}
    assert service.called("one", "The demo person") == "The demo person"
    assert service.called("one", "Grace") == "Grace"
    assert service.called("two", "The demo person") == "The demo person"
