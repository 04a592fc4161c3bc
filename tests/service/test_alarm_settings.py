"""Alarms go by the person's own settings: thresholds, quiet hours, and carers who are told when one stays on."""

from collections.abc import Generator
from datetime import datetime, timedelta

import pytest

from glucotwin.service.state import Service
from glucotwin.store.database import Database
from glucotwin.workflows.channel.channel import Outgoing
from glucotwin.workflows.channel.notify import notify
from local_server import LocalServer, Reply, serving
from made_up_service import Browser, made_up_running, sign_up, with_twin

OUTGOING = Outgoing(allow_private=True)


@pytest.fixture(scope="module")
def service(database: Database) -> Generator[Service]:
    made = made_up_running(database, outgoing=OUTGOING)
    yield made
    made.notifier.close()


def path(person_id: str) -> str:
    return f"/people/{person_id}/alarm-settings"


def fall_to(service: Service, owner: Browser, person_id: str, at: datetime, glucose_mgdl: float) -> datetime:
    """Three readings that end at a value; the time after them."""
    readings = [
        {
            "time": (at + timedelta(minutes=5 * step - 1)).isoformat(),
            "glucose_mgdl": glucose_mgdl + 2.0 * (3 - step),
        }
        for step in range(1, 4)
    ]
    now = at + timedelta(minutes=15)
    service.clocks[person_id] = lambda: now
    owner.post(f"/people/{person_id}/readings", {"readings": readings})
    service.warm_up(owner.account_id, person_id)
    return now


def active(owner: Browser, person_id: str) -> dict[str, dict[str, object]]:
    return {one["kind"]: one for one in owner.get(f"/people/{person_id}/alarms").json()["active"]}


def test_settings_begin_as_usual_and_are_kept_whole(owner: Browser) -> None:
    person_id = owner.person()
    usual = owner.get(path(person_id)).json()
    assert usual["settings"]["low_mgdl"] == 70.0
    assert [one["kind"] for one in usual["kinds"] if one["urgent"]] == ["urgent-low-soon"]
    body = {
        "low_mgdl": 80,
        "quiet_hours": [{"start": "22:00", "end": "07:00"}],
        "behaviour": {"predicted-high": {"enabled": False}},
    }
    changed = owner.send("PUT", path(person_id), body)
    assert changed.status_code == 200, changed.text
    assert changed.json() == owner.get(path(person_id)).json()
    states = {one["kind"]: one["enabled"] for one in changed.json()["kinds"]}
    assert not states["predicted-high"]
    assert changed.json()["settings"]["behaviour"] == {"predicted-high": {"enabled": False}}
    again = owner.send("PUT", path(person_id), changed.json()["settings"])
    assert (again.status_code, again.json()) == (200, changed.json())
    assert changed.json()["settings"]["quiet_hours"] == [{"start": "22:00:00", "end": "07:00:00"}]


@pytest.mark.parametrize(
    "body",
    [
        {"behaviour": {"urgent-low-soon": {"enabled": False}}},
        {"behaviour": {"urgent-low-soon": {"quiet": True}}},
        {"behaviour": {"low": {"clear_at": 0.9}}},
        {"low_mgdl": 20},
        {"caregivers": [{"contact": "somebody"}]},
        {"unknown": 1},
    ],
)
def test_settings_that_could_hide_a_low_or_mean_nothing_are_refused(owner: Browser, body: dict[str, object]) -> None:
    person_id = owner.person()
    assert owner.send("PUT", path(person_id), body).status_code == 422
    assert owner.get(path(person_id)).json()["settings"]["low_mgdl"] == 70.0


def test_alarms_go_by_the_persons_own_threshold_and_say_who_has_seen_them(service: Service, owner: Browser) -> None:
    person_id, at = with_twin(service, owner)
    owner.send("PUT", path(person_id), {"low_mgdl": 85})
    now = fall_to(service, owner, person_id, at, 78.0)
    assert active(owner, person_id)["low"]["seen"] is None
    owner.post(f"/people/{person_id}/alarms/low/snooze", {"minutes": 20})
    seen = active(owner, person_id)["low"]["seen"]
    assert isinstance(seen, dict)
    assert (seen["account_id"], seen["time"]) == (owner.account_id, now.isoformat())
    assert seen["name"]


@pytest.mark.slow
def test_a_carer_is_told_only_when_the_alarm_stays_on(service: Service) -> None:
    owner, carer = sign_up(service, "owner"), sign_up(service, "carer")
    person_id, at = with_twin(service, owner)
    owner.invite(person_id, carer, "carer")
    owner.consent(person_id, "care-view")
    caregivers = [{"contact": carer.account_id, "kinds": ["low"], "after_min": 10}]
    answer = owner.send("PUT", path(person_id), {"caregivers": caregivers})
    assert answer.status_code == 200, answer.text
    assert [one["account_id"] for one in answer.json()["contacts"]] == [carer.account_id]

    with serving(lambda asked: Reply(value={})) as receiver:
        url = {"url": f"{receiver.url}/lamp"}
        assert carer.post(f"/people/{person_id}/channels", {"kind": "webhook", "settings": url}).status_code == 201
        now = fall_to(service, owner, person_id, at, 62.0)
        later = now + timedelta(minutes=12)
        service.clocks[person_id] = lambda: later
        service.warm_up(owner.account_id, person_id)
        assert told(service, owner, person_id, later, receiver) == [("low", "escalated")]  # and not when it was raised
    assert active(owner, person_id)["low"]["told_contacts"] == [carer.account_id]
    assert active(carer, person_id)["low"]["told_contacts"] == [carer.account_id]


def told(
    service: Service, owner: Browser, person_id: str, at: datetime, receiver: LocalServer
) -> list[tuple[object, object]]:
    """Lows that arrived once everything was told, be it by the service's own background."""
    service.notifier.close()
    notify(service.database, owner.account_id, person_id, OUTGOING, at=at, failed=lambda *_: None)
    return [(one.body["kind"], one.body["action"]) for one in receiver.asked if one.body["kind"] == "low"]
