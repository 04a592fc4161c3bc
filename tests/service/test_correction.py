"""What an import changed: refused and accepted again, by those who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.service.state import Service
from glucotwin.store.desk import desk_of
from glucotwin.store.record import add_records
from made_up_service import Browser

START = datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def person_id(service: Service, owner: Browser) -> str:
    """Somebody whose second reading was converted."""
    person_id = owner.person()
    readings = [GlucoseReading(time=START + timedelta(minutes=5 * step), glucose_mgdl=108.0) for step in range(3)]
    step = Correction(
        time=START + timedelta(minutes=5),
        stream="glucose",
        quantity="glucose_mgdl",
        original=6.0,
        corrected=108.0,
        reason="units-converted",
    )
    streams = {
        "glucose": frame_from_records(GlucoseReading, readings),
        "correction": frame_from_records(Correction, [step]),
    }
    with desk_of(service.database, owner.account_id) as desk:
        add_records(desk, person_id, streams)
    return person_id


def _step(browser: Browser, person_id: str) -> dict[str, object]:
    (step,) = browser.get(f"/people/{person_id}/data-quality").json()["corrections"]
    return step


def _put(browser: Browser, path: str, body: dict[str, object]) -> Any:
    return browser.send("PUT", path, body)


def _levels(browser: Browser, person_id: str) -> list[float]:
    return [one["glucose_mgdl"] for one in browser.get(f"/people/{person_id}/readings").json()["readings"]]


def test_a_refused_step_gives_the_original_everywhere_and_can_be_accepted_again(owner: Browser, person_id: str) -> None:
    path = f"/people/{person_id}/corrections/{_step(owner, person_id)['id']}"
    for _ in range(2):
        answer = _put(owner, path, {"state": "refused"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["reversed"] is True
        assert _levels(owner, person_id) == [108.0, 6.0, 108.0]
        assert _step(owner, person_id)["reversed"] is True
    assert _put(owner, path, {"state": "accepted"}).json()["reversed"] is False
    assert _levels(owner, person_id) == [108.0, 108.0, 108.0]


def test_a_step_that_is_not_there_cannot_be_refused(owner: Browser, person_id: str) -> None:
    for name in ("00000000", "x" * 500):
        answer = _put(owner, f"/people/{person_id}/corrections/{name}", {"state": "refused"})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-name")


def test_another_state_is_refused(owner: Browser, person_id: str) -> None:
    answer = _put(owner, f"/people/{person_id}/corrections/{_step(owner, person_id)['id']}", {"state": "perhaps"})
    assert answer.status_code == 422
