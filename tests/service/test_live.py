"""Live updates over a real connection: in order, made up for after a gap, over when consent or the person is gone."""

import json
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from glucotwin.core.error import ConflictError
from glucotwin.service.run import ServiceServer, address_of, bind, run_service
from glucotwin.service.state import Service
from made_up_service import API, Browser, made_up_running, sign_up, with_twin
from made_up_store import MadeUpStore

START = datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(store: MadeUpStore) -> Generator[tuple[Service, str]]:
    """A service that answers at an address."""
    service = made_up_running(store.database("live"))
    servers: list[ServiceServer] = []
    started = threading.Event()

    def ready(server: ServiceServer) -> None:
        servers.append(server)
        started.set()

    with bind("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=run_service, args=(service, bound), kwargs={"ready": ready})
        thread.start()
        assert started.wait(20)
        yield service, address_of(bound)
        servers[0].stop()
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def _listening(url: str, browser: Browser, person_id: str, **headers: str) -> Generator[Iterator[tuple[int, str, Any]]]:
    cookie = {"Cookie": f"glucotwin_session={browser.client.cookies['glucotwin_session']}"}
    with (
        httpx.Client(base_url=url, timeout=20) as client,
        client.stream("GET", f"{API}/people/{person_id}/live", headers={**cookie, **headers}) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines) == ": welcome"
        yield _messages(lines)


def _messages(lines: Iterator[str]) -> Iterator[tuple[int, str, Any]]:
    number, name = 0, ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "id":
            number = int(value)
        elif field == "event":
            name = value
        elif field == "data":
            yield number, name, json.loads(value)


def _push(browser: Browser, person_id: str, minute: int) -> None:
    reading = {"time": (START + timedelta(minutes=minute)).isoformat(), "glucose_mgdl": 100 + minute}
    assert browser.post(f"/people/{person_id}/readings", {"readings": [reading]}).status_code == 200


def _until(messages: Iterator[tuple[int, str, Any]], wanted: str) -> tuple[int, Any]:
    return next((number, content) for number, name, content in messages if name == wanted)


def test_a_reading_is_told_and_then_how_things_are(running: tuple[Service, str]) -> None:
    service, url = running
    owner = sign_up(service)
    person_id = owner.person()
    with _listening(url, owner, person_id) as messages:
        _push(owner, person_id, 5)
        _, reading = _until(messages, "reading")
        assert reading == {"time": (START + timedelta(minutes=5)).isoformat(), "glucose_mgdl": 105.0, "added": 1}
        _, now = _until(messages, "now")
        assert now["reading"]["glucose_mgdl"] == 105.0
        body = {"stream": "meal", "time": START.isoformat(), "fields": {"carbs_g": 20.0}}
        owner.post(f"/people/{person_id}/events", body)
        assert _until(messages, "data")[1] == {"streams": ["meal"]}


def test_who_comes_back_is_told_what_they_missed(running: tuple[Service, str]) -> None:
    service, url = running
    owner = sign_up(service)
    person_id = owner.person()
    with _listening(url, owner, person_id) as messages:
        _push(owner, person_id, 5)
        number, _ = _until(messages, "reading")
    _push(owner, person_id, 10)
    _push(owner, person_id, 15)
    with _listening(url, owner, person_id, **{"Last-Event-ID": str(number)}) as messages:
        told = [_until(messages, "reading")[1]["glucose_mgdl"] for _ in range(2)]
    assert told == [110.0, 115.0]


def test_a_carer_hears_nothing_more_once_consent_has_ended(running: tuple[Service, str]) -> None:
    service, url = running
    owner, carer = sign_up(service), sign_up(service)
    person_id = owner.person()
    owner.consent(person_id, "care-view")
    owner.invite(person_id, carer, "carer")
    with _listening(url, carer, person_id) as messages:
        _push(owner, person_id, 5)
        _until(messages, "reading")
        owner.send("DELETE", f"/people/{person_id}/consents/care-view")
        _push(owner, person_id, 10)
        assert [content for _, name, content in messages if name == "reading"] == []


def test_erasing_is_told_and_ends_it(running: tuple[Service, str]) -> None:
    service, url = running
    owner = sign_up(service)
    person_id = owner.person()
    with _listening(url, owner, person_id) as messages:
        owner.post(f"/people/{person_id}/erase", {"confirm": person_id})
        assert [name for _, name, _ in messages] == ["erased"]


def test_what_the_twin_says_is_left_out_without_consent_to_it(running: tuple[Service, str]) -> None:
    service, url = running
    owner = sign_up(service)
    person_id, at = with_twin(service, owner)
    with _listening(url, owner, person_id) as messages:
        service.broker.tell(person_id, "now", {"forecast": {"t_min": [5]}, "sentence": "so"})
        assert _until(messages, "now")[1] == {"forecast": {"t_min": [5]}, "sentence": "so"}
        owner.send("DELETE", f"/people/{person_id}/consents/personal-twin")
        service.broker.tell(person_id, "now", {"forecast": {"t_min": [5]}, "sentence": "so"})
        assert _until(messages, "now")[1] == {"forecast": None, "sentence": "so"}
    assert at < datetime.now(UTC)


def test_an_address_in_use_says_so() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConflictError, match=str(port)):
            bind("127.0.0.1", port)
