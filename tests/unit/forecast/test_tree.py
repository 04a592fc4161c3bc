import numpy as np
import pytest

from glucotwin.forecast.tree import Trees, TreeSettings, grow_trees

SETTINGS = TreeSettings(rounds=20, leaves=8, leaf_rows=10)


def rows() -> tuple[np.ndarray, np.ndarray]:
    grid = np.stack(np.meshgrid(np.linspace(-2, 2, 40), np.linspace(0, 6, 30)), axis=-1).reshape(-1, 2)
    target = grid[:, 0] ** 2 + np.sin(grid[:, 1])
    features = grid.astype(np.float32)
    features[::7, 0] = np.nan
    return features, target


@pytest.mark.parametrize("loss", ["squared_error", "gamma"])
def test_stored_trees_answer_as_those_that_were_grown(loss: str) -> None:
    features, target = rows()
    grown = grow_trees(features, np.abs(target) + 0.1, TreeSettings(rounds=20, leaves=8, leaf_rows=10, loss=loss))
    stored = Trees.from_arrays(grown.to_arrays())
    assert stored.grown is None
    assert stored.predict(features) == pytest.approx(grown.predict(features), rel=1e-9)
    assert stored.predict(np.full((1, 2), np.nan, dtype=np.float32)) == pytest.approx(
        grown.predict(np.full((1, 2), np.nan, dtype=np.float32))
    )


def test_trees_learn() -> None:
    features, target = rows()
    assert np.std(target - grow_trees(features, target, TreeSettings(leaf_rows=10)).predict(features)) < 0.5 * np.std(
        target
    )


def test_no_rows_have_no_predictions() -> None:
    features, target = rows()
    assert grow_trees(features, target, SETTINGS).predict(features[:0]).shape == (0,)


def test_columns_of_which_nothing_is_known_are_passed_over() -> None:
    features, target = rows()
    unknown = np.concatenate([features, np.full((len(features), 1), np.nan, dtype=np.float32)], axis=1)
    grown = grow_trees(unknown, target, SETTINGS)
    assert Trees.from_arrays(grown.to_arrays()).predict(unknown) == pytest.approx(grown.predict(unknown))
