"""Boosted trees that correct a line: what glucose goes on doing is nearly linear, and trees alone draw it in stairs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from glucotwin.forecast.ridge import LinearModel, fit_ridge
from glucotwin.forecast.tree import Trees, TreeSettings, grow_trees

LINE, TREES = "line/", "trees/"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinedTrees:
    """A line through all features, and trees that are told its answer and predict what it leaves over."""

    line: LinearModel
    trees: Trees

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Predictions ``(row,)`` for features ``(row, feature)``; nan is a missing value."""
        on_line = self.line.predict(features)
        return on_line + self.trees.predict(_with_line(features, on_line))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything to store."""
        line = {LINE + name: values for name, values in self.line.to_arrays().items()}
        return line | {TREES + name: values for name, values in self.trees.to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "LinedTrees":
        """What ``to_arrays`` gave."""
        return cls(line=LinearModel.from_arrays(_part(arrays, LINE)), trees=Trees.from_arrays(_part(arrays, TREES)))


def grow_lined_trees(features: np.ndarray, target: np.ndarray, settings: TreeSettings, *, seed: int = 0) -> LinedTrees:
    """Fits the line, then grows trees on what it leaves over; arguments as for ``grow_trees``."""
    line = fit_ridge(features, target)
    on_line = line.predict(features)
    trees = grow_trees(_with_line(features, on_line), target - on_line, settings, seed=seed)
    return LinedTrees(line=line, trees=trees)


def _with_line(features: np.ndarray, on_line: np.ndarray) -> np.ndarray:
    return np.concatenate([features, on_line.astype(features.dtype)[:, None]], axis=1)


def _part(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): values for name, values in arrays.items() if name.startswith(prefix)}
