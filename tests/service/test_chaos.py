"""Killed databases and full disks: a clear answer, nothing acknowledged is lost, and it goes on by itself."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.embedded.keeper import is_answering, kept_running
from glucotwin.store.embedded.server import start_server
from made_up_service import API, Browser
from served_process import PATIENCE_S, WINDOW, enter, new_person, serving, short_folder, stop, url_of

BACK_WITHIN_S = 60.0


@pytest.fixture
def folder() -> Generator[Path]:
    with short_folder() as made:
        yield made


def test_a_transaction_that_the_database_breaks_off_is_told(service: Any, owner: Browser) -> None:
    person_id = owner.person()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("glucotwin.service.endpoint.data.add_readings", _failing("53100"))
        full = owner.post(f"/people/{person_id}/readings", _reading(0))
        patch.setattr("glucotwin.service.endpoint.data.add_readings", _failing("57P01"))
        broken = owner.post(f"/people/{person_id}/readings", _reading(0))
    assert (full.status_code, full.json()["code"]) == (507, "storage-full")
    assert (broken.status_code, broken.json()["code"]) == (503, "database-unavailable")
    assert owner.post(f"/people/{person_id}/readings", _reading(0)).json()["added"] == 1


def test_a_killed_server_is_started_again(folder: Path) -> None:
    server = start_server(folder, durable=False)
    try:
        with kept_running(folder, server, look_s=0.1):
            _kill(server.cluster)
            assert _until(lambda: not is_answering(server))
            assert _until(lambda: is_answering(server))
        assert is_answering(server)
    finally:
        server.stop()


def test_whoever_loses_the_connection_is_told_and_the_next_one_is_served(database: Database, owner: Browser) -> None:
    with (
        pytest.raises(Exception, match="broke off"),
        desk_of(database, owner.account_id) as desk,
    ):
        desk.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert owner.get("/people").status_code == 200


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_killed_database(folder: Path) -> None:
    with serving(folder) as process, httpx.Client(base_url=url_of(process), timeout=PATIENCE_S) as client:
        person_id, headers = new_person(client), enter(client)
        kills, statuses = {5, 15, 25}, list[int]()
        for number in range(35):
            if number in kills:
                _kill(_cluster(folder))
            statuses += _delivered(client, person_id, headers, number)
        assert statuses.count(200) == 35
        assert set(statuses) <= {200, 503}
        assert _stored(client, person_id) == list(range(35))
        # The queue's worker has its own connections.
        client.put(f"{API}/people/{person_id}/consents/personal-twin", json={"version": 1}, headers=headers)
        job = client.post(f"{API}/people/{person_id}/jobs", json={"kind": "fit"}, headers=headers).json()
        path = f"{API}/people/{person_id}/jobs/{job['job_id']}"
        assert _until(lambda: client.get(path).json().get("status") == "failed")
        stop(process)


@pytest.mark.slow
def test_a_full_disk_is_told_and_loses_nothing(folder: Path) -> None:
    with (
        _small_disk(folder.parent, mb=160),
        serving(folder) as process,
        httpx.Client(base_url=url_of(process), timeout=PATIENCE_S) as client,
    ):
        person_id, headers = new_person(client), enter(client)
        assert _delivered(client, person_id, headers, 0) == [200]
        ballast = folder.parent / "ballast"
        _fill(ballast)
        acknowledged, refusals = [0], list[dict[str, Any]]()
        for number in range(1, 4000):
            answer = client.post(f"{API}/people/{person_id}/readings", json=_reading(number), headers=headers)
            if answer.status_code == 200:
                acknowledged.append(number)
            elif answer.status_code != 429:
                refusals.append(answer.json())
                if len(refusals) >= 3:
                    break
        assert len(acknowledged) > 1
        assert {one["code"] for one in refusals} == {"storage-full"}
        assert {one["status"] for one in refusals} == {507}
        assert client.get("/health/live").status_code == 200
        ballast.unlink()
        assert _until(lambda: client.get("/health/ready").status_code == 200)
        assert _delivered(client, person_id, headers, 5000)[-1] == 200
        assert set(acknowledged) <= set(_stored(client, person_id))
        stop(process)


def _failing(sqlstate: str) -> Any:
    def add(desk: Any, *_: object, **__: object) -> int:
        desk.connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$")
        return 0

    return add


def _reading(number: int) -> dict[str, Any]:
    day, minute = divmod(number, 1440)
    time = f"2024-03-{1 + day:02}T{minute // 60:02}:{minute % 60:02}:00Z"
    return {"readings": [{"time": time, "glucose_mgdl": 100 + number % 200}]}


def _delivered(client: httpx.Client, person_id: str, headers: dict[str, str], number: int) -> list[int]:
    """Sends a reading until it is acknowledged, as devices do; the statuses of all tries."""
    statuses: list[int] = []
    end = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < end:
        answer = client.post(f"{API}/people/{person_id}/readings", json=_reading(number), headers=headers)
        statuses.append(answer.status_code)
        if answer.status_code == 200:
            break
        time.sleep(0.3)
    return statuses


def _stored(client: httpx.Client, person_id: str) -> list[int]:
    rows = client.get(f"{API}/people/{person_id}/readings", params=WINDOW).json()["readings"]
    return [
        1440 * (int(one["time"][8:10]) - 1) + 60 * int(one["time"][11:13]) + int(one["time"][14:16]) for one in rows
    ]


def _cluster(folder: Path) -> Path:
    return folder / "postgresql" / "cluster"


def _kill(cluster: Path) -> None:
    os.kill(int((cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


def _until(is_so: Any) -> bool:
    end = time.monotonic() + BACK_WITHIN_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.HTTPError, json.JSONDecodeError):
            if is_so():
                return True
        time.sleep(0.1)
    return False


@contextmanager
def _small_disk(place: Path, *, mb: int) -> Generator[None]:
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mb}m,mode=711", "none", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
