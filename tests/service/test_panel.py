"""The panel: everybody whom an account follows, in one answer, those first who need a look first."""

from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.service.state import Service
from made_up_service import Browser, sign_up, with_twin


@pytest.fixture
def clinician(service: Service) -> Browser:
    return sign_up(service, "clinician")


def _followed(owner: Browser, clinician: Browser, name: str, *, age_min: float = 0.0, hours: int = 2) -> str:
    person_id = owner.person(display_name=name)
    owner.consent(person_id, "care-view")
    owner.invite(person_id, clinician, "clinician")
    end = datetime.now(UTC) - timedelta(minutes=age_min)
    readings = [
        {"time": (end - timedelta(minutes=5 * step)).isoformat(), "glucose_mgdl": 120} for step in range(12 * hours)
    ]
    assert owner.post(f"/people/{person_id}/readings", {"readings": readings}).status_code == 200
    return person_id


def test_who_is_out_of_reach_of_the_sensor_comes_before_who_is_well(owner: Browser, clinician: Browser) -> None:
    _followed(owner, clinician, "Well")
    old = _followed(owner, clinician, "Old", age_min=50)
    first, second = clinician.get("/panel").json()["items"]
    assert (first["person_id"], first["reading"]["stale"]) == (old, True)
    assert second["display_name"] == "Well"
    assert second["active_pct"] == pytest.approx(100 * 2 / (24 * 14), abs=0.1)
    assert first["urgency"] > second["urgency"]


def test_new_readings_show_at_the_next_look(service: Service, owner: Browser) -> None:
    person_id = owner.person()
    assert owner.get("/panel").json()["items"][0]["reading"] is None
    reading = {"time": datetime.now(UTC).isoformat(), "glucose_mgdl": 64}
    owner.post(f"/people/{person_id}/readings", {"readings": [reading]})
    assert owner.get("/panel").json()["items"][0]["reading"]["glucose_mgdl"] == 64


def test_pages_follow_each_other_without_gaps(owner: Browser, clinician: Browser) -> None:
    people = [_followed(owner, clinician, f"P{number}", hours=1) for number in range(5)]
    found: list[str] = []
    cursor = None
    for expected in (2, 2, 1):
        page = clinician.get("/panel", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        assert (len(page["items"]), page["total"]) == (expected, 5)
        found += [one["person_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert found == people


def test_who_does_not_consent_is_counted_and_not_shown(service: Service, owner: Browser, clinician: Browser) -> None:
    person_id = _followed(owner, clinician, "Ada")
    owner.invite(owner.person(), clinician, "clinician")
    page = clinician.get("/panel").json()
    assert ([one["person_id"] for one in page["items"]], page["hidden"]) == ([person_id], 1)
    assert sign_up(service, "stranger").get("/panel").json()["items"] == []


@pytest.mark.slow
def test_the_forecast_that_was_issued_says_what_may_come(service: Service, owner: Browser) -> None:
    person_id, _ = with_twin(service, owner)
    now = owner.get(f"/people/{person_id}/now").json()
    row = owner.get("/panel").json()["items"][0]
    assert row["has_twin"]
    assert row["next_risk"] == now["next_risk"]
    assert row["reading"] == now["reading"]
    assert owner.send("DELETE", f"/people/{person_id}/consents/personal-twin").status_code == 200
    row = owner.get("/panel").json()["items"][0]
    assert (row["next_risk"], row["has_twin"]) == (None, False)


def test_a_token_for_one_person_shows_that_one_alone(service: Service, owner: Browser) -> None:
    first, _ = owner.person(), owner.person()
    headers = owner.token("read", person_id=first)
    items = owner.client.get("/api/v1/panel", headers=headers).json()["items"]
    assert [one["person_id"] for one in items] == [first]
    assert owner.get("/panel", params={"cursor": "nowhere"}).status_code == 422
