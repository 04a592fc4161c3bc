import json
from collections.abc import Mapping

import numpy as np
import pytest

from glucotwin.forecast.case import judged_sample
from glucotwin.forecast.score import ScoreTree, gain_over, low_stretches, mean_tree, score_forecasts
from glucotwin.forecast.trajectory import PATH_LEVELS
from synthetic_case import synthetic_case


def test_persistence_gains_no_time_and_a_perfect_forecast_all_of_it() -> None:
    case = synthetic_case()
    sample = judged_sample([case], 6)
    still = score_forecasts(case, sample, sample.held_mgdl, None)
    perfect = score_forecasts(case, sample, sample.target_mgdl, None)
    assert (still["time_gain_min"], perfect["time_gain_min"]) == (0.0, 30.0)
    assert perfect["rmse"] == 0.0
    assert still["rmse"] == pytest.approx(np.sqrt(np.mean((sample.held_mgdl - sample.target_mgdl) ** 2)))
    assert "crps" not in still


def test_bands_are_scored_by_how_often_they_hold() -> None:
    case = synthetic_case()
    sample = judged_sample([case], 6)
    quantiles = sample.target_mgdl[:, None] + 100.0 * (PATH_LEVELS - 0.5)[None]
    tree = score_forecasts(case, sample, sample.target_mgdl, quantiles)
    assert (tree["coverage_50"], tree["coverage_90"]) == (1.0, 1.0)
    moved = score_forecasts(case, sample, sample.target_mgdl, quantiles + 30.0)
    assert (moved["coverage_50"], moved["coverage_90"]) == (0.0, 1.0)
    for whole, parts in (("coverage_50", "coverage_50_by_part"), ("coverage_90", "coverage_90_by_part")):
        assert all(value in (None, moved[whole]) for value in branch(moved, parts).values())
    # The band is 90 wide and always holds, so that its score is its width.
    widths = branch(tree, "interval_score_90_by_part").values()
    assert all(value is None or value == pytest.approx(90.0) for value in widths)
    json.dumps(tree, allow_nan=False)


def branch(tree: ScoreTree, name: str) -> ScoreTree:
    """A branch of a tree."""
    found = tree[name]
    assert isinstance(found, Mapping)
    return found


def test_lows_shorter_than_15_min_do_not_count() -> None:
    glucose = np.array([100, 60, 60, 100, 60, 60, 60, np.nan, 60, 60, 60, 60.0])
    starts, ends = low_stretches(glucose)
    assert (starts.tolist(), ends.tolist()) == ([4, 8], [6, 11])
    assert low_stretches(glucose, 5)[0].tolist() == [8]


def test_means_leave_out_what_is_not_defined() -> None:
    mean = mean_tree([{"a": 1.0, "b": {"c": None}}, {"a": 3.0, "b": {"c": 5.0}}])
    assert mean == {"a": 2.0, "b": {"c": 5.0}}
    assert mean_tree([{"a": None}, {"a": None}]) == {"a": None}


def test_gain_comes_with_an_interval_over_people() -> None:
    baseline = np.array([20.0, 25.0, 30.0, 22.0])
    gain = gain_over(0.97 * baseline, baseline)
    assert gain["gain_pct"] == pytest.approx(3.0)
    assert gain["low_pct"] == pytest.approx(3.0)
    assert gain["people_better"] == 4
    mixed = gain_over(baseline + np.array([-2.0, 2.0, -1.0, 1.0]), baseline)
    assert mixed["low_pct"] < 0.0 < mixed["high_pct"]
