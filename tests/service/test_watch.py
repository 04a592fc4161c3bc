"""Whose readings stop is looked after: the alarm of missing readings comes although nothing else does."""

from datetime import timedelta

import pytest

from glucotwin.service.state import Service
from glucotwin.service.watch import Watch
from made_up_service import Browser, with_twin


def kinds(owner: Browser, person_id: str) -> set[tuple[str, str]]:
    told = owner.get(f"/people/{person_id}/alarms").json()["recent"]
    return {(one["kind"], one["action"]) for one in told}


@pytest.fixture
def steps(service: Service, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the watch lets be stepped; other tests' people are not, and nothing happens in the background."""
    found: list[str] = []
    monkeypatch.setattr(Service, "changed", lambda self, account_id, person_id: found.append(person_id))
    return found


def test_readings_that_stop_raise_their_alarm(service: Service, owner: Browser, steps: list[str]) -> None:
    person_id, at = with_twin(service, owner)
    silent = Watch(service, silent_s=3600.0)
    silent.look()
    assert person_id in steps
    service.warm_up(owner.account_id, person_id)
    assert ("stale-data", "raised") not in kinds(owner, person_id)
    # Stepped a moment ago, so there is nothing to do; later there is.
    steps.clear()
    silent.look()
    assert person_id not in steps
    service.clocks[person_id] = lambda: at + timedelta(minutes=40)
    Watch(service, silent_s=0.0).look()
    assert person_id in steps
    service.warm_up(owner.account_id, person_id)
    assert ("stale-data", "raised") in kinds(owner, person_id)


def test_after_a_day_there_is_nothing_more_to_say(service: Service, owner: Browser, steps: list[str]) -> None:
    person_id, at = with_twin(service, owner)
    service.clocks[person_id] = lambda: at + timedelta(days=2)
    Watch(service, silent_s=0.0).look()
    assert person_id not in steps
