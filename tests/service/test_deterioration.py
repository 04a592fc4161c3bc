"""What gets slowly worse: for the pages, as FHIR, and as a card in a clinic's system."""

from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.domain.observation import LabResult
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.service.state import Service
from glucotwin.store.desk import desk_of
from glucotwin.store.record import add_records
from made_up_service import Browser, client_of, sign_up

START = datetime(2024, 3, 1, tzinfo=UTC)
FHIR = "/api/fhir/r4"
CDS = "/api/cds-services"


@pytest.fixture(scope="module")
def owner(service: Service) -> Browser:
    return sign_up(service, "patient")


@pytest.fixture(scope="module")
def person_id(service: Service, owner: Browser) -> str:
    """Somebody whose kidney function falls by 12 mL/min/1.73 m2 a year."""
    person_id = owner.person()
    labs = [
        LabResult(time=START + timedelta(days=120 * index), analyte="eGFR", value=value, unit="mL/min/{1.73_m2}")
        for index, value in enumerate([80.0, 76.0, 72.5, 68.0])
    ]
    with desk_of(service.database, owner.account_id) as desk:
        add_records(desk, person_id, Timeline.from_records(Person(person_id=person_id), labs).streams)
    return person_id


def test_the_pages_are_told_in_words(owner: Browser, person_id: str) -> None:
    (found,) = owner.get(f"/people/{person_id}/deterioration").json()["items"]
    assert (found["name"], found["verdict"], found["latest"]) == ("egfr", "clear", 68.0)
    assert found["low"] < found["rate"] < found["high"] < 0.0
    german = owner.get(f"/people/{person_id}/deterioration", headers={"Accept-Language": "de"}).json()["items"][0]
    assert german["title"] == "Nierenfunktion (eGFR)"


@pytest.mark.parametrize("kind", ["Flag", "DetectedIssue"])
def test_systems_find_it_read_it_and_get_it_with_everything(owner: Browser, person_id: str, kind: str) -> None:
    (entry,) = owner.client.get(f"{FHIR}/{kind}", params={"patient": person_id}).json()["entry"]
    resource = entry["resource"]
    assert resource["resourceType"] == kind
    assert owner.client.get(f"{FHIR}/{kind}/{resource['id']}").json() == resource
    assert owner.client.get(f"{FHIR}/{kind}/{resource['id']}x").status_code == 404
    whole = owner.client.get(f"{FHIR}/Patient/{person_id}/$everything").json()["entry"]
    assert resource in [one["resource"] for one in whole]


def test_a_clinics_system_is_given_a_card_when_the_record_is_opened(
    service: Service, owner: Browser, person_id: str
) -> None:
    (offered,) = client_of(service).get(CDS).json()["services"]
    assert offered["hook"] == "patient-view"
    call = {
        "hook": "patient-view",
        "hookInstance": "1",
        "context": {"patientId": person_id, "userId": "Practitioner/1"},
    }
    headers = owner.token("read", person_id=person_id)
    machine = client_of(service)
    (card,) = machine.post(f"{CDS}/{offered['id']}", json=call, headers=headers).json()["cards"]
    assert card["indicator"] == "warning"
    assert len(card["summary"]) <= 140
    assert "not a medical device" in card["detail"]
    assert machine.post(f"{CDS}/another", json=call, headers=headers).status_code == 404
    other = {**call, "hook": "order-sign"}
    assert machine.post(f"{CDS}/{offered['id']}", json=other, headers=headers).status_code == 422
    assert client_of(service).post(f"{CDS}/{offered['id']}", json=call).status_code == 401
    stranger = sign_up(service, "stranger").token("read")
    assert client_of(service).post(f"{CDS}/{offered['id']}", json=call, headers=stranger).status_code == 404
