"""Files, readings and events: taken in once however often they come, and shown as they are stored."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.service.state import Service
from glucotwin.store.desk import desk_of
from glucotwin.workflows.living.data import timeline_of
from made_up_service import API, Browser, client_of

START = datetime(2024, 3, 1, 8, tzinfo=UTC)
CSV = (
    b"time,glucose_mgdl\n2024-03-01T08:00:00+01:00,100\n2024-03-01T08:05:00+01:00,105\n2024-03-01T08:10:00+01:00,111\n"
)


def _reading(minute: float, level: float = 120.0, **more: object) -> dict[str, object]:
    return {"time": (START + timedelta(minutes=minute)).isoformat(), "glucose_mgdl": level, **more}


def _push(browser: Browser, person_id: str, *readings: dict[str, object], **more: Any) -> Any:
    return browser.post(f"/people/{person_id}/readings", {"readings": readings}, **more)


def _all(browser: Browser, person_id: str) -> list[dict[str, object]]:
    return browser.get(f"/people/{person_id}/readings").json()["readings"]


def test_readings_are_stored_and_told_in_order(owner: Browser) -> None:
    person_id = owner.person()
    told = _push(owner, person_id, _reading(5, 110), _reading(0, 100)).json()
    assert told == {"added": 2, "repeated": 0, "last_reading_at": "2024-03-01T08:05:00+00:00"}
    assert [one["glucose_mgdl"] for one in _all(owner, person_id)] == [100, 110]
    assert owner.get(f"/people/{person_id}").json()["last_reading_at"] == told["last_reading_at"]


def test_repeated_late_and_reordered_readings_give_the_same_data(service: Service, owner: Browser) -> None:
    readings = [_reading(5 * step, 100 + step) for step in range(4)]
    seen: list[list[dict[str, object]]] = []
    for order in itertools.islice(itertools.permutations(readings), 0, 24, 5):
        person_id = owner.person()
        for one in order:
            _push(owner, person_id, one)
        repeated = _push(owner, person_id, *order).json()
        assert (repeated["added"], repeated["repeated"]) == (0, 4)
        seen.append(_all(owner, person_id))
    assert all(one == seen[0] for one in seen)
    assert len(seen[0]) == 4


def test_a_request_with_an_idempotency_key_is_answered_once(owner: Browser) -> None:
    person_id = owner.person()
    key = {"Idempotency-Key": "abc"}
    first = _push(owner, person_id, _reading(0), headers=key)
    again = _push(owner, person_id, _reading(0), headers=key)
    assert first.json() == again.json() == {"added": 1, "repeated": 0, "last_reading_at": START.isoformat()}
    another = _push(owner, person_id, _reading(5), headers=key)
    assert (another.status_code, another.json()["code"]) == (409, "already-exists")


@pytest.mark.parametrize(
    ("reading", "status"),
    [
        (_reading(0, 0.5), 422),
        (_reading(0, 5000), 422),
        (_reading(0, kind="guess"), 422),
        ({"time": "2024-03-01T08:00:00", "glucose_mgdl": 100}, 422),
        (_reading(60 * 24 * 365 * 30), 422),
        (_reading(0, unit="mmol"), 422),
    ],
    ids=["too low", "too high", "kind", "no offset", "future", "unknown field"],
)
def test_impossible_readings_are_refused_whole(owner: Browser, reading: dict[str, object], status: int) -> None:
    person_id = owner.person()
    assert _push(owner, person_id, _reading(-5), reading).status_code == status
    assert _all(owner, person_id) == []


def test_a_sensors_low_is_kept_as_censored(owner: Browser) -> None:
    person_id = owner.person()
    _push(owner, person_id, _reading(0, 40, censoring="low"))
    assert _all(owner, person_id)[0]["censoring"] == "low"


def test_a_file_is_taken_in_once(owner: Browser) -> None:
    person_id = owner.person()
    answers = [_upload(owner, person_id, "readings.csv", CSV) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    first, again = (one.json() for one in answers)
    assert first["added"] == {"glucose": 3}
    assert again["added"] == {}
    assert again["repeated"] == {"glucose": 3}
    assert first["file_name"] == "readings.csv"
    assert first["start"] == "2024-03-01T07:00:00+00:00"
    assert owner.get(f"/people/{person_id}/data-quality").json()["findings"] == again["findings"]


def test_an_unreadable_file_says_why_and_leaves_nothing(owner: Browser, service: Service) -> None:
    person_id = owner.person()
    answer = _upload(owner, person_id, "../../readings.csv", b"\x00\x01nothing")
    assert answer.status_code == 422
    assert answer.json()["detail"]
    work = service.database.folder / "work"
    assert not any(work.iterdir())


def test_a_whole_export_of_a_person_is_taken_in(owner: Browser) -> None:
    person_id = owner.person(therapy="unknown")
    file = resources.files("glucotwin.workflows") / "demo_data" / "azt1d_subject_24.csv.gz"
    told = _upload(owner, person_id, file.name, file.read_bytes()).json()
    assert {"glucose", "basal", "bolus", "meal"} <= set(told["added"])
    quality = owner.get(f"/people/{person_id}/data-quality").json()
    assert quality["corrections_count"] >= len(quality["corrections"]) > 0
    days = owner.get(f"/people/{person_id}/days", params={"days": 14, "weekdays": "0,1"}).json()
    assert {datetime.fromisoformat(one["day"]).weekday() for one in days["daily"]} == {0, 1}
    assert days["metrics"]


def test_an_event_is_logged_shown_and_taken_out_for_good(owner: Browser) -> None:
    person_id = owner.person()
    body = {"stream": "meal", "time": START.isoformat(), "fields": {"carbs_g": 45.0, "note": "soup"}}
    made = owner.post(f"/people/{person_id}/events", body)
    assert made.status_code == 201
    event = made.json()
    assert (event["stream"], event["carbs_g"], event["note"]) == ("meal", 45.0, "soup")
    window = {"start": START.isoformat(), "end": (START + timedelta(hours=1)).isoformat()}
    assert owner.get(f"/people/{person_id}/events", params=window).json()["items"] == [event]
    assert owner.send("DELETE", f"/people/{person_id}/events/{event['event_id']}").status_code == 204
    assert owner.get(f"/people/{person_id}/events", params=window).json()["items"] == []
    owner.post(f"/people/{person_id}/events", body)
    assert owner.get(f"/people/{person_id}/events", params=window).json()["items"] == []
    assert owner.send("DELETE", f"/people/{person_id}/events/none").status_code == 404


@pytest.mark.parametrize(
    ("stream", "fields"),
    [
        ("meal", {"carbs_g": -5.0}),
        ("meal", {"sugar_g": 5.0}),
        ("bolus", {}),
        ("glucose", {"glucose_mgdl": 100.0}),
        ("nothing", {}),
    ],
)
def test_impossible_events_are_refused(owner: Browser, stream: str, fields: dict[str, object]) -> None:
    person_id = owner.person()
    body = {"stream": stream, "time": START.isoformat(), "fields": fields}
    assert owner.post(f"/people/{person_id}/events", body).status_code in {404, 422}


def test_every_kind_of_event_that_a_person_logs(owner: Browser) -> None:
    person_id = owner.person()
    given: dict[str, dict[str, object]] = {
        "bolus": {"insulin_u": 4.5},
        "pen": {"insulin_u": 12.0, "product": "glargine-100"},
        "activity": {"duration_min": 30.0, "activity_type": "aerobic", "intensity_fraction": 0.4},
        "ketone": {"ketone_mmoll": 0.6},
        "note": {"kind": "stress", "text": "an exam"},
    }
    for stream, fields in given.items():
        body = {"stream": stream, "time": START.isoformat(), "fields": fields}
        made = owner.post(f"/people/{person_id}/events", body)
        assert made.status_code == 201, made.text
        assert fields.items() <= made.json().items()


@pytest.mark.parametrize("days", [93, -1])
def test_a_window_has_to_be_one(owner: Browser, days: int) -> None:
    window = {"start": START.isoformat(), "end": (START + timedelta(days=days)).isoformat()}
    assert owner.get(f"/people/{owner.person()}/readings", params=window).status_code == 422


def test_a_body_that_is_too_large_is_refused_before_it_is_read(service: Service, owner: Browser) -> None:
    headers = {"X-CSRF-Token": owner.csrf, "Content-Type": "application/json"}
    answer = owner.client.post(
        f"{API}/people/{owner.person()}/readings", content=b" " * (8 * 2**20 + 1), headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")


def test_a_body_of_unknown_length_is_cut_off(service: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glucotwin.service.guard.LARGEST_BODY_BYTES", 1000)
    headers = {"X-CSRF-Token": owner.csrf, "Content-Type": "application/json"}

    def parts() -> Iterator[bytes]:
        for _ in range(10):
            yield b" " * 500

    answer = owner.client.post(f"{API}/people/{owner.person()}/readings", content=parts(), headers=headers)
    assert answer.status_code in {400, 413, 422}


def test_the_timeline_of_somebody_elses_person_does_not_exist(service: Service, owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    with desk_of(service.database, other.account_id) as desk, pytest.raises(NotFoundError):
        timeline_of(desk, person_id)


def test_no_answer_to_nobody_names_a_person(service: Service, owner: Browser) -> None:
    person_id = owner.person(display_name="Unmistakable Name")
    answer = client_of(service).get(f"{API}/people/{person_id}")
    assert "Unmistakable" not in json.dumps(answer.json())


def _upload(browser: Browser, person_id: str, name: str, content: bytes) -> Any:
    headers = {"X-CSRF-Token": browser.csrf}
    return browser.client.post(f"{API}/people/{person_id}/uploads", files={"file": (name, content)}, headers=headers)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2300-01-01T00:00:00Z"])
def test_times_that_cannot_be_are_refused_from_everywhere(owner: Browser, time: str) -> None:
    person_id = owner.person()
    reading = {"time": time, "glucose_mgdl": 104}
    assert owner.post(f"/people/{person_id}/readings", {"readings": [reading]}).status_code == 422
    event = {"stream": "meal", "time": time, "fields": {"carbs_g": 20.0}}
    assert owner.post(f"/people/{person_id}/events", event).status_code == 422
    csv = "\n".join(["time,glucose_mgdl", *(f"2024-03-01T08:{minute:02}:00Z,104" for minute in range(0, 60, 5))])
    answers = [
        owner.send("POST", f"/people/{person_id}/uploads", files={"file": ("cgm.csv", f"{csv}{more}\n")})
        for more in (f"\n{time},104", "")
    ]
    assert [one.status_code for one in answers] == [422, 201]


def test_a_reading_of_long_ago_makes_no_report_of_decades(owner: Browser) -> None:
    person_id = owner.person()
    times = ["1999-01-01T08:00:00Z", *(f"2024-03-{day:02}T08:00:00Z" for day in range(1, 20))]
    body = {"readings": [{"time": time, "glucose_mgdl": 104} for time in times]}
    assert owner.post(f"/people/{person_id}/readings", body).status_code == 200
    page = owner.get(f"/people/{person_id}/report")
    assert page.status_code == 200
    assert "1999" not in page.text
