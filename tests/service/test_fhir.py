"""The FHIR facade: valid resources with identifiers that stay, searches, everything, summaries, submitted bundles."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path
from glucotwin.ingest.write.fhir import check_resource
from glucotwin.service.state import Service
from glucotwin.workflows.living.data import timeline_of
from made_up_service import Browser, client_of, sign_up

FHIR = "/api/fhir/r4"
NOW = datetime(2024, 3, 20, 12, tzinfo=UTC)
STEP = timedelta(minutes=5)


@pytest.fixture(scope="module")
def owner(service: Service) -> Browser:
    return sign_up(service, "patient")


@pytest.fixture(scope="module")
def person_id(service: Service, owner: Browser) -> str:
    """Fifteen days of readings, a meal, a combined bolus, a pen dose and a ketone reading."""
    person_id = owner.person(birth_year=1980, sex="female", weight_kg=70.0)
    service.clocks[person_id] = lambda: NOW
    readings = [
        {"time": (NOW - index * STEP).isoformat(), "glucose_mgdl": 60.0 + (index * 7) % 220}
        for index in range(15 * 288)
    ]
    for start in range(0, len(readings), 2000):
        assert (
            owner.post(f"/people/{person_id}/readings", {"readings": readings[start : start + 2000]}).status_code == 200
        )
    bolus: dict[str, object] = {"insulin_u": 2.0, "extended_u": 1.0, "extended_min": 60.0, "purpose": "meal"}
    events: tuple[tuple[str, dict[str, object]], ...] = (
        ("meal", {"carbs_g": 45.0}),
        ("bolus", bolus),
        ("pen", {"insulin_u": 12.0, "product": "degludec", "purpose": "basal"}),
        ("ketone", {"ketone_mmoll": 0.4}),
    )
    for stream, fields in events:
        body = {"stream": stream, "time": (NOW - timedelta(hours=1)).isoformat(), "fields": fields}
        assert owner.post(f"/people/{person_id}/events", body).status_code == 201
    return person_id


def ask(owner: Browser, path: str) -> Any:
    answer = owner.client.get(FHIR + path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    return answer.json()


def resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["resource"] for one in bundle.get("entry", [])]


def pages(owner: Browser, path: str) -> Iterator[dict[str, Any]]:
    """A search's pages, each reached by the link of the one before."""
    bundle = ask(owner, path)
    while True:
        yield bundle
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        if not following:
            return
        bundle = owner.client.get(following[0]).json()


