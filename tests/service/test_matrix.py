"""Every endpoint with everybody who may ask, with and without consent. An endpoint without a line here fails."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.routing import APIRoute

from glucotwin.core.message import message
from glucotwin.service.document import ROUTERS
from glucotwin.service.endpoint import view
from glucotwin.service.state import Service
from made_up_patient import LETTER
from made_up_service import API, Browser, client_of, sign_up

PERSON, CARER, CLINICIAN, RESEARCHER = "person", "carer", "clinician", "researcher"
EVERYBODY = frozenset({PERSON, CARER, CLINICIAN, RESEARCHER})
CARING = frozenset({PERSON, CARER})
ALONE = frozenset({PERSON})
WORKING = frozenset({PERSON, CLINICIAN})
TREATING = frozenset({CLINICIAN})
VIEW_CONSENT = {CARER: "care-view", CLINICIAN: "care-view", RESEARCHER: "research-export"}
SOMETHING = "00000000-0000-4000-8000-000000000000"
TIME = "2024-03-01T08:00:00Z"
LIMITS: dict[str, object] = {
    "basal_u_per_h": [0.3, 1.2],
    "carb_ratio_g_per_u": [6, 16],
    "correction_factor_mgdl_per_u": [25, 70],
    "target_mgdl": [90, 150],
    "max_bolus_u": 10,
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who may ask an endpoint about a person."""

    roles: frozenset[str]
    twin: bool = False
    """Whether it needs the person's consent to a twin besides."""
    machine: bool = True
    """Whether a token with both scopes may ask it."""
    body: dict[str, object] | None = None
    more: dict[str, Any] = field(default_factory=dict)


