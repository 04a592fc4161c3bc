"""Trees on a line: exact where things are linear, and stored as plain arrays."""

import numpy as np
import pytest

from glucotwin.forecast.lined_tree import LinedTrees, grow_lined_trees
from glucotwin.forecast.tree import TreeSettings, grow_trees

FEW = TreeSettings(rounds=30, leaves=8, leaf_rows=20, feature_share=1.0)


def made_up(rows: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Features, one of them missing here and there, and a target that is a line and a step."""
    place = np.arange(rows)
    features = np.stack([np.sin(place), np.cos(1.7 * place), (place % 13) / 6.0 - 1.0], axis=1).astype(np.float32)
    features[::17, 2] = np.nan
    return features, 30.0 * features[:, 0] - 20.0 * features[:, 1] + 10.0 * (np.nan_to_num(features[:, 2]) > 0.0)


def test_a_line_and_a_step_are_learned_better_than_by_trees_alone() -> None:
    features, target = made_up()
    lined = grow_lined_trees(features[:1500], target[:1500], FEW)
    alone = grow_trees(features[:1500], target[:1500], FEW)
    errors = [np.std(one.predict(features[1500:]) - target[1500:]) for one in (lined, alone)]
    assert errors[0] < 0.5 * errors[1]


def test_it_comes_back_from_its_arrays() -> None:
    features, target = made_up()
    lined = grow_lined_trees(features, target, FEW)
    again = LinedTrees.from_arrays(lined.to_arrays())
    assert again.predict(features) == pytest.approx(lined.predict(features))
