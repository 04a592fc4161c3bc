"""``glucotwin serve`` as its user starts it: one at a time, until a signal; after a kill nothing is lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from made_up_service import API
from made_up_store import PASSWORD

PATIENCE_S = 300
COMMAND = "from glucotwin.cli.main import main; main()"


@pytest.fixture
def folder() -> Generator[Path]:
    """A data folder with a short name, which the database's own user can reach."""
    made = Path(tempfile.mkdtemp(prefix="gt-"))
    made.chmod(0o711)
    yield made / "data"
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _serve(folder: Path, *more: str, name: str = "serve") -> "Generator[subprocess.Popen[str]]":
    arguments = [name, "--no-browser", "--port", "0", "--data", str(folder), "--json", *more]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.rstrip() == "}":
            return json.loads("".join(lines))["url"]
    raise AssertionError(process.communicate()[1])


def _stop(process: "subprocess.Popen[str]") -> str:
    process.send_signal(signal.SIGTERM)
    _, talk = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, talk
    return talk


def test_it_serves_one_at_a_time_until_a_signal(folder: Path) -> None:
    with _serve(folder) as process:
        url = _url(process)
        assert httpx.get(f"{url}/health/ready", timeout=PATIENCE_S).json() == {"status": "ok"}
        assert httpx.get(f"{url}{API}/about", timeout=PATIENCE_S).json()["profile"] == "review"
        assert httpx.get(url, timeout=PATIENCE_S).headers["content-type"].startswith("text/html")
        with _serve(folder) as second:
            told, _ = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 2
        assert json.loads(told)["error"]["code"] == "already-exists"
        talk = _stop(process)
    assert "not a medical device" in talk
    assert "Stopped." in talk
    assert "@" not in talk
    if os.geteuid() != 0:
        assert not (folder / "postgresql" / "cluster" / "postmaster.pid").exists()


@pytest.mark.slow
def test_what_was_acknowledged_outlives_a_kill(folder: Path) -> None:
    person_id, acknowledged = "", 0
    for attempt in range(3):
        with _serve(folder) as process, httpx.Client(base_url=_url(process), timeout=PATIENCE_S) as client:
            person_id = person_id or _person(client)
            headers = {"X-CSRF-Token": _enter(client)}
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


WINDOW = {"start": "2024-03-01T00:00:00Z", "end": "2024-03-02T00:00:00Z"}
LOGIN = {"login": "somebody@example.org", "password": PASSWORD}


def _person(client: httpx.Client) -> str:
    made = client.post(f"{API}/accounts", json={**LOGIN, "display_name": "Somebody"})
    headers = {"X-CSRF-Token": made.json()["csrf_token"]}
    body = {"display_name": "Ada Example", "zone": "Europe/Berlin"}
    return client.post(f"{API}/people", json=body, headers=headers).json()["person_id"]


def _enter(client: httpx.Client) -> str:
    return client.post(f"{API}/session", json=LOGIN).json()["csrf_token"]


@pytest.mark.slow
def test_the_demonstration_streams_and_answers_within_moments(folder: Path) -> None:
    with (
        _serve(folder, "--every", "0.5", name="demo") as process,
        httpx.Client(base_url=_url(process), timeout=PATIENCE_S) as client,
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
        _stop(process)
