"""Boosted decision trees, read from a data file and evaluated with numpy.

A file ``glucotwin-trees/1`` is JSON: the names of the features, the constant, and the trees, each as equally long lists
over its nodes: feature (-1 at a leaf), threshold, left and right node, and the value that a leaf adds to the log-odds.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from glucotwin.metrics.array import BoolArray, FloatArray, IntArray

SCHEMA: Final = "glucotwin-trees/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One tree: at a node, go left where the feature is at most the threshold.

    Attributes:
        feature: index of the feature, -1 at a leaf, ``(nodes,)``.
        threshold, value: what a node compares with, and what a leaf adds, ``(nodes,)``.
        left, right: the next node, ``(nodes,)``.
    """

    feature: IntArray
    threshold: FloatArray
    left: IntArray
    right: IntArray
    value: FloatArray

    def values(self, rows: FloatArray) -> FloatArray:
        """What it adds to the log-odds of each row of ``(rows, features)``."""
        result = np.empty(len(rows))
        waiting = [(0, np.arange(len(rows)))]
        while waiting:
            node, which = waiting.pop()
            if self.feature[node] < 0:
                result[which] = self.value[node]
                continue
            goes_left = rows[which, self.feature[node]] <= self.threshold[node]
            waiting += [(int(self.left[node]), which[goes_left]), (int(self.right[node]), which[~goes_left])]
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees whose values add up to log-odds.

    Attributes:
        names: the features, in the order of a row.
        constant: log-odds without any tree.
        trees: the trees.
    """

    names: tuple[str, ...]
    constant: float
    trees: tuple[Tree, ...]

    def probability(self, features: Mapping[str, FloatArray], wanted: BoolArray) -> FloatArray:
        """The probability at each step, ``(steps,)``; zero where it is not wanted."""
        rows = np.column_stack([features[name][wanted] for name in self.names])
        odds = self.constant + sum(tree.values(rows) for tree in self.trees)
        result = np.zeros(wanted.size)
        result[wanted] = 1.0 / (1.0 + np.exp(-np.asarray(odds)))
        return result


@lru_cache(maxsize=8)
def read_forest(name: str) -> Forest:
    """A forest that is part of the package, by the name of its file."""
    data = json.loads(files("glucotwin.ingest.detect").joinpath(name).read_text(encoding="utf-8"))
    if data["schema"] != SCHEMA:
        message = f"{name} is no {SCHEMA}"
        raise ValueError(message)
    return Forest(
        names=tuple(data["features"]),
        constant=float(data["constant"]),
        trees=tuple(
            Tree(
                feature=np.asarray(tree["feature"], dtype=np.int64),
                threshold=np.asarray(tree["threshold"], dtype=np.float64),
                left=np.asarray(tree["left"], dtype=np.int64),
                right=np.asarray(tree["right"], dtype=np.int64),
                value=np.asarray(tree["value"], dtype=np.float64),
            )
            for tree in data["trees"]
        ),
    )
