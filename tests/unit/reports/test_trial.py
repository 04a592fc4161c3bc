"""The report of a trial, made of a quick run of the experiment without a body."""

import re
from pathlib import Path

import pytest
from scipy.special import ndtr

from glucotwin.core.message import spoken_in
from glucotwin.reports.trial.figure_flow import flow_height_px
from glucotwin.reports.trial.figure_forest import ForestRow, forest_height_px, forest_limits
from glucotwin.reports.trial.page import render_trial
from glucotwin.trial.flow import ArmFlow, Flow
from glucotwin.trial.result import TrialResult
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.result import analyse_trial
from glucotwin.workflows.trial.run import run_trial


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> TrialResult:
    folder: Path = tmp_path_factory.mktemp("trial") / "run"
    return analyse_trial(run_trial(find_design("known-effect").made_quick(), folder))


def test_the_page_tells_what_a_paper_would_in_its_order(result: TrialResult):
    names = re.findall('<section id="([a-z]+)">', (result.folder / "report.html").read_text(encoding="utf-8"))
    parts = ["claims", "design", "flow", "people", "outcomes", "forest", "variants", "looks", "trust", "limits"]
    assert names == parts


def test_the_page_needs_nothing_else_and_names_its_design(result: TrialResult):
    page = (result.folder / "report.html").read_text(encoding="utf-8")
    assert result.design.sha256 in page
    assert "<script" not in page
    assert re.findall(r'(?:src|href|srcset)="(?!data:)', page) == []
    assert "proves nothing" in page


def test_the_last_look_and_the_table_tell_the_same_p_value(result: TrialResult):
    assert 2.0 * ndtr(-abs(result.looks[-1].z)) == pytest.approx(result.estimates[0].p, rel=1e-9)


@pytest.mark.slow
def test_the_page_speaks_german(result: TrialResult):
    with spoken_in("de"):
        page = render_trial(result)
    assert "Behauptungen" in page
    assert "Can the analysis" not in page


def test_many_reasons_and_arms_make_a_higher_figure():
    arm = ArmFlow(allocated=9, left=1, missed=0, complete=8, analysed=9)
    small = Flow(screened=20, excluded={"too old": 2}, randomised=18, arms={"a": arm, "b": arm})
    large = Flow(
        screened=90,
        excluded={f"reason {one}": 9 - one for one in range(8)},
        randomised=54,
        arms=dict.fromkeys("abcdef", arm),
    )
    assert flow_height_px(large, list("abcdef"), 880) > flow_height_px(small, ["a", "b"], 880)
    assert flow_height_px(small, ["a", "b"], 354) > flow_height_px(small, ["a", "b"], 880)


def forest_row(low: float, high: float, *, main: bool = False, label: str = "x") -> ForestRow:
    return ForestRow(label=label, estimate=(low + high) / 2.0, low=low, high=high, main=main)


def test_one_wide_interval_does_not_flatten_the_others():
    main, near, wide = forest_row(-0.5, -0.1, main=True), forest_row(-0.8, 0.2), forest_row(-40.0, 30.0)
    assert forest_limits([main, near], None) == (-0.8, 0.2)
    assert forest_limits([main, near, wide], None) == pytest.approx((-1.0, 0.5))
    assert forest_limits([main, near, wide], 0.3) == pytest.approx((-1.3, 1.1))


def test_long_headings_of_a_forest_get_lines_of_their_own():
    short, long = (ForestRow(label="word " * count) for count in (2, 30))
    for narrow in (True, False):
        assert forest_height_px([long], narrow=narrow) >= forest_height_px([short], narrow=narrow) + 30
