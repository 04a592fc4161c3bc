"""``glucotwin serve`` as its user starts it: one at a time, until a signal; after a kill nothing is lost."""

import json
import os
import signal
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from made_up_service import API
from served_process import PATIENCE_S, WINDOW, enter, new_person, serving, short_folder, stop, url_of


@pytest.fixture
def folder() -> Generator[Path]:
    with short_folder() as made:
        yield made


def test_it_serves_one_at_a_time_until_a_signal(folder: Path) -> None:
    with serving(folder) as process:
        url = url_of(process)
        assert httpx.get(f"{url}/health/ready", timeout=PATIENCE_S).json() == {"status": "ok"}
        assert httpx.get(f"{url}{API}/about", timeout=PATIENCE_S).json()["profile"] == "review"
        assert httpx.get(url, timeout=PATIENCE_S).headers["content-type"].startswith("text/html")
        with serving(folder) as second:
            told, _ = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 2
        assert json.loads(told)["error"]["code"] == "already-exists"
        talk = stop(process)
    assert "not a medical device" in talk
    assert "Stopped." in talk
    assert "@" not in talk
    if os.geteuid() != 0:
        assert not (folder / "postgresql" / "cluster" / "postmaster.pid").exists()


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_kill(folder: Path) -> None:
    person_id, acknowledged = "", 0
    for attempt in range(3):
        with serving(folder) as process, httpx.Client(base_url=url_of(process), timeout=PATIENCE_S) as client:
            person_id = person_id or new_person(client)
            headers = enter(client)
            stored = client.get(f"{API}/people/{person_id}/readings", params=WINDOW).json()["readings"]
            assert len(stored) == acknowledged
            for _ in range(5):
                reading = {"time": f"2024-03-01T08:{acknowledged:02}:00Z", "glucose_mgdl": 100 + acknowledged}
                answer = client.post(
                    f"{API}/people/{person_id}/readings", json={"readings": [reading]}, headers=headers
                )
                assert answer.status_code == 200
                acknowledged += 1
            process.send_signal(signal.SIGKILL if attempt < 2 else signal.SIGTERM)
            process.communicate(timeout=PATIENCE_S)
    assert acknowledged == 15


@pytest.mark.slow
def test_the_demonstration_streams_and_answers_within_moments(folder: Path) -> None:
    with (
        serving(folder, "--every", "0.5", name="demo") as process,
        httpx.Client(base_url=url_of(process), timeout=PATIENCE_S) as client,
    ):
        client.post(f"{API}/session/demo")
        (person,) = client.get(f"{API}/people").json()["items"]
        told: list[str] = []
        with client.stream("GET", f"{API}/people/{person['person_id']}/live") as stream:
            for line in stream.iter_lines():
                if line.startswith("event: "):
                    told.append(line.removeprefix("event: "))
                if told.count("now") >= 2 and "reading" in told:
                    break
        now = client.get(f"{API}/people/{person['person_id']}/now").json()
        assert now["forecast"] is not None
        stop(process)
