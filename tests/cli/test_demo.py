"""``glucotwin demo``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_demo_goes_from_a_file_to_a_report(invoke: Invoke, tmp_path: Path) -> None:
    finished = invoke("demo", "--no-browser", "--out", tmp_path / "demo", "--json")
    assert finished.returncode == 0, finished.stderr
    values = json.loads(finished.stdout)
    page = Path(values["report"]).read_text(encoding="utf-8")
    content = values["content"]["answer"]
    assert "CC BY 4.0" in page
    assert values["content"]["profile"] == "research"
    assert len(content["scenarios"]) == 2
    assert [one["horizon_min"] for one in content["evaluation"]["horizons"]] == [30, 60, 120]
    assert all(one["beats_persistence"] for one in content["evaluation"]["horizons"])
    assert Path(values["twin"]).is_file()


@pytest.mark.slow
def test_demo_opens_the_report_and_says_where_it_is(
    invoke: Invoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    monkeypatch.chdir(tmp_path)
    finished = invoke("demo", "--units", "mmol/L", "--out", "own")
    assert finished.returncode == 0, finished.stderr
    report = tmp_path / "own" / "report.html"
    assert opened == [report.as_uri()]
    assert str(report) in finished.stdout
    assert "licensed under CC BY 4.0" in finished.stdout
    assert "not a medical device" in finished.stdout
    assert "repeats of others" in finished.stdout
