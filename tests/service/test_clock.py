"""A clock that jumps: sessions, repeated requests, readings and alarms stand it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from glucotwin.service.state import Service
from glucotwin.store import session
from made_up_service import Browser, with_twin

JUMPS = (timedelta(days=-30), timedelta(hours=-1), timedelta(hours=1), timedelta(days=1))


def _jump(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(session, "datetime", SimpleNamespace(now=lambda zone: datetime.now(zone) + by))


@pytest.mark.parametrize("by", JUMPS)
def test_sessions_and_tokens_outlive_a_jump(owner: Browser, monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    token = owner.token("read", "write")
    _jump(monkeypatch, by)
    assert owner.get("/people").status_code == 200
    assert owner.get("/people", headers=token).status_code == 200


def test_a_clock_far_ahead_ends_no_session_for_good(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _jump(patch, timedelta(days=15))
        assert owner.get("/people").status_code == 401
    assert owner.get("/people").status_code == 200


def test_readings_that_a_late_clock_refuses_are_taken_once_it_is_right(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    at = datetime(2024, 3, 1, 8, tzinfo=UTC)
    body = {"readings": [{"time": at.isoformat(), "glucose_mgdl": 104}]}
    service.clocks[person_id] = lambda: at - timedelta(hours=1)
    key = {"Idempotency-Key": "a reading"}
    refused = owner.post(f"/people/{person_id}/readings", body, headers=key)
    assert refused.status_code == 422
    service.clocks[person_id] = lambda: at
    assert owner.post(f"/people/{person_id}/readings", body, headers=key).json()["added"] == 1
    for hours in (-1, 1, 48):
        service.clocks[person_id] = lambda hours=hours: at + timedelta(hours=hours)
        assert owner.post(f"/people/{person_id}/readings", body, headers=key).json()["added"] == 1
    assert owner.post(f"/people/{person_id}/readings", body).status_code == 200
    assert len(owner.get(f"/people/{person_id}/readings").json()["readings"]) == 1


def test_a_reading_is_never_younger_than_now_and_stale_only_in_time(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    at = datetime(2024, 3, 1, 8, tzinfo=UTC)
    service.clocks[person_id] = lambda: at
    owner.post(f"/people/{person_id}/readings", {"readings": [{"time": at.isoformat(), "glucose_mgdl": 104}]})
    for minutes, stale in ((-60, False), (0, False), (10, False), (60, True), (-5, False)):
        service.clocks[person_id] = lambda minutes=minutes: at + timedelta(minutes=minutes)
        reading = owner.get(f"/people/{person_id}/now").json()["reading"]
        assert (reading["age_min"], reading["stale"]) == (max(0.0, float(minutes)), stale)


def test_alarms_go_on_after_a_clock_that_ran_ahead(service: Service, owner: Browser) -> None:
    person_id, at = with_twin(service, owner)

    def told(moment: datetime) -> list[tuple[str, str]]:
        service.clocks[person_id] = lambda: moment
        service.warm_up(owner.account_id, person_id)
        recent = owner.get(f"/people/{person_id}/alarms").json()["recent"]
        return [(one["kind"], one["action"]) for one in recent if one["time"] <= moment.isoformat()]

    told(at)
    told(at + timedelta(hours=20))
    assert ("stale-data", "raised") not in told(at + timedelta(minutes=5))
    assert ("stale-data", "raised") in told(at + timedelta(minutes=40))
