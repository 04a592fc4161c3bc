"""``glucotwin export``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from glucotwin.cli.export import FORMATS
from glucotwin.domain.archive import save_timeline
from glucotwin.ingest.write.registry import WRITERS
from made_up_person import made_up_timeline

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def timeline(tmp_path: Path) -> Path:
    return save_timeline(made_up_timeline(), tmp_path / "line")


def test_every_writer_is_offered() -> None:
    assert set(FORMATS) == set(WRITERS)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_written(invoke: Invoke, timeline: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / f"out{WRITERS[name].suffix}"
    finished = invoke("export", timeline, "--format", name, "--out", out)
    assert finished.returncode == 0, finished.stderr
    assert out.is_dir() == (not WRITERS[name].suffix)
    assert f"as {name}." in finished.stdout
    assert "1,440 glucose" in finished.stdout
    assert "Of the person is not written" in finished.stdout


def test_json_tells_records_and_losses(invoke: Invoke, timeline: Path, tmp_path: Path) -> None:
    finished = invoke("export", timeline, "--format", "nightscout", "--out", tmp_path / "out", "--json")
    answer = json.loads(finished.stdout)
    assert answer["records"] == {"glucose": 1440, "basal": 5, "meal": 15, "bolus": 15}
    assert (answer["format"], answer["path"], answer["person_id"]) == ("nightscout", str(tmp_path / "out"), "made-up")
    assert {one["stream"] for one in answer["losses"]} == {"basal", "person"}
    assert len(answer["content_sha256"]) == 64


def test_export_can_be_imported(invoke: Invoke, timeline: Path, tmp_path: Path) -> None:
    invoke("export", timeline, "--format", "fhir", "--out", tmp_path / "out.json")
    finished = invoke("import", tmp_path / "out.json", "--json")
    assert [one["format"] for one in json.loads(finished.stdout)["quality"]["sources"]] == ["fhir-r4"]


def test_existing_file_is_replaced_only_when_asked(invoke: Invoke, timeline: Path, tmp_path: Path) -> None:
    arguments = ("export", timeline, "--format", "csv", "--out", tmp_path / "out.csv")
    codes = [invoke(*arguments).returncode, invoke(*arguments).returncode, invoke(*arguments, "--overwrite").returncode]
    assert codes == [0, 2, 0]


def test_folder_of_something_else_is_never_replaced(invoke: Invoke, timeline: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    for out in (tmp_path / "photos", timeline):
        finished = invoke("export", timeline, "--format", "parquet", "--out", out, "--overwrite")
        assert finished.returncode == 2
        assert "error[already-exists]" in finished.stderr
    assert (tmp_path / "photos" / "cat.jpg").is_file()


def test_file_is_no_place_for_a_folder(invoke: Invoke, timeline: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    finished = invoke("export", timeline, "--format", "parquet", "--out", tmp_path / "out", "--overwrite")
    assert finished.returncode == 2
    assert (tmp_path / "out").read_text() == "mine"


def test_only_timelines_are_exported(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("export", tmp_path, "--format", "csv", "--out", tmp_path / "out.csv")
    assert finished.returncode == 2
    assert "error[unknown-name]" in finished.stderr
    assert not (tmp_path / "out.csv").exists()
