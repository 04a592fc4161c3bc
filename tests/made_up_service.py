"""A service in the process of the tests, and people who use it."""

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.service.app import create_app
from glucotwin.service.limit import RateLimit
from glucotwin.service.state import Service
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.person import read_person, write_person
from glucotwin.store.record import add_records
from glucotwin.workflows.living.twin import adopt_twin
from made_up_person import made_up_timeline, made_up_twin
from made_up_store import PASSWORD

_NUMBERS = itertools.count()
API = "/api/v1"


def made_up_running(database: Database, **settings: Any) -> Service:
    """A service without the limits that tests would run into."""
    return Service(database=database, requests=RateLimit(burst=1e9, per_s=1e9), **settings)


@dataclass
class Browser:
    """Somebody signed in."""

    client: TestClient
    login: str
    account_id: str
    csrf: str

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(API + path, **more)

    def send(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        headers = {"X-CSRF-Token": self.csrf, **more.pop("headers", {})}
        return self.client.request(method, API + path, json=body, headers=headers, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def person(self, **fields: object) -> str:
        """A new person of this account."""
        body = {"display_name": "Ada Example", "zone": "Europe/Berlin", "diabetes_type": "type1", "adult": True}
        made = self.post("/people", body | fields)
        assert made.status_code == 201, made.text
        return made.json()["person_id"]

    def consent(self, person_id: str, *purposes: str) -> None:
        for purpose in purposes:
            given = self.send("PUT", f"/people/{person_id}/consents/{purpose}", {"version": 1})
            assert given.status_code == 200, given.text

    def invite(self, person_id: str, other: "Browser", role: str) -> None:
        """Lets somebody else see a person."""
        added = self.post(f"/people/{person_id}/members", {"login": other.login, "role": role})
        assert added.status_code == 201, added.text

    def token(self, *scopes: str, person_id: str | None = None) -> dict[str, str]:
        """Headers of a new machine."""
        made = self.post("/tokens", {"name": "machine", "scopes": scopes, "person_id": person_id})
        assert made.status_code == 201, made.text
        return {"Authorization": f"Bearer {made.json()['token']}"}


def client_of(service: Service) -> TestClient:
    """A browser in which nobody is signed in."""
    return TestClient(create_app(service), base_url="http://localhost")


def sign_up(service: Service, name: str = "somebody") -> Browser:
    """A new account, signed in with a browser of its own."""
    client = client_of(service)
    login = f"{name}-{next(_NUMBERS)}@example.org"
    made = client.post(f"{API}/accounts", json={"login": login, "password": PASSWORD, "display_name": name})
    assert made.status_code == 201, made.text
    told = made.json()
    return Browser(client=client, login=login, account_id=told["account"]["account_id"], csrf=told["csrf_token"])


def with_twin(service: Service, owner: Browser) -> tuple[str, datetime]:
    """A person with the made-up days and twin, who consents to it.

    Returns:
        Their identifier, and the time that counts as now for them, which is a minute after their newest reading.
    """
    person_id = owner.person()
    owner.consent(person_id, "care-view", "personal-twin")
    return person_id, give_twin(service, owner.account_id, person_id)


def give_twin(service: Service, account_id: str, person_id: str) -> datetime:
    """Gives a person the made-up days and twin; returns the time that counts as now for them from then on."""
    timeline = made_up_timeline()
    with desk_of(service.database, account_id) as desk:
        stored = read_person(desk, person_id)
        stored = write_person(desk, replace(stored, person=replace(timeline.person, person_id=person_id)))
        add_records(desk, person_id, timeline.streams)
        own = Timeline(person=stored.person, streams=timeline.streams)
        adopt_twin(desk, person_id, made_up_twin(own))
    now = timeline.frame(GlucoseReading)["time"].max()
    assert isinstance(now, datetime)
    at = now + timedelta(minutes=1)
    service.clocks[person_id] = lambda: at
    return at
