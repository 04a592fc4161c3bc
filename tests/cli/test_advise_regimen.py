"""``glucotwin advise regimen``."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "regimen"


@pytest.mark.slow  # a process of its own
def test_advice_is_told_with_reasons_and_cautions(invoke: Invoke, tmp_path: Path) -> None:
    plot = tmp_path / "plans.png"
    finished = invoke(
        "advise", "regimen", EXAMPLE / "person.yaml", "--taken", "metformin:2000", "--weigh", "cost=0.3", "--plot", plot
    )
    assert finished.returncode == 0, finished.stderr
    assert "(nothing changed)" in finished.stdout
    assert "HbA1c above the target +" in finished.stdout
    assert plot.stat().st_size > 10_000
