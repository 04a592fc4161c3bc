"""Boosted regression trees as plain arrays: grown by scikit-learn, stored and read without its classes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

COLUMNS = ("value", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right", "is_leaf")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeSettings:
    """How trees are grown.

    Attributes:
        rounds: number of trees.
        learning_rate: what share of a tree's answer is added.
        leaves: most leaves of a tree.
        leaf_rows: fewest rows of a leaf.
        feature_share: share of the features tried at a split.
        shrinkage: L2 penalty of the leaves.
        loss: scikit-learn's name of what is minimised.
        every_steps: only one origin in so many steps is learned from: neighbours say nearly the same.
    """

    rounds: int = 300
    learning_rate: float = 0.05
    leaves: int = 31
    leaf_rows: int = 100
    feature_share: float = 0.3
    shrinkage: float = 10.0
    loss: str = "squared_error"
    every_steps: int = 3


POOLED = TreeSettings()
"""Chosen on the last fifth of the training days of AZT1D's development people; the baseline has the same."""

PERSONAL = TreeSettings(rounds=150, learning_rate=0.04, leaves=12, leaf_rows=60)
"""For one person's days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """A sum of trees: nodes of all trees in one array per column; a leaf's children are itself.

    Attributes:
        baseline: what is predicted before the first tree, on the scale of the sum.
        logarithmic: whether the sum is the logarithm of the prediction.
        root: first node of each tree, ``(tree,)``.
        nodes: by column, each ``(node,)``.
        grown: scikit-learn's own trees while they are at hand, for speed; not stored.
    """

    baseline: float
    logarithmic: bool
    root: np.ndarray
    nodes: Mapping[str, np.ndarray]
    grown: HistGradientBoostingRegressor | None = field(default=None, repr=False, compare=False)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Predictions ``(row,)`` for features ``(row, feature)``; nan is a missing value."""
        if not len(features):
            return np.zeros(0)
        if self.grown is not None:
            return self.grown.predict(features)
        total = np.full(len(features), self.baseline)
        for root in self.root:
            total += self.nodes["value"][self._leaves(int(root), features)]
        return np.exp(total) if self.logarithmic else total

    def _leaves(self, root: int, features: np.ndarray) -> np.ndarray:
        rows, nodes = np.arange(len(features)), self.nodes
        place = np.full(len(features), root)
        while not np.all(nodes["is_leaf"][place]):
            value = features[rows, nodes["feature_idx"][place]]
            known = ~np.isnan(value)
            left = np.where(known, value <= nodes["num_threshold"][place], nodes["missing_go_to_left"][place] > 0)
            place = np.where(left, nodes["left"][place], nodes["right"][place])
        return place

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Everything to store."""
        head = np.array([self.baseline, float(self.logarithmic)])
        return {"head": head, "root": self.root, **{name: self.nodes[name] for name in COLUMNS}}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "Trees":
        """What ``to_arrays`` gave."""
        head = arrays["head"]
        nodes = {name: arrays[name] for name in COLUMNS}
        return cls(baseline=float(head[0]), logarithmic=bool(head[1]), root=arrays["root"], nodes=nodes)


def grow_trees(
    features: np.ndarray, target: np.ndarray, settings: TreeSettings, *, seed: int = 0, weight: np.ndarray | None = None
) -> Trees:
    """Grows trees.

    Args:
        features: ``(row, feature)``; nan is a missing value.
        target: ``(row,)``.
        settings: how.
        seed: of the choice of features at splits.
        weight: of the rows, ``(row,)``.
    """
    grown = HistGradientBoostingRegressor(
        loss=settings.loss,  # pyright: ignore[reportArgumentType]  # a plain string in the settings
        learning_rate=settings.learning_rate,
        max_iter=settings.rounds,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=settings.leaf_rows,
        l2_regularization=settings.shrinkage,
        max_features=settings.feature_share,
        early_stopping=False,  # pyright: ignore[reportArgumentType]  # its stub knows text alone
        random_state=seed,
    ).fit(_without_empty(features), target, sample_weight=weight)
    return _trees_of(grown, logarithmic=settings.loss in ("gamma", "poisson"))


def _without_empty(features: np.ndarray) -> np.ndarray:
    """Columns of which nothing is known become constant: scikit-learn cannot bin them, and no tree will use them."""
    empty = np.all(np.isnan(features), axis=0)
    return np.where(empty, np.zeros((), dtype=features.dtype), features) if empty.any() else features


def _trees_of(grown: HistGradientBoostingRegressor, *, logarithmic: bool) -> Trees:
    # scikit-learn offers no way to store trees but pickle, which runs code when it is read; a test compares answers.
    each = [stage[0].nodes for stage in grown._predictors]
    root = np.cumsum([0, *(len(nodes) for nodes in each)])[:-1]
    columns: dict[str, list[np.ndarray]] = {name: [] for name in COLUMNS}
    for first, nodes in zip(root, each, strict=True):
        own, leaf = first + np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
        for name in COLUMNS:
            values = nodes[name]
            columns[name].append(np.where(leaf, own, first + values) if name in ("left", "right") else values)
    return Trees(
        baseline=float(np.ravel(grown._baseline_prediction)[0]),
        logarithmic=logarithmic,
        root=root,
        nodes={name: _compact(name, np.concatenate(values)) for name, values in columns.items()},
        grown=grown,
    )


def _compact(name: str, values: np.ndarray) -> np.ndarray:
    kinds = {"value": np.float64, "num_threshold": np.float64, "missing_go_to_left": np.uint8, "is_leaf": np.uint8}
    return values.astype(kinds.get(name, np.int32))
