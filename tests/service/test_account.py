"""Accounts, sessions, the CSRF secret, tokens of machines, limits on signing in."""

from datetime import datetime
from typing import Any

import pytest

from glucotwin.core.profile import Role
from glucotwin.service.limit import BackOff, RateLimit
from glucotwin.service.state import Service
from glucotwin.store.database import Database
from made_up_service import API, Browser, client_of, made_up_running, sign_up
from made_up_store import PASSWORD


def _problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["code"]) == (status, code)
    assert told["detail"]
    return told


def test_a_new_account_is_signed_in_and_known_again(service: Service) -> None:
    someone = sign_up(service)
    told = someone.get("/session").json()
    assert told["account"]["login"] == someone.login
    assert told["account"]["is_admin"] is False
    assert told["csrf_token"] == someone.csrf
    assert datetime.fromisoformat(told["expires_at"]).tzinfo is not None
    cookie = next(one for one in someone.client.cookies.jar if one.name == "glucotwin_session")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"


def test_signing_out_ends_the_session(owner: Browser) -> None:
    assert owner.send("DELETE", "/session").status_code == 204
    _problem(owner.get("/session"), 401, "not-signed-in")


def test_signing_in_again_with_the_password(service: Service, owner: Browser) -> None:
    client = client_of(service)
    entered = client.post(f"{API}/session", json={"login": owner.login.upper(), "password": PASSWORD})
    assert entered.status_code == 200
    assert entered.json()["account"]["account_id"] == owner.account_id
    assert client.get(f"{API}/session").status_code == 200


def test_a_login_is_taken_only_once(service: Service, owner: Browser) -> None:
    body = {"login": owner.login, "password": PASSWORD, "display_name": "Again"}
    _problem(client_of(service).post(f"{API}/accounts", json=body), 409, "already-exists")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"login": "someone", "password": "short", "display_name": "x"}, "body.password"),
        ({"login": "so", "password": PASSWORD, "display_name": "x"}, "body.login"),
        ({"login": "someone", "password": PASSWORD, "display_name": "x", "is_admin": True}, "body.is_admin"),
    ],
)
def test_a_request_of_another_shape_names_the_field(service: Service, body: dict[str, object], field: str) -> None:
    told = _problem(client_of(service).post(f"{API}/accounts", json=body), 422, "invalid-value")
    assert [one["field"] for one in told["errors"]] == [field]
    assert PASSWORD not in str(told)


def test_wrong_words_are_refused_alike_and_ever_more_slowly(database: Database) -> None:
    now = 0.0
    service = made_up_running(database, sign_ins=BackOff(clock=lambda: now))
    someone, client = sign_up(service), client_of(service)
    wrong = {"login": someone.login, "password": "another password"}
    unknown = {"login": "nobody@example.org", "password": "another password"}
    told = [_problem(client.post(f"{API}/session", json=one), 401, "sign-in-refused") for one in (wrong, unknown)]
    assert told[0] == told[1]
    for _ in range(2):
        client.post(f"{API}/session", json=wrong)
    right = {"login": someone.login, "password": PASSWORD}
    waiting = client.post(f"{API}/session", json=right)
    _problem(waiting, 429, "too-many-requests")
    assert int(waiting.headers["retry-after"]) >= 1
    now = 10.0
    assert client.post(f"{API}/session", json=right).status_code == 200


def test_too_many_requests_are_refused(database: Database) -> None:
    service = made_up_running(database)
    service.requests = RateLimit(burst=2.0, per_s=0.001)
    client = client_of(service)
    statuses = [client.get(f"{API}/about").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/health/live").status_code == 200


def test_a_closed_installation_takes_no_new_accounts(database: Database) -> None:
    client = client_of(made_up_running(database, registration_open=False))
    assert client.get(f"{API}/about").json()["registration_open"] is False
    body = {"login": "someone-new", "password": PASSWORD, "display_name": "x"}
    _problem(client.post(f"{API}/accounts", json=body), 403, "not-allowed")


def test_only_a_demonstration_is_entered_without_a_password(service: Service, database: Database) -> None:
    _problem(client_of(service).post(f"{API}/session/demo"), 404, "unknown-name")
    account = sign_up(service)
    client = client_of(made_up_running(database, demo_accounts={Role.PERSON: account.account_id}))
    assert client.get(f"{API}/about").json()["demo"] is True
    assert client.post(f"{API}/session/demo").json()["account"]["account_id"] == account.account_id


@pytest.mark.parametrize("header", [{}, {"X-CSRF-Token": "something else"}])
def test_a_cookie_alone_changes_nothing(owner: Browser, header: dict[str, str]) -> None:
    body = {"display_name": "Ada", "zone": "Europe/Berlin"}
    _problem(owner.client.post(f"{API}/people", json=body, headers=header), 403, "csrf")
    assert owner.get("/people").json()["items"] == []


def test_a_token_works_without_cookie_or_csrf_and_its_text_is_shown_once(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    headers = owner.token("read", "write", person_id=person_id)
    machine = client_of(service)
    reading = {"readings": [{"time": "2024-03-01T08:00:00Z", "glucose_mgdl": 120}]}
    assert machine.post(f"{API}/people/{person_id}/readings", json=reading, headers=headers).status_code == 200
    assert machine.get(f"{API}/people/{person_id}/readings", headers=headers).status_code == 200
    (listed,) = owner.get("/tokens").json()["items"]
    assert "token" not in listed
    assert listed["last_used_at"] is not None
    assert owner.send("DELETE", f"/tokens/{listed['token_id']}").status_code == 204
    _problem(machine.get(f"{API}/people/{person_id}/readings", headers=headers), 401, "not-signed-in")


def test_a_token_reaches_no_further_than_its_scope_and_person(service: Service, owner: Browser) -> None:
    mine, another = owner.person(), owner.person(display_name="Bob Example")
    headers = owner.token("read", person_id=mine)
    machine = client_of(service)
    reading = {"readings": [{"time": "2024-03-01T08:00:00Z", "glucose_mgdl": 120}]}
    _problem(machine.post(f"{API}/people/{mine}/readings", json=reading, headers=headers), 403, "not-allowed")
    _problem(machine.get(f"{API}/people/{another}", headers=headers), 404, "unknown-name")
    assert [one["person_id"] for one in machine.get(f"{API}/people", headers=headers).json()["items"]] == [mine]


def test_a_token_cannot_make_tokens_nor_be_of_somebody_elses_person(
    service: Service, owner: Browser, other: Browser
) -> None:
    headers = owner.token("read", "write")
    body = {"name": "more", "scopes": ["read"]}
    _problem(client_of(service).post(f"{API}/tokens", json=body, headers=headers), 403, "not-allowed")
    _problem(other.post("/tokens", body | {"person_id": owner.person()}), 404, "unknown-name")


@pytest.mark.parametrize("text", ["Bearer gt_nonsense", "Bearer ", "Basic abc"])
def test_a_wrong_token_is_nobody(service: Service, text: str) -> None:
    answer = client_of(service).get(f"{API}/people", headers={"Authorization": text})
    _problem(answer, 401, "not-signed-in")


def test_a_token_of_somebody_else_cannot_be_revoked(owner: Browser, other: Browser) -> None:
    owner.token("read")
    (listed,) = owner.get("/tokens").json()["items"]
    _problem(other.send("DELETE", f"/tokens/{listed['token_id']}"), 404, "unknown-name")
    _problem(owner.send("DELETE", "/tokens/nonsense"), 404, "unknown-name")
