"""A run of risk scenarios in parts: kept, gone on with, and beside each other."""

from pathlib import Path

import pytest

from glucotwin.core.error import ConflictError, NotFoundError
from glucotwin.workflows import risk_part
from glucotwin.workflows.risk_set import run_risk_set

EXAMPLE = Path(__file__).parents[3] / "examples" / "risk" / "tidepool.json"
SCENARIO, PROFILE = ("TLR-1005",), ("median_profile_v1",)


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("this part was finished before")


def test_what_a_folder_holds_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "run"
    first = run_risk_set(EXAMPLE, scenarios=SCENARIO, profiles=PROFILE, folder=folder)
    monkeypatch.setattr(risk_part, "run_group", refuse)
    again = run_risk_set(EXAMPLE, scenarios=SCENARIO, profiles=PROFILE, folder=folder)
    assert again.table().equals(first.table())
    assert len(first.courses) == 6
    with pytest.raises(ConflictError, match="another run"):
        run_risk_set(EXAMPLE, scenarios=SCENARIO, folder=folder)


def test_a_body_that_the_set_does_not_run_on_is_refused_by_name() -> None:
    with pytest.raises(NotFoundError, match="tidepool-simple"):
        run_risk_set(EXAMPLE, body="minimal")


@pytest.mark.slow
def test_processes_beside_each_other_find_the_same(tmp_path: Path) -> None:
    alone = run_risk_set(EXAMPLE, scenarios=("TLR-1005", "TLR-606"), profiles=("sensitive",))
    beside = run_risk_set(EXAMPLE, scenarios=("TLR-1005", "TLR-606"), profiles=("sensitive",), processes=2)
    assert beside.table().equals(alone.table())