def test_everything_is_valid_and_can_be_read_one_by_one(owner: Browser, person_id: str) -> None:
    start = (NOW - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    bundle = ask(owner, f"/Patient/{person_id}/$everything?start={start}")
    check_resource(bundle)
    found = resources(bundle)
    kinds = {one["resourceType"] for one in found}
    assert kinds == {"Patient", "Condition", "Observation", "MedicationAdministration"}
    assert len({one["id"] for one in found}) == len(found) == bundle["total"] + 1  # the combined bolus is two
    for one in found:
        check_resource(one)
        assert ask(owner, f"/{one['resourceType']}/{one['id']}") == one
    assert found[0]["id"] == person_id
    assert "name" not in found[0]


def test_everything_comes_in_pages_and_can_be_imported_again(
    owner: Browser, person_id: str, service: Service, tmp_path: Any
) -> None:
    bundles = list(pages(owner, f"/Patient/{person_id}/$everything?_count=999"))
    assert len(bundles) == 5
    entries = [entry for bundle in bundles for entry in bundle["entry"]]
    path = tmp_path / "everything.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    again = import_path(path, ImportOptions()).timeline
    with service.desk(owner.account_id) as desk:
        kept = timeline_of(desk, person_id)
    assert values(again) == values(kept)


def values(timeline: Timeline) -> dict[str, Any]:
    fields = {"glucose": "glucose_mgdl", "meal": "carbs_g", "bolus": "insulin_u", "pen": "insulin_u"}
    fields |= {"ketone": "ketone_mmoll"}
    return {name: timeline.streams[name].select("time", field).rows() for name, field in fields.items()}


def test_searches_by_time_code_and_order(owner: Browser, person_id: str) -> None:
    hour = (NOW - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    readings = resources(
        ask(owner, f"/Observation?patient=Patient/{person_id}&date=gt{hour}&code=http://loinc.org|99504-3")
    )
    assert [one["effectiveDateTime"] for one in readings] == sorted(one["effectiveDateTime"] for one in readings)
    assert len(readings) == 6
    newest = resources(ask(owner, f"/Observation?patient={person_id}&_sort=-date&_count=2"))
    assert newest[0]["effectiveDateTime"] == "2024-03-20T12:00:00Z"
    day = ask(owner, f"/Observation?patient={person_id}&date=2024-03-18&_count=1")
    assert day["total"] == 288 + 7 + 1  # readings, the summary of the day, the weight
    doses = resources(ask(owner, f"/MedicationAdministration?patient={person_id}"))
    assert [one["dosage"]["dose"]["value"] for one in doses] == [2.0, 1.0, 12.0]
    assert doses[1]["partOf"] == [{"reference": f"MedicationAdministration/{doses[0]['id']}"}]
    assert ask(owner, f"/MedicationAdministration?patient={person_id}&date=lt2020-01-01")["total"] == 0


def test_the_summary_says_what_the_dashboard_says(owner: Browser, person_id: str) -> None:
    path = f"/Observation?patient={person_id}&code=107931-8,97507-8,106793-3,97506-0"
    found = {one["code"]["coding"][-1]["code"]: one for one in resources(ask(owner, path))}
    panel = owner.get(f"/people/{person_id}/days?days=14&end=2024-03-20").json()["metrics"]
    assert found["97507-8"]["valueQuantity"]["value"] == round(panel["summary"]["mean_mgdl"], 2)
    shares = [part["valueQuantity"]["value"] for part in found["106793-3"]["component"]]
    assert shares[2] == round(panel["time_in_range"]["tir_pct"], 2)
    assert sum(shares) == pytest.approx(100.0, abs=0.03)
    summary = found["107931-8"]
    assert summary["effectivePeriod"] == {"start": "2024-03-07", "end": "2024-03-20"}
    assert len(summary["hasMember"]) == 6
    for member in summary["hasMember"]:
        check_resource(ask(owner, f"/{member['reference']}"))
    # The last day is not over, and a GMI of fewer than 14 days is not told.
    assert "dataAbsentReason" in found["97506-0"]
    assert panel["gmi_pct"] is None


def test_what_the_facade_can_do_is_told_to_everybody(service: Service) -> None:
    told = client_of(service).get(f"{FHIR}/metadata").json()
    check_resource(told)
    assert told["fhirVersion"] == "4.0.1"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/Observation", 422, "invalid"),
        ("/Observation?patient=nobody", 422, "invalid"),
        ("/Observation?patient={person}&date=yesterday", 422, "invalid"),
        ("/Observation?patient={person}&_count=0", 400, "invalid"),
        ("/Observation?patient=00000000-0000-4000-8000-000000000000", 404, "not-found"),
        ("/Observation/nothing", 404, "not-found"),
        ("/Observation/{plain}.glucose.zzzzzzzzz.00000000", 404, "not-found"),
        ("/Observation/{plain}.bolus.lt0000000.00000000", 404, "not-found"),
        ("/Observation/{plain}.s.20240399.20240320.97507-8", 404, "not-found"),
        ("/Condition/{plain}.nothing", 404, "not-found"),
        ("/Immunization?patient={person}", 400, "invalid"),
    ],
)
def test_errors_are_outcomes(owner: Browser, person_id: str, path: str, status: int, code: str) -> None:
    answer = owner.client.get(FHIR + path.format(person=person_id, plain=person_id.replace("-", "")))
    assert answer.status_code == status
    check_resource(answer.json())
    assert answer.json()["issue"][0]["code"] == code


def bundle_of(person: str, count: int, **more: object) -> dict[str, Any]:
    """A bundle as the CGM guide has it submitted."""
    readings: list[dict[str, object]] = [
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "99504-3"}]},
            "subject": {"reference": person},
            "effectiveDateTime": f"2024-03-01T{index // 12:02d}:{index % 12 * 5:02d}:00Z",
            "valueQuantity": {
                "value": 100 + index,
                "unit": "mg/dl",
                "system": "http://unitsofmeasure.org",
                "code": "mg/dL",
            },
        }
        for index in range(count)
    ]
    request = {"method": "POST", "url": "Observation"}
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": one, "request": request} for n, one in enumerate(readings)]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": "2024-03-02T00:00:00Z",
        "entry": entries,
    } | more


def submitted(owner: Browser, path: str, bundle: object) -> Any:
    return owner.client.post(FHIR + path, json=bundle, headers={"X-CSRF-Token": owner.csrf})


