"""Consent, members, export, erasure, the audit log, the report."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin.service.state import Service
from glucotwin.store.database import Database
from made_up_service import Browser, sign_up
from report_text import english_left, text_of

READING = {"readings": [{"time": "2024-03-01T08:00:00Z", "glucose_mgdl": 123.0}]}


def test_consents_are_asked_for_one_by_one_and_end_at_once(service: Service, owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    owner.invite(person_id, other, "carer")
    listed = owner.get(f"/people/{person_id}/consents").json()["items"]
    assert {one["purpose"]: one["status"] for one in listed} == dict.fromkeys(
        ("care-view", "personal-twin", "population-learning", "research-export"), "none"
    )
    assert all(one["title"] and one["text"] for one in listed)
    assert other.get(f"/people/{person_id}/readings").json()["purpose"] == "care-view"
    owner.consent(person_id, "care-view")
    assert other.get(f"/people/{person_id}/readings").status_code == 200
    ended = owner.send("DELETE", f"/people/{person_id}/consents/care-view").json()
    assert (ended["status"], ended["version"]) == ("revoked", 1)
    assert other.get(f"/people/{person_id}/readings").status_code == 403
    assert owner.get(f"/people/{person_id}/readings").status_code == 200


def test_a_version_that_was_never_written_cannot_be_consented_to(owner: Browser) -> None:
    answer = owner.send("PUT", f"/people/{owner.person()}/consents/care-view", {"version": 7})
    assert answer.status_code == 404


def test_of_a_person_who_does_not_consent_a_carer_sees_only_that_they_exist(owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    owner.invite(person_id, other, "carer")
    (seen,) = other.get("/people").json()["items"]
    assert seen == {"person_id": person_id, "role": "carer", "consents": [], "visible": False}
    owner.consent(person_id, "care-view")
    assert other.get("/people").json()["items"][0]["display_name"] == "Ada Example"


def test_a_researcher_sees_no_name(owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    owner.post(f"/people/{person_id}/readings", READING)
    owner.invite(person_id, other, "researcher")
    owner.consent(person_id, "research-export")
    assert "Ada" not in other.get(f"/people/{person_id}").text
    archive = zipfile.ZipFile(io.BytesIO(other.get(f"/people/{person_id}/export").content))
    assert all(name.startswith("timeline/") for name in archive.namelist())
    assert not any(b"Ada Example" in archive.read(name) for name in archive.namelist())
    assert not any(person_id.encode() in archive.read(name) for name in archive.namelist())


def test_members_come_and_go(owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    owner.consent(person_id, "care-view")
    owner.invite(person_id, other, "clinician")
    assert owner.post(f"/people/{person_id}/members", {"login": "no-one", "role": "carer"}).status_code == 404
    again = owner.post(f"/people/{person_id}/members", {"login": other.login, "role": "carer"})
    assert again.status_code in {201, 409}
    listed = {one["login"]: one["role"] for one in owner.get(f"/people/{person_id}/members").json()["items"]}
    assert listed[owner.login] == "person"
    assert owner.send("DELETE", f"/people/{person_id}/members/{other.account_id}").status_code == 204
    assert other.get(f"/people/{person_id}").status_code == 404
    assert other.get("/people").json()["items"] == []


def test_the_person_gets_everything_that_is_kept(owner: Browser) -> None:
    person_id = owner.person()
    owner.post(f"/people/{person_id}/readings", READING)
    answer = owner.get(f"/people/{person_id}/export")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {"person.json", "forecasts.json", "alarms.json", "consents.json"} <= set(archive.namelist())
    assert json.loads(archive.read("person.json"))["display_name"] == "Ada Example"
    assert any(name.startswith("timeline/") and name.endswith(".parquet") for name in archive.namelist())


def test_erasing_leaves_nobody_and_no_key(service: Service, owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    owner.consent(person_id, "care-view")
    owner.invite(person_id, other, "carer")
    owner.post(f"/people/{person_id}/readings", READING)
    assert owner.post(f"/people/{person_id}/erase", {"confirm": "another"}).status_code == 409
    assert service.database.keystore.has(person_id)
    assert owner.post(f"/people/{person_id}/erase", {"confirm": person_id}).status_code == 204
    for browser in (owner, other):
        assert browser.get(f"/people/{person_id}/readings").status_code == 404
        assert browser.get("/people").json()["items"] == []
    assert not service.database.keystore.has(person_id)


def test_the_audit_log_tells_what_others_did_by_pseudonyms(owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    owner.consent(person_id, "care-view")
    owner.invite(person_id, other, "clinician")
    other.get(f"/people/{person_id}/readings")
    other.post(f"/people/{person_id}/readings", READING)
    page = owner.get(f"/people/{person_id}/audit")
    told = page.json()["items"]
    seen = {(one["role"], one["action"], one["outcome"]) for one in told}
    assert ("clinician", "GET /people/{person_id}/readings", "200") in seen
    assert ("", "POST /people/{person_id}/readings", "403") in seen
    assert [one["sequence"] for one in told] == sorted((one["sequence"] for one in told), reverse=True)
    assert other.login not in page.text
    assert other.account_id not in page.text


def test_the_audit_log_comes_in_pages(owner: Browser) -> None:
    person_id = owner.person()
    for _ in range(51):
        owner.send("PUT", f"/people/{person_id}/twin/frozen", {"frozen": False})
    first = owner.get(f"/people/{person_id}/audit").json()
    rest = owner.get(f"/people/{person_id}/audit", params={"cursor": first["next_cursor"]}).json()
    assert (len(first["items"]), rest["next_cursor"]) == (50, None)
    assert first["items"][-1]["sequence"] > rest["items"][0]["sequence"]


def test_the_report_is_a_page_that_loads_nothing_else(owner: Browser) -> None:
    person_id = owner.person()
    start = datetime(2024, 3, 1, tzinfo=UTC).timestamp()
    readings = [
        {"time": datetime.fromtimestamp(start + 300 * step, UTC).isoformat(), "glucose_mgdl": 100 + step % 80}
        for step in range(600)
    ]
    owner.post(f"/people/{person_id}/readings", {"readings": readings})
    path = f"/people/{person_id}/report"
    page = owner.get(path)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "not a medical device" in page.text
    asked = owner.get(path, params={"language": "de", "unit": "mmol/L"}).text
    for german in (asked, owner.get(path, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}).text):
        assert '<html lang="de">' in german
        assert "1. bis 3. März 2024" in german
        assert english_left(german) == []
    assert "3,9 bis 10,0 mmol/L" in text_of(asked)
    assert owner.get(path, params={"language": "xx"}).status_code == 422


def test_nothing_of_a_person_is_left_unpacked(database: Database, owner: Browser) -> None:
    person_id = owner.person()
    owner.post(f"/people/{person_id}/readings", READING)
    owner.get(f"/people/{person_id}/export")
    work: Path = database.folder / "work"
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("name", ["care-view", "personal-twin"])
def test_a_new_person_has_consented_to_nothing(service: Service, name: str) -> None:
    browser = sign_up(service)
    assert name not in browser.get(f"/people/{browser.person()}").json()["consents"]
