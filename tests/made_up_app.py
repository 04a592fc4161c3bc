"""Apps that know a Nightscout site, as they speak to a service in the process of the tests."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from glucotwin.service.state import Service
from made_up_service import Browser, client_of

NOW = datetime(2024, 3, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class MadeUpApp:
    """An app with a token of a person, who lives at a fixed time."""

    client: TestClient
    person_id: str
    token: str
    headers: dict[str, str]

    def ask(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        return self.client.request(method, f"/api/{path}", json=body, headers=self.headers, **more)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: object) -> Any:
        answer = self.ask("POST", path, body)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()


def made_up_app(
    service: Service, owner: Browser, *, scopes: tuple[str, ...] = ("read", "write"), person_id: str | None = None
) -> MadeUpApp:
    """An app that sends the hash of its secret, as xDrip+, Loop and Trio do."""
    person_id = person_id or owner.person()
    service.clocks[person_id] = lambda: NOW
    token = owner.token(*scopes, person_id=person_id)["Authorization"].removeprefix("Bearer ")
    digest = hashlib.sha1(token.encode(), usedforsecurity=False).hexdigest()
    return MadeUpApp(client=client_of(service), person_id=person_id, token=token, headers={"api-secret": digest})


def as_bearer(app: MadeUpApp) -> MadeUpApp:
    """The same app, signed in as AAPS does."""
    signed_in = app.client.get(f"/api/v2/authorization/request/{app.token}").json()
    return MadeUpApp(
        client=app.client,
        person_id=app.person_id,
        token=app.token,
        headers={"Authorization": f"Bearer {signed_in['token']}"},
    )


def ms(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """A time as most apps write it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def xdrip_entry(at: datetime, glucose_mgdl: float, **more: object) -> dict[str, object]:
    """A reading as xDrip+ uploads it."""
    return {
        "device": "xDrip-DexcomG5 G6 Native",
        "date": ms(at),
        "dateString": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "sgv": glucose_mgdl,
        "delta": 1.5,
        "direction": "Flat",
        "type": "sgv",
        "filtered": 0,
        "unfiltered": 0,
        "rssi": 100,
        "noise": 1,
        "sysTime": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        **more,
    }


def loop_temp_basal(at: datetime, rate_u_per_h: float, *, name: str, minutes: float = 30.0) -> dict[str, object]:
    """A temporary rate as Loop uploads it."""
    return {
        "eventType": "Temp Basal",
        "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "enteredBy": "loop://iPhone",
        "temp": "absolute",
        "rate": rate_u_per_h,
        "absolute": rate_u_per_h,
        "duration": minutes,
        "automatic": True,
        "insulinType": "Humalog",
        "syncIdentifier": name,
    }


def aaps_bolus(at: datetime, insulin_u: float, *, pump_id: int, **more: object) -> dict[str, object]:
    """A bolus as AAPS uploads it to version 3."""
    return {
        "date": ms(at),
        "app": "AAPS",
        "utcOffset": 60,
        "eventType": "Correction Bolus",
        "insulin": insulin_u,
        "type": "SMB",
        "isBasalInsulin": False,
        "pumpId": pump_id,
        "pumpType": "OMNIPOD_DASH",
        "pumpSerial": "4241",
        "isValid": True,
        **more,
    }