def test_a_submitted_bundle_is_taken_in_once_and_told_entry_by_entry(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    bundle = bundle_of(f"Patient/{person_id}", 24)
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "report"}}
    unread = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": "8480-6"}]}}
    bundle["entry"] += [{"resource": report}, {"resource": unread}, {"resource": {}, "request": {"method": "DELETE"}}]
    for _ in range(2):
        answer = submitted(owner, f"/Patient/{person_id}/$submit-cgm-bundle", bundle)
        assert answer.status_code == 200, answer.text
        check_resource(answer.json())
        statuses = [one["response"]["status"] for one in answer.json()["entry"]]
        assert statuses == ["200"] * 24 + ["422"] * 3
    with service.desk(owner.account_id) as desk:
        glucose = timeline_of(desk, person_id).streams["glucose"]
    assert glucose["glucose_mgdl"].to_list() == [100.0 + index for index in range(24)]


def test_a_machine_submits_for_the_person_of_its_token(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    token = owner.token("write", person_id=person_id)
    client = client_of(service)
    bundle = bundle_of("Patient/mine", 2)
    patient = {"resourceType": "Patient", "id": "mine"}
    bundle["entry"].insert(0, {"fullUrl": "urn:uuid:mine", "resource": patient, "request": {"method": "PUT"}})
    assert client.post(f"{FHIR}/$submit-cgm-bundle", json=bundle, headers=token).status_code == 200
    everybody = owner.token("write")
    assert client.post(f"{FHIR}/$submit-cgm-bundle", json=bundle, headers=everybody).status_code == 422


@pytest.mark.parametrize(
    "bundle",
    [
        b"{",
        b"[]",
        b'{"resourceType": "Bundle", "type": "collection"}',
        json.dumps(bundle_of("Patient/somebody-else", 1)).encode(),
        json.dumps(bundle_of("https://elsewhere.example/Patient/1", 1)).encode(),
    ],
)
def test_what_is_no_bundle_of_the_person_is_refused(owner: Browser, bundle: bytes) -> None:
    person_id = owner.person()
    path = f"{FHIR}/Patient/{person_id}/$submit-cgm-bundle"
    answer = owner.client.post(path, content=bundle, headers={"X-CSRF-Token": owner.csrf})
    assert answer.status_code == 422
    check_resource(answer.json())


OF_PERSON = (
    "GET /Patient/{person}",
    "GET /Patient/{person}/$everything",
    "GET /Observation?patient={person}",
    "GET /MedicationAdministration?patient={person}",
    "GET /Observation/{plain}.glucose.lt0000000.00000000",
    "POST /Patient/{person}/$submit-cgm-bundle",
)


@pytest.mark.parametrize("endpoint", OF_PERSON)
def test_who_may_ask_with_and_without_consent(service: Service, owner: Browser, endpoint: str) -> None:
    person = owner.person()
    members = {role: sign_up(service, role) for role in ("carer", "clinician", "researcher")}
    for role, member in members.items():
        owner.invite(person, member, role)
    writes = endpoint.startswith("POST")
    for consent in (False, True):
        if consent:
            owner.consent(person, "care-view", "research-export")
        for role, member in members.items():
            is_let_in = not writes or role == "carer"
            expected = {403} if not is_let_in or not consent else {200, 404, 422}
            assert _asked(member, endpoint, person) in expected, (role, consent)
    assert _asked(owner, endpoint, person) in {200, 404, 422}
    assert _asked(sign_up(service, "stranger"), endpoint, person) == 404
    assert client_of(service).get(f"{FHIR}/Patient").status_code == 401


def _asked(browser: Browser, endpoint: str, person: str) -> int:
    method, path = endpoint.format(person=person, plain=person.replace("-", "")).split(" ")
    headers = {"X-CSRF-Token": browser.csrf}
    body = bundle_of(f"Patient/{person}", 0) if method == "POST" else None
    return browser.client.request(method, FHIR + path, json=body, headers=headers).status_code


def test_only_those_who_may_be_read_are_listed(service: Service, owner: Browser) -> None:
    carer = sign_up(service, "carer")
    silent, speaking = owner.person(), owner.person()
    for person in (silent, speaking):
        owner.invite(person, carer, "carer")
    owner.consent(speaking, "care-view")
    assert [one["id"] for one in resources(carer.client.get(f"{FHIR}/Patient").json())] == [speaking]
    token = owner.token("read", person_id=silent)
    found = client_of(service).get(f"{FHIR}/Patient", headers=token).json()
    assert [one["id"] for one in resources(found)] == [silent]
