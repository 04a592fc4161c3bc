"""``glucotwin serve`` in a process of its own, as its user starts it."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx

from made_up_service import API
from made_up_store import PASSWORD

PATIENCE_S = 300
COMMAND = "from glucotwin.cli.main import main; main()"
WINDOW = {"start": "2024-03-01T00:00:00Z", "end": "2024-03-10T00:00:00Z"}
LOGIN = {"login": "somebody@example.org", "password": PASSWORD}


@contextmanager
def short_folder() -> Generator[Path]:
    """A data folder with a short name, which the database's own user can reach."""
    made = Path(tempfile.mkdtemp(prefix="gt-"))
    made.chmod(0o711)
    yield made / "data"
    shutil.rmtree(made, ignore_errors=True)


@contextmanager
def serving(folder: Path, *more: str, name: str = "serve") -> "Generator[subprocess.Popen[str]]":
    """The command, until it is told to stop; killed at the end."""
    arguments = [name, "--no-browser", "--port", "0", "--data", str(folder), "--json", *more]
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def url_of(process: "subprocess.Popen[str]") -> str:
    """The address that it tells when it answers."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.rstrip() == "}":
            return json.loads("".join(lines))["url"]
    raise AssertionError(process.communicate()[1])


def stop(process: "subprocess.Popen[str]") -> str:
    """Stops it as an operator would; what it said."""
    process.send_signal(signal.SIGTERM)
    _, talk = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, talk
    return talk


def new_person(client: httpx.Client) -> str:
    """The first account with its first person."""
    made = client.post(f"{API}/accounts", json={**LOGIN, "display_name": "Somebody"})
    headers = {"X-CSRF-Token": made.json()["csrf_token"]}
    body = {"display_name": "Ada Example", "zone": "Europe/Berlin", "diabetes_type": "type1", "adult": True}
    return client.post(f"{API}/people", json=body, headers=headers).json()["person_id"]


def enter(client: httpx.Client) -> dict[str, str]:
    """Signs in; headers of requests that change something."""
    return {"X-CSRF-Token": client.post(f"{API}/session", json=LOGIN).json()["csrf_token"]}
