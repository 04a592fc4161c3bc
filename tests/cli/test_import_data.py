"""``glucotwin import``."""

import json
import re
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]
DEMO = Path(str(resources.files("glucotwin.workflows"))) / "demo_data" / "azt1d_subject_24.csv.gz"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    file = tmp_path / "mine.csv"
    file.write_text("time,glucose_mgdl,carbs_g\n2024-03-01 08:00,100,\n2024-03-01 08:05,104,30\n")
    return file


def test_page_tells_who_what_and_how_good(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("import", DEMO, "--out", tmp_path / "line")
    assert finished.returncode == 0
    for words in ("azt1d", "America/Phoenix", "7,991", "99.1 %", "extended boluses", "Saved to"):
        assert words in finished.stdout
    assert (tmp_path / "line" / "manifest.json").is_file()
    assert json.loads((tmp_path / "line" / "quality.json").read_text())["schema"] == "glucotwin-quality/2"


def test_json_is_the_whole_report(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    options = ("--zone", "Europe/Berlin", "--person-id", "anna", "--diabetes-type", "type1", "--therapy", "pump")
    finished = invoke("import", csv, "--out", tmp_path / "line", "--json", *options)
    answer = json.loads(finished.stdout)
    assert answer["person"] == {
        "person_id": "anna",
        "zone": "Europe/Berlin",
        "diabetes_type": "type1",
        "therapy": "pump",
    }
    assert answer["timeline"] == str(tmp_path / "line")
    assert [one["format"] for one in answer["quality"]["sources"]] == ["canonical-csv"]
    assert [one["stream"] for one in answer["quality"]["coverage"]] == ["glucose", "meal"]
    assert all(finding["text"] for finding in answer["quality"]["findings"])


def test_without_out_nothing_is_written(invoke: Invoke, csv: Path) -> None:
    finished = invoke("import", csv, "--zone", "UTC")
    assert finished.returncode == 0
    assert "Saved" not in finished.stdout
    assert [path.name for path in csv.parent.iterdir()] == ["mine.csv"]


def test_naive_times_ask_for_the_zone_and_leave_nothing(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    finished = invoke("import", csv, "--out", tmp_path / "line")
    assert finished.returncode == 2
    assert "error[naive-time]" in finished.stderr
    assert "--zone" in finished.stderr
    assert finished.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_existing_folder_is_refused_before_the_work(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    (tmp_path / "line").mkdir()
    finished = invoke("import", csv, "--zone", "UTC", "--out", tmp_path / "line", "--overwrite")
    assert finished.returncode == 2
    assert "error[already-exists]" in finished.stderr


def test_timeline_is_replaced_when_asked(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    arguments = ("import", csv, "--zone", "UTC", "--out", tmp_path / "line")
    codes = [invoke(*arguments).returncode, invoke(*arguments).returncode, invoke(*arguments, "--overwrite").returncode]
    assert codes == [0, 2, 0]


def test_column_can_be_passed_over(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("time,glucose_mgdl,trend\n2024-03-01T08:00Z,100,up\n")
    assert "error[unknown-name]" in invoke("import", file).stderr
    assert invoke("import", file, "--ignore-column", "trend").returncode == 0


def test_quality_page_is_written_and_replaced_only_when_asked_for(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    page = tmp_path / "quality.html"
    assert invoke("import", csv, "--zone", "Europe/Berlin", "--page", page).returncode == 0
    assert "Quality of the data" in page.read_text(encoding="utf-8")
    again = invoke("import", csv, "--zone", "Europe/Berlin", "--page", page)
    assert again.returncode == 2
    assert "error[already-exists]" in again.stderr
    assert invoke("import", csv, "--zone", "Europe/Berlin", "--page", page, "--overwrite").returncode == 0


def test_days_are_judged_in_page_json_and_folder(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    options = ("--zone", "Europe/Berlin", "--out", tmp_path / "line")
    answer = json.loads(invoke("import", csv, "--json", *options).stdout)
    assert (answer["days"]["days"], answer["days"]["fit_days"]) == (1, 0)
    assert json.loads((tmp_path / "line" / "days.json").read_text()) == answer["days"]
    assert "0 of 1 days are fit for a twin." in invoke("import", csv, "--zone", "Europe/Berlin").stdout


def test_folder_is_told_file_by_file(invoke: Invoke, csv: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.csv").write_bytes(csv.read_bytes())
    (folder / "poem.txt").write_text("roses are red\n", encoding="utf-8")
    finished = invoke("import", folder, "--zone", "Europe/Berlin")
    assert finished.returncode == 0
    assert re.search(r"good\.csv +canonical-csv", finished.stdout)
    assert re.search(r"poem\.txt +not read", finished.stdout)
    assert "poem.txt: 'poem.txt' is none of the known formats" in finished.stdout