OF_PERSON: dict[str, Line] = {
    "GET /people/{person_id}": Line(roles=EVERYBODY),
    "PUT /people/{person_id}": Line(roles=CARING, body={"display_name": "Ada Example", "zone": "Europe/Berlin"}),
    "GET /people/{person_id}/members": Line(roles=ALONE, machine=False),
    "POST /people/{person_id}/members": Line(roles=ALONE, machine=False, body={"login": "none", "role": "carer"}),
    "DELETE /people/{person_id}/members/{account_id}": Line(roles=ALONE, machine=False),
    "POST /people/{person_id}/uploads": Line(roles=CARING, more={"files": {"file": ("a.csv", b"nothing")}}),
    "POST /people/{person_id}/readings": Line(roles=CARING, body={"readings": [{"time": TIME, "glucose_mgdl": 100}]}),
    "GET /people/{person_id}/readings": Line(roles=EVERYBODY),
    "GET /people/{person_id}/events": Line(roles=EVERYBODY),
    "POST /people/{person_id}/events": Line(
        roles=CARING, body={"stream": "meal", "time": TIME, "fields": {"carbs_g": 20.0}}
    ),
    "DELETE /people/{person_id}/events/{event_id}": Line(roles=CARING),
    "GET /people/{person_id}/data-quality": Line(roles=EVERYBODY),
    "PUT /people/{person_id}/corrections/{step_id}": Line(roles=CARING, body={"state": "refused"}),
    "GET /people/{person_id}/now": Line(roles=EVERYBODY),
    "GET /people/{person_id}/live": Line(roles=EVERYBODY),
    "GET /people/{person_id}/days": Line(roles=EVERYBODY),
    "GET /people/{person_id}/deterioration": Line(roles=EVERYBODY),
    "GET /people/{person_id}/twin": Line(roles=EVERYBODY, twin=True),
    "POST /people/{person_id}/twin/rollback": Line(roles=WORKING, twin=True, body={"why": "worse than before"}),
    "PUT /people/{person_id}/twin/frozen": Line(roles=ALONE, body={"frozen": False}),
    "POST /people/{person_id}/jobs": Line(roles=WORKING, twin=True, body={"kind": "fit"}),
    "GET /people/{person_id}/jobs": Line(roles=EVERYBODY, twin=True),
    "GET /people/{person_id}/jobs/{job_id}": Line(roles=EVERYBODY, twin=True),
    "DELETE /people/{person_id}/jobs/{job_id}": Line(roles=EVERYBODY, twin=True),
    "POST /people/{person_id}/forecasts": Line(roles=EVERYBODY, twin=True, body={}),
    "GET /people/{person_id}/forecasts": Line(roles=EVERYBODY, twin=True),
    "GET /people/{person_id}/forecasts/score": Line(roles=EVERYBODY, twin=True),
    "GET /people/{person_id}/offline-twin": Line(roles=EVERYBODY, twin=True),
    "POST /people/{person_id}/what-ifs": Line(
        roles=EVERYBODY,
        twin=True,
        body={"mode": "ahead", "changes": [{"kind": "add-meal", "at": TIME, "carbs_g": 20}]},
    ),
    "POST /people/{person_id}/therapy-comparisons": Line(
        roles=EVERYBODY, twin=True, body={"alternatives": [{"name": "as it is"}]}
    ),
    "GET /people/{person_id}/therapy-comparisons": Line(roles=EVERYBODY, twin=True),
    "GET /people/{person_id}/therapy-comparisons/{job_id}": Line(roles=EVERYBODY, twin=True),
    "POST /people/{person_id}/lifestyle-advice": Line(roles=EVERYBODY, twin=True, body={"kinds": ["walk"]}),
    "GET /people/{person_id}/lifestyle-advice": Line(roles=EVERYBODY, twin=True),
    "GET /people/{person_id}/lifestyle-advice/{job_id}": Line(roles=EVERYBODY, twin=True),
    "GET /people/{person_id}/alarms": Line(roles=EVERYBODY, twin=True),
    "POST /people/{person_id}/alarms/{kind}/snooze": Line(roles=CARING, body={"minutes": 30}),
    "GET /people/{person_id}/alarm-settings": Line(roles=CARING),
    "PUT /people/{person_id}/alarm-settings": Line(roles=CARING, body={"low_mgdl": 75}),
    "GET /people/{person_id}/channels": Line(roles=EVERYBODY, twin=True),
    "POST /people/{person_id}/channels": Line(
        roles=CARING, twin=True, machine=False, body={"kind": "webhook", "settings": {"url": "https://192.0.2.1/x"}}
    ),
    "POST /people/{person_id}/channels/{channel_id}/confirm": Line(roles=CARING, machine=False, body={"code": "1"}),
    "POST /people/{person_id}/channels/{channel_id}/test": Line(roles=CARING, machine=False),
    "DELETE /people/{person_id}/channels/{channel_id}": Line(roles=CARING, machine=False),
    "GET /people/{person_id}/proposals": Line(roles=EVERYBODY - {RESEARCHER}),
    "POST /people/{person_id}/proposals": Line(
        roles=TREATING, machine=False, body={"kind": "walk", "value": 20, "why": "After dinner."}
    ),
    "GET /people/{person_id}/proposals/{proposal_id}/follow-up": Line(roles=TREATING, machine=False),
    "GET /people/{person_id}/envelopes": Line(roles=EVERYBODY - {RESEARCHER}),
    "POST /people/{person_id}/envelopes": Line(
        roles=TREATING, machine=False, body={"limits": LIMITS, "valid_until": TIME, "why": "First weeks on a pump."}
    ),
    "POST /people/{person_id}/envelopes/{envelope_id}/withdrawal": Line(
        roles=TREATING, machine=False, body={"reason": "No longer."}
    ),
    "POST /people/{person_id}/setting-advice": Line(roles=TREATING, twin=True, machine=False, body={}),
    "POST /people/{person_id}/moment-advice": Line(roles=EVERYBODY - {RESEARCHER}, twin=True, machine=False, body={}),
    "GET /people/{person_id}/moment-advice": Line(roles=EVERYBODY - {RESEARCHER}),
    "POST /people/{person_id}/moment-advice/{advice_id}/taken": Line(
        roles=EVERYBODY - {RESEARCHER}, machine=False, body={"option": 1}
    ),
    "POST /people/{person_id}/medicine-advice": Line(
        roles=TREATING,
        twin=True,
        machine=False,
        body={
            "person": LETTER | {"hba1c_pct": 8.0},
            "visits": [{"on": "2026-03-01"}],
        },
    ),
    "POST /people/{person_id}/proposals/{proposal_id}/decision": Line(
        roles=TREATING, machine=False, body={"decision": "end", "reason": "No longer."}
    ),
    "POST /people/{person_id}/proposals/{proposal_id}/answer": Line(roles=CARING, body={"answer": "agree"}),
    "GET /people/{person_id}/description": Line(roles=EVERYBODY),
    "GET /people/{person_id}/visits": Line(roles=EVERYBODY),
    "GET /people/{person_id}/questionnaires": Line(roles=EVERYBODY),
    "POST /people/{person_id}/questionnaire-responses": Line(
        roles=CARING, body={"questionnaire": "daily-life", "answers": {}}
    ),
    "DELETE /people/{person_id}/questionnaire-responses/{response_id}": Line(roles=CARING),
    "GET /people/{person_id}/consents": Line(roles=ALONE),
    "PUT /people/{person_id}/consents/{purpose}": Line(roles=ALONE, machine=False, body={"version": 99}),
    "DELETE /people/{person_id}/consents/{purpose}": Line(roles=ALONE, machine=False),
    "GET /people/{person_id}/export": Line(roles=EVERYBODY),
    "POST /people/{person_id}/erase": Line(roles=ALONE, machine=False, body={"confirm": "no"}),
    "GET /people/{person_id}/audit": Line(roles=ALONE),
    "GET /people/{person_id}/report": Line(roles=EVERYBODY),
}
SIGNED_IN = {
    "GET /session",
    "DELETE /session",
    "POST /session/provider/link",
    "GET /session/provider/identity",
    "DELETE /session/provider/identity",
    "GET /tokens",
    "POST /tokens",
    "DELETE /tokens/{token_id}",
    "GET /channel-kinds",
    "GET /course",
    "POST /course",
    "GET /complications/schema",
    "POST /complications",
    "POST /years-ahead",
    "GET /regimens/medicines",
    "POST /regimens/compare",
    "POST /regimens/plan",
    "GET /people",
    "POST /people",
    "GET /panel",
}
OPEN = {
    "GET /about",
    "POST /accounts",
    "POST /session",
    "POST /session/demo",
    "GET /session/provider",
    "GET /session/provider/callback",
    "GET /session/provider/end",
}
FILLED = {
    "account_id": SOMETHING,
    "advice_id": SOMETHING,
    "channel_id": SOMETHING,
    "envelope_id": SOMETHING,
    "job_id": SOMETHING,
    "proposal_id": SOMETHING,
    "response_id": "0123456789abcdef",
    "event_id": "none",
    "step_id": "none",
    "kind": "low",
    "purpose": "research-export",
}


