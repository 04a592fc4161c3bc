"""Every endpoint of Nightscout's interface with a token of everybody who may ask, with and without consent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute

from glucotwin.service.nightscout import glance, v1, v3
from glucotwin.service.state import Service
from made_up_app import MadeUpApp, made_up_app
from made_up_service import Browser, client_of, sign_up

READERS = frozenset({"person", "carer", "clinician", "researcher"})
WRITERS = frozenset({"person", "carer"})
CONSENTS = ("care-view", "research-export")
WITHOUT_PERSON = frozenset(
    {"/v1/status", "/v1/verifyauth", "/v1/experiments/test", "/v2/authorization/request/{secret}", "/v3/version"}
    | {"/v3/status"}
)
"""They tell what the site or the token is, and nothing of the person."""


def _endpoints() -> Iterator[str]:
    for router, prefix in ((v1.router, "/v1"), (v3.router, ""), (glance.router, ""), (glance.pebble, "/..")):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if route.include_in_schema:
                yield from (f"{method} {prefix}{route.path}" for method in route.methods or ())


OF_PERSON = sorted(one for one in _endpoints() if one.split(" ")[1] not in WITHOUT_PERSON)


@dataclass
class Members:
    """Apps of each role with a person, without and with all consents."""

    silent: dict[str, MadeUpApp]
    consenting: dict[str, MadeUpApp]


@pytest.fixture(scope="module")
def members(service: Service) -> Members:
    owner = sign_up(service, "person")
    others = {role: sign_up(service, role) for role in sorted(READERS - {"person"})}
    people = [owner.person(), owner.person()]
    for person_id in people:
        for role, other in others.items():
            owner.invite(person_id, other, role)
        owner.consent(person_id, *CONSENTS)
    by_role = {"person": owner} | others
    silent, consenting = (
        {role: made_up_app(service, browser, person_id=person_id) for role, browser in by_role.items()}
        for person_id in people
    )
    for purpose in CONSENTS:
        assert owner.send("DELETE", f"/people/{people[0]}/consents/{purpose}").status_code == 200
    return Members(silent=silent, consenting=consenting)


def _ask(app: MadeUpApp, endpoint: str) -> Any:
    method, path = endpoint.split(" ")
    filled = path.format(
        spec="65f0aaaa0123456789abcdef", name="none", collection="treatments", since=0, identifier="x", names="bgnow"
    )
    body = None if method in {"GET", "DELETE"} else {"date": 1710936000000, "app": "test", "eventType": "Note"}
    return app.ask(
        method, f"{filled.lstrip('/')}?find[eventType]=Note" if method == "DELETE" else filled.lstrip("/"), body
    )


def _verdict(answer: Any) -> str:
    assert answer.status_code < 500, answer.text
    return answer.json()["code"] if answer.status_code in {401, 403} else "in"


@pytest.mark.parametrize("endpoint", OF_PERSON)
def test_who_may_ask_about_a_person(members: Members, endpoint: str) -> None:
    allowed = READERS if endpoint.startswith("GET") else WRITERS
    for role in sorted(READERS):
        with_consent = _verdict(_ask(members.consenting[role], endpoint))
        assert with_consent == ("in" if role in allowed else "not-allowed"), role
        expected = "in" if role == "person" else "consent-missing"
        assert _verdict(_ask(members.silent[role], endpoint)) == (expected if role in allowed else "not-allowed"), role


@pytest.mark.parametrize("endpoint", OF_PERSON)
def test_a_token_that_reads_may_not_write_and_the_other_way_round(
    service: Service, owner: Browser, endpoint: str
) -> None:
    person_id = owner.person()
    reader = made_up_app(service, owner, scopes=("read",), person_id=person_id)
    writer = made_up_app(service, owner, scopes=("write",), person_id=person_id)
    is_read = endpoint.startswith("GET")
    assert _verdict(_ask(reader, endpoint)) == ("in" if is_read else "not-allowed")
    assert _verdict(_ask(writer, endpoint)) == ("not-allowed" if is_read else "in")


@pytest.mark.parametrize("endpoint", sorted(_endpoints()))
def test_nobody_gets_nothing(service: Service, endpoint: str) -> None:
    method, path = endpoint.split(" ")
    filled = path.format(spec="x", name="x", collection="treatments", since=0, identifier="x", secret="x", names="x")  # noqa: S106
    assert client_of(service).request(method, f"/api{filled}", json={}).status_code == 401


def test_a_revoked_token_and_a_revoked_consent_end_at_once(service: Service, owner: Browser) -> None:
    carer = sign_up(service, "carer")
    person_id = owner.person()
    owner.consent(person_id, "care-view")
    owner.invite(person_id, carer, "carer")
    follower = made_up_app(service, carer, scopes=("read",), person_id=person_id)
    assert follower.ask("GET", "v1/entries.json").status_code == 200
    assert owner.send("DELETE", f"/people/{person_id}/consents/care-view").status_code == 200
    assert follower.ask("GET", "v1/entries.json").json()["code"] == "consent-missing"
    [token] = carer.get("/tokens").json()["items"]
    assert carer.send("DELETE", f"/tokens/{token['token_id']}").status_code == 204
    assert follower.ask("GET", "v1/entries.json").status_code == 401
