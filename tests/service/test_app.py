"""What surrounds the endpoints: headers, the dashboard's files, health, numbers, logs, the documented interface."""

import json
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from glucotwin.service.app import create_app
from glucotwin.service.guard import LARGEST_BODY_BYTES, LARGEST_JSON_BYTES
from glucotwin.service.log import LOGGER, JsonFormatter
from glucotwin.service.state import Service
from made_up_service import API, Browser, client_of


def test_every_answer_tells_browsers_what_is_allowed(service: Service) -> None:
    client = client_of(service)
    for path in ("/", f"{API}/about", f"{API}/session", "/no-such.js"):
        headers = client.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
    assert client.get(f"{API}/about").headers["cache-control"] == "no-store"


def test_a_session_over_https_is_for_https_alone(service: Service) -> None:
    client = TestClient(create_app(service), base_url="https://localhost")
    body = {"login": "https@example.org", "password": "correct horse battery", "display_name": "x"}
    answer = client.post(f"{API}/accounts", json=body)
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_the_dashboard_is_served_from_its_folder_and_nothing_else(service: Service, tmp_path: Path) -> None:
    site = tmp_path / "static"
    (site / "assets").mkdir(parents=True)
    (site / "index.html").write_text("<!doctype html>the dashboard")
    (site / "assets" / "app-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    client = TestClient(create_app(service, site=site))
    assert client.get("/").text == client.get("/days/2024").text == "<!doctype html>the dashboard"
    assert "immutable" in client.get("/assets/app-1.js").headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "no-cache"
    for path in ("/assets/none.js", "/..%2fsecret.txt", "/api/v1/none", "/api/none"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "secret" not in answer.text


def test_without_a_dashboard_a_page_says_so(service: Service, tmp_path: Path) -> None:
    client = TestClient(create_app(service, site=tmp_path))
    assert "/api/v1" in client.get("/").text


def test_a_wrong_method_is_a_problem_too(service: Service) -> None:
    answer = client_of(service).put(f"{API}/about")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_health_and_numbers_name_nobody(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    owner.get(f"/people/{person_id}")
    client = client_of(service)
    assert client.get("/health/live").json() == client.get("/health/ready").json() == {"status": "ok"}
    numbers = client.get("/metrics").text
    assert "glucotwin_requests_total" in numbers
    assert "{person_id}" in numbers
    assert person_id not in numbers


def test_a_defect_is_answered_without_its_words(
    service: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("Ada Example has 140 mg/dL")

    person_id = owner.person()
    monkeypatch.setattr("glucotwin.service.endpoint.person._person_json", fail)
    caplog.set_level(logging.INFO, logger=LOGGER.name)
    answer = owner.get(f"/people/{person_id}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    written = [JsonFormatter().format(record) for record in caplog.records]
    assert "Ada" not in answer.text + "".join(written)
    failed = next(json.loads(line) for line in written if "request-failed" in line)
    assert failed["exception"] == "RuntimeError"
    assert failed["level"] == "error"


def test_logs_hold_routes_and_no_identifiers(
    service: Service, owner: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=LOGGER.name)
    person_id = owner.person()
    owner.get(f"/people/{person_id}/readings")
    written = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert '"route": "/people/{person_id}/readings"' in written or "/people/{person_id}/readings" in written
    for secret in (person_id, owner.login, owner.account_id, owner.csrf):
        assert secret not in written


def test_every_operation_is_named_once_and_described(service: Service) -> None:
    document = client_of(service).get(f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) > 40
    assert [one["operationId"] for one in operations if not one.get("description")] == []


@pytest.mark.parametrize(
    ("kind", "most"), [("application/json", LARGEST_JSON_BYTES), ("multipart/form-data", LARGEST_BODY_BYTES)]
)
def test_a_body_that_says_it_is_too_large_is_not_read(service: Service, kind: str, most: int) -> None:
    headers = {"Content-Type": kind, "Content-Length": str(most + 1)}
    refused = client_of(service).post(f"{API}/accounts", content=b"{}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "file-too-large")


def test_a_body_without_a_length_is_cut_off(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"login": "a", "password": "b" * 2000, "display_name": "c"}).encode()
    monkeypatch.setattr("glucotwin.service.guard.LARGEST_JSON_BYTES", 1000)
    client = client_of(service)
    refused = client.post(f"{API}/accounts", content=iter([body]), headers={"Content-Type": "application/json"})
    assert 400 <= refused.status_code < 500
    assert "errors" not in refused.json()