def _endpoints() -> Iterator[str]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from (f"{method} {route.path}" for method in route.methods or ())


def _ask(browser: Any, endpoint: str, person_id: str, headers: dict[str, str]) -> Any:
    method, path = endpoint.split(" ")
    line = OF_PERSON[endpoint]
    return browser.request(
        method,
        API + path.format(person_id=person_id, **FILLED),
        json=line.body,
        headers=headers,
        **line.more,
    )


def _verdict(answer: Any) -> str:
    """What became of a request: let in, or why not."""
    if answer.status_code in {401, 403}:
        return answer.json()["code"]
    if answer.status_code == 404 and answer.json()["detail"] == message("store-no-person"):
        return "no such person"
    assert answer.status_code < 500, answer.text
    return "in"


@pytest.fixture(autouse=True)
def short_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live updates that end at once."""

    async def nothing(*_: object) -> AsyncGenerator[str]:
        yield ": welcome\n\n"

    monkeypatch.setattr(view, "_messages", nothing)


@dataclass
class Members:
    """A person and one member of each role, without and with all consents."""

    by_role: dict[str, Browser]
    silent: str
    consenting: str


@pytest.fixture(scope="module")
def members(service: Service) -> Members:
    owner = sign_up(service, PERSON)
    by_role = {PERSON: owner} | {role: sign_up(service, role) for role in sorted(EVERYBODY - ALONE)}
    people: list[str] = []
    for _ in range(2):
        people.append(owner.person())
        for role in sorted(EVERYBODY - ALONE):
            owner.invite(people[-1], by_role[role], role)
        reading = {"readings": [{"time": "2024-03-01T07:00:00Z", "glucose_mgdl": 120}]}
        assert owner.post(f"/people/{people[-1]}/readings", reading).status_code == 200
    return Members(by_role=by_role, silent=people[0], consenting=people[1])


@pytest.fixture(scope="module")
def machine(members: Members) -> dict[str, str]:
    return members.by_role[PERSON].token("read", "write")


def test_every_endpoint_has_its_line() -> None:
    found = list(_endpoints())
    assert len(found) == len(set(found))
    assert {one for one in found if "{person_id}" in one} == set(OF_PERSON)
    assert {one for one in found if "{person_id}" not in one} == SIGNED_IN | OPEN


@pytest.mark.parametrize("endpoint", sorted(OF_PERSON))
def test_who_may_ask_about_a_person(service: Service, members: Members, endpoint: str) -> None:
    line, owner = OF_PERSON[endpoint], members.by_role[PERSON]
    owner.consent(members.consenting, "care-view", "personal-twin", "research-export")
    for role, browser in members.by_role.items():
        headers = {"X-CSRF-Token": browser.csrf}
        is_let_in = role in line.roles
        needs = VIEW_CONSENT.get(role) is not None or line.twin
        with_consent = _verdict(_ask(browser.client, endpoint, members.consenting, headers))
        without = _verdict(_ask(browser.client, endpoint, members.silent, headers))
        assert with_consent == ("in" if is_let_in else "not-allowed"), role
        refused = "consent-missing" if is_let_in else "not-allowed"
        assert without == (refused if needs or not is_let_in else "in"), role


@pytest.mark.parametrize("endpoint", sorted(OF_PERSON))
def test_a_stranger_and_nobody(service: Service, members: Members, endpoint: str) -> None:
    stranger = sign_up(service, "stranger")
    own = stranger.person()
    headers = {"X-CSRF-Token": stranger.csrf}
    assert _verdict(_ask(stranger.client, endpoint, members.consenting, headers)) == "no such person"
    assert _verdict(_ask(stranger.client, endpoint, SOMETHING, headers)) == "no such person"
    bound = stranger.token("read", "write", person_id=own)
    with_token = _verdict(_ask(client_of(service), endpoint, members.consenting, bound))
    assert with_token == ("no such person" if OF_PERSON[endpoint].machine else "not-allowed")
    assert _verdict(_ask(client_of(service), endpoint, members.consenting, {})) == "not-signed-in"


@pytest.mark.parametrize("endpoint", sorted(OF_PERSON))
def test_a_machine_may_not_manage_access(
    service: Service, members: Members, machine: dict[str, str], endpoint: str
) -> None:
    line = OF_PERSON[endpoint]
    members.by_role[PERSON].consent(members.consenting, "care-view", "personal-twin", "research-export")
    verdict = _verdict(_ask(client_of(service), endpoint, members.consenting, machine))
    assert verdict == ("in" if line.machine else "not-allowed")


@pytest.mark.parametrize("endpoint", sorted(SIGNED_IN))
def test_nobody_gets_nothing(service: Service, endpoint: str) -> None:
    method, path = endpoint.split(" ")
    answer = client_of(service).request(method, API + path.format(token_id=SOMETHING), json={})
    assert _verdict(answer) == "not-signed-in"


@pytest.mark.parametrize("endpoint", sorted(one for one in OF_PERSON if not one.startswith("GET")))
def test_a_cookie_without_its_secret_changes_nothing(members: Members, endpoint: str) -> None:
    owner = members.by_role[PERSON]
    assert _verdict(_ask(owner.client, endpoint, members.consenting, {})) == "csrf"
