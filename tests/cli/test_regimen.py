"""``glucotwin regimen compare``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from made_up_patient import letter

Invoke = Callable[..., subprocess.CompletedProcess[str]]


def test_candidates_are_told_beside_no_change(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter(egfr=40, hba1c_pct=8.5))
    finished = invoke("regimen", "compare", file, "--candidates", "metformin:2000", "--months", "12", "--json")
    told = json.loads(finished.stdout)["candidates"]
    assert told["metformin:2000"]["hba1c_pct"]["6"]["median"] < told["unchanged"]["hba1c_pct"]["6"]["median"]
    assert told["metformin:2000"]["cautions"][0]["code"] == "regimen-caution-metformin-dose"


def test_unknown_medicine_is_named(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "person.json"
    file.write_text(letter())
    finished = invoke("regimen", "compare", file, "--candidates", "snakeoil:3")
    assert finished.returncode != 0
    assert "snakeoil" in finished.stderr
