"""``glucotwin sync``."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from glucotwin.cli import sync as sync_command
from glucotwin.domain.archive import load_timeline
from glucotwin.ingest.live.registry import SOURCES, find_source
from glucotwin.ingest.live.source import LiveSource
from local_server import LocalServer, NightscoutSite, Reply, serving

Invoke = Callable[..., subprocess.CompletedProcess[str]]
START = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def site() -> NightscoutSite:
    site = NightscoutSite()
    for index in range(30):
        site.entry(START + timedelta(minutes=5 * index), 100 + index)
    site.treatment(START + timedelta(minutes=30), "Meal Bolus", insulin=3, carbs=30)
    return site


@pytest.fixture
def server(site: NightscoutSite) -> Generator[LocalServer]:
    with serving(site) as server:
        yield server


@pytest.fixture
def token_file(tmp_path: Path, site: NightscoutSite) -> Path:
    file = tmp_path / "token.txt"
    file.write_text(f"token = {site.token}\n")
    file.chmod(0o600)
    return file


@pytest.fixture(autouse=True)
def no_secrets_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NIGHTSCOUT_TOKEN", "NIGHTSCOUT_URL", "NIGHTSCOUT_API_SECRET", "DEXCOM_SHARE_USERNAME"):
        monkeypatch.delenv(f"GLUCOTWIN_{name}", raising=False)


def test_site_is_taken_in_and_goes_on(
    invoke: Invoke, server: LocalServer, site: NightscoutSite, token_file: Path, tmp_path: Path
) -> None:
    arguments = ("sync", "nightscout", "--url", server.url, "--token-file", token_file, "--timeline", tmp_path / "line")
    finished = invoke(*arguments, "--zone", "Europe/Berlin", "--diabetes-type", "type1")
    assert finished.returncode == 0, finished.stderr
    assert "new: glucose 30, bolus 1, meal 1; newest 2024-03-01 03:25" in finished.stdout
    site.entry(START + timedelta(minutes=150), 140)
    again = invoke(*arguments, "--json")
    answer = json.loads(again.stdout)
    assert (answer["added"], answer["withdrawn"], answer["saved"]) == ({"glucose": 1}, {}, True)
    assert "nothing new" in invoke(*arguments, "--once").stdout
    person = load_timeline(tmp_path / "line").person
    assert (person.zone, str(person.diabetes_type)) == ("Europe/Berlin", "type1")


def test_secret_is_nowhere(
    invoke: Invoke, server: LocalServer, site: NightscoutSite, token_file: Path, tmp_path: Path
) -> None:
    arguments = ("sync", "nightscout", "--url", server.url, "--token-file", token_file, "--timeline", tmp_path / "line")
    said = [invoke(*arguments, "--verbose")]
    for reply in (Reply(status=401), Reply(status=500), Reply(raw=b"{"), Reply(cut=True, value="x")):
        server.failures = [reply] * 3
        said.append(invoke(*arguments, "--verbose"))
        assert said[-1].returncode == 2, said[-1].stdout
    written = [file.read_bytes() for file in (tmp_path / "line").iterdir()]
    for secret in (site.token, site.web_token):
        assert not any(secret in one.stdout + one.stderr for one in said)
        assert not any(secret.encode() in one for one in written)
    host = server.url.removeprefix("http://")
    assert not any(host.encode() in one for one in written)


def test_refused_token_says_what_to_do(invoke: Invoke, server: LocalServer, token_file: Path, tmp_path: Path) -> None:
    token_file.write_text("token = wrong-0123456789abcdef\n")
    arguments = ("sync", "nightscout", "--url", server.url, "--token-file", token_file, "--timeline", tmp_path / "line")
    finished = invoke(*arguments, "--every", "5m", "--json")
    assert finished.returncode == 2
    assert json.loads(finished.stdout)["error"]["code"] == "sign-in-refused"
    assert "readable" in finished.stderr
    assert "wrong" not in finished.stderr
    assert len(server.asked) == 1
    assert not (tmp_path / "line").exists()


def test_file_of_secrets_that_others_may_read_is_refused(
    invoke: Invoke, server: LocalServer, token_file: Path, tmp_path: Path
) -> None:
    token_file.chmod(0o644)
    arguments = ("sync", "nightscout", "--url", server.url, "--token-file", token_file, "--timeline", tmp_path / "line")
    finished = invoke(*arguments)
    assert finished.returncode == 2
    assert "chmod 600" in finished.stderr
    assert server.asked == []


def test_secrets_come_from_the_environment(
    invoke: Invoke, server: LocalServer, site: NightscoutSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLUCOTWIN_NIGHTSCOUT_TOKEN", site.token)
    monkeypatch.setenv("GLUCOTWIN_NIGHTSCOUT_URL", server.url)
    assert invoke("sync", "nightscout", "--timeline", tmp_path / "line").returncode == 0


class Terminal:
    """Standard input of a person at a terminal."""

    def isatty(self) -> bool:
        return True


def test_person_at_a_terminal_is_asked_in_secret(
    invoke: Invoke, server: LocalServer, site: NightscoutSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []

    def prompt(text: str, *, hide_input: bool, **settings: object) -> str:
        asked.append((text, hide_input))
        return site.token

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(click, "prompt", prompt)
    finished = invoke("sync", "nightscout", "--url", server.url, "--timeline", tmp_path / "line")
    assert finished.returncode == 0, finished.stderr
    assert [hidden for _, hidden in asked] == [True]


def test_missing_password_is_told_when_nobody_can_be_asked(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("sync", "dexcom-share", "--timeline", tmp_path / "line", "--json")
    assert finished.returncode == 2
    assert "GLUCOTWIN_DEXCOM_SHARE_USERNAME" in json.loads(finished.stdout)["error"]["hint"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("mars",), "unknown-name"),
        (("nightscout",), "--url"),
        (("folder",), "--folder"),
        (("folder", "--folder", "absent"), "no folder"),
        (("nightscout", "--url", "https://site.example/?token=s3cr3t"), "perhaps a secret"),
        (("nightscout", "--url", "http://site.example"), "not encrypted"),
        (("nightscout", "--every", "5 s"), "at least a minute"),
        (("nightscout", "--every", "often"), "at least a minute"),
        (("nightscout", "--every", "5m", "--once"), "exclude each other"),
    ],
)
def test_request_that_cannot_be_meant(invoke: Invoke, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    finished = invoke("sync", *arguments, "--timeline", tmp_path / "line")
    assert finished.returncode == 2
    assert words in finished.stderr
    assert "s3cr3t" not in finished.stderr + finished.stdout


def test_service_tells_a_line_each_time_and_ends_when_told(
    invoke: Invoke,
    server: LocalServer,
    site: NightscoutSite,
    token_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from glucotwin.workflows import poll as poll_module

    server.failures = [Reply(status=429, headers={"Retry-After": "600"})]
    waited: list[float] = []

    def waiter(stop: object) -> Callable[[float], None]:
        def wait(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 3:
                stop.set()  # pyright: ignore

        return wait

    monkeypatch.setattr(poll_module, "_waiter", waiter)
    arguments = ("sync", "nightscout", "--url", server.url, "--token-file", token_file, "--timeline", tmp_path / "line")
    finished = invoke(*arguments, "--every", "5m", "--json")
    assert finished.returncode == 0, finished.stderr
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [one["saved"] for one in answers] == [True, False]
    assert waited == [600.0, 300.0, 300.0]
    assert "Next attempt in 600 s" in finished.stderr
    assert "Stopped after 2 syncs" in finished.stderr


def test_folder_is_taken_in(invoke: Invoke, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("time,glucose_mgdl\n2024-03-01 08:00,100\n")
    (exports / "b.csv").write_text("nonsense\n")
    arguments = ("sync", "folder", "--folder", exports, "--timeline", tmp_path / "line")
    finished = invoke(*arguments, "--zone", "Europe/Berlin")
    assert finished.returncode == 0, finished.stderr
    assert "new: glucose 1" in finished.stdout
    assert "b.csv" in finished.stderr
    (exports / "c.csv").write_text("time,glucose_mgdl\n2024-03-01 08:05,101\n")
    assert "new: glucose 1" in invoke(*arguments).stdout


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_named_in_the_help(source: type[LiveSource]) -> None:
    assert find_source(source.name) is source
    assert source.name in str(sync_command.command.help)
    assert all(one.title and one.name.isidentifier() for one in source.credentials)


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, glucotwin.cli.sync; print([m for m in ('jax', 'polars', 'httpx', 'requests') if m in sys.modules])"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
