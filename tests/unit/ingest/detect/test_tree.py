"""Boosted trees that are read from a file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glucotwin.ingest.detect.meal_alarm import ALARM_TREES
from glucotwin.ingest.detect.meal_search import LOGGED_TREES, UNLOGGED_TREES
from glucotwin.ingest.detect.tree import Forest, Tree, read_forest


def stump(feature: int, threshold: float, low: float, high: float) -> Tree:
    return Tree(
        feature=np.array([feature, -1, -1]),
        threshold=np.array([threshold, 0.0, 0.0]),
        left=np.array([1, 0, 0]),
        right=np.array([2, 0, 0]),
        value=np.array([0.0, low, high]),
    )


def test_tree_goes_left_up_to_the_threshold() -> None:
    rows = np.array([[0.0, 1.0], [0.0, 2.0], [0.0, 2.1]])
    assert stump(1, 2.0, -1.0, 3.0).values(rows).tolist() == [-1.0, -1.0, 3.0]


def test_trees_add_up_to_log_odds_and_unwanted_steps_have_none() -> None:
    forest = Forest(names=("b", "a"), constant=0.5, trees=(stump(0, 0.0, 1.0, 2.0), stump(1, 0.0, 10.0, -1.0)))
    features = {"a": np.array([1.0, 1.0, -1.0]), "b": np.array([1.0, 1.0, -1.0])}
    probability = forest.probability(features, np.array([True, False, True]))
    assert probability.tolist() == pytest.approx([1.0 / (1.0 + np.exp(-1.5)), 0.0, 1.0 / (1.0 + np.exp(-11.5))])


@pytest.mark.parametrize("name", [LOGGED_TREES, UNLOGGED_TREES, ALARM_TREES])
def test_trees_of_the_package_are_whole(name: str) -> None:
    forest = read_forest(name)
    assert len(forest.trees) >= 50
    for tree in forest.trees:
        inner = tree.feature >= 0
        assert tree.feature.max() < len(forest.names)
        assert sorted([*tree.left[inner], *tree.right[inner]]) == list(range(1, tree.feature.size))


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_probability_of_a_row_does_not_depend_on_the_others(values: list[float]) -> None:
    forest = read_forest(ALARM_TREES)
    column = np.array(values)
    together = forest.probability(dict.fromkeys(forest.names, column), np.ones(column.size, dtype=bool))
    alone = [
        forest.probability({n: column[[k]] for n in forest.names}, np.ones(1, dtype=bool))[0]
        for k in range(column.size)
    ]
    assert together.tolist() == alone
    assert np.all((together > 0.0) & (together < 1.0))
