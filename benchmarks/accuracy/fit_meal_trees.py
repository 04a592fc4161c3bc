"""Fits the trees that tell unannounced meals and writes them into the package.

    uv run python benchmarks/accuracy/fit_meal_trees.py [--azt1d DIR] [--only NAME]

Odd-numbered virtual people (``lived_record.py``) of the seeds 1 to 5 and 11 to 16 with typical lives and 1 to 4 with
careless ones; ``detect.py`` reports on even-numbered ones of other seeds. The trees for records without any log are
also fitted to every second person of AZT1D (with the odd places in the order of their names), all meals hidden: virtual
people dose their meals less like real ones. A step counts when a meal of 30 g or more began within a quarter of an hour
of it (for alarms: 15 to 55 min before it); steps of smaller unlogged food count little.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import numpy as np
from detect import MEAL_G, NEUTRAL_G, azt1d, hidden
from lived_record import LivedRecord, lived_records
from sklearn.ensemble import HistGradientBoostingClassifier

import glucotwin.ingest.detect.tree as package
from glucotwin.core.random import root_key, stream_key
from glucotwin.ingest.detect.compression_low import find_compression_lows, without_compression
from glucotwin.ingest.detect.meal_alarm import ALARM_TREES, alarmed, known_features
from glucotwin.ingest.detect.meal_feature import meal_features
from glucotwin.ingest.detect.meal_search import LOGGED_TREES, UNLOGGED_TREES, judged
from glucotwin.ingest.detect.response import response_of
from glucotwin.ingest.detect.sensor_grid import STEP_MIN, SensorGrid, sensor_grid

TYPICAL_SEEDS, CARELESS_SEEDS = (1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 16), (1, 2, 3, 4)
KEPT = 0.15
"""Of the steps without a meal, so many are kept, and count for the others."""
TREES, RATE, LEAVES, FEWEST, RIDGE = 100, 0.1, 12, 200, 5.0
REAL_WEIGHT = 2.0
LEFT_OUT = ("insulin on board", "carbs on board", "pushed -180 min", "pushed -120 min", "glucose -180 min")
"""Not looked at in records with a log: virtual people forget whole meals far from their last dose, real ones snack."""

Rows = tuple[list[str], np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--azt1d", type=Path)
    parser.add_argument("--only", choices=(LOGGED_TREES, UNLOGGED_TREES, ALARM_TREES))
    arguments = parser.parse_args()
    records = list(people())
    logged = [record for record, _ in records]
    unlogged = [record.without_log(eaten) for record, eaten in records]
    some = azt1d(arguments.azt1d)[0::2] if arguments.azt1d else []
    real = [hidden(one, 1.0) for one in some]
    for name, rows in (
        (LOGGED_TREES, lambda: [looking_back(one) for one in logged]),
        (UNLOGGED_TREES, lambda: [looking_back(one) for one in unlogged[::2]] + [real_rows(one) for one in real]),
        (ALARM_TREES, lambda: [as_it_happens(one) for one in logged]),
    ):
        if arguments.only in (None, name):
            write(name, rows)


def people() -> Iterator[tuple[LivedRecord, tuple]]:
    for profile, seeds in (("typical", TYPICAL_SEEDS), ("careless", CARELESS_SEEDS)):
        for seed in seeds:
            yield from lived_records(seed, odd=True, profile=profile)


def looking_back(record: LivedRecord) -> Rows:
    grid = sensor_grid(record.timeline)
    glucose = without_compression(grid, find_compression_lows(record.timeline))
    response = response_of(record.timeline, grid, glucose)
    features = meal_features(record.timeline, grid, glucose, response, ahead=True)
    return sampled(record, features, *labels(record, grid, judged(grid), (-15.0, 15.0), (-50.0, 90.0)))


def real_rows(record: LivedRecord) -> Rows:
    names, rows, truth, weight = looking_back(record)
    return names, rows, truth, REAL_WEIGHT * weight


def as_it_happens(record: LivedRecord) -> Rows:
    grid = sensor_grid(record.timeline)
    days = [features for _, features in known_features(record.timeline, grid)]
    features = {name: np.concatenate([day[name] for day in days]) for name in days[0]}
    return sampled(record, features, *labels(record, grid, alarmed(grid), (15.0, 55.0), (0.0, 120.0)))


def labels(
    record: LivedRecord, grid: SensorGrid, counts: np.ndarray, meal: tuple[float, float], around: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether a step belongs to an unlogged meal, and how much it counts; neither within the minutes around one."""
    truth, weight = np.zeros(grid.steps), counts.astype(np.float64)
    for time, grams in record.unlogged:
        since = np.arange(grid.steps) * STEP_MIN - (time - grid.start).total_seconds() / 60.0
        if grams >= MEAL_G:
            weight[(since >= around[0]) & (since < around[1]) & (truth == 0.0)] = 0.0
            own = (since >= meal[0]) & (since <= meal[1])
            truth[own], weight[own] = 1.0, counts[own]
        elif grams >= NEUTRAL_G:
            weight[(since >= meal[0] - 15.0) & (since <= meal[1] + 15.0) & (truth == 0.0)] *= 0.3
    return truth, weight


def sampled(record: LivedRecord, features: dict, truth: np.ndarray, weight: np.ndarray) -> Rows:
    key = stream_key(root_key(2), subject=record.timeline.person.person_id, stream="sampled-steps")
    drawn = np.asarray(jax.random.uniform(key, (truth.size,))) < KEPT
    kept = (weight > 0.0) & ((truth > 0.0) | drawn)
    rows = np.column_stack([values[kept] for values in features.values()]).astype(np.float32)
    return list(features), rows, truth[kept], np.where(truth > 0.0, weight, weight / KEPT)[kept]


def write(name: str, make: Callable[[], list[Rows]]) -> None:
    parts = make()
    names = parts[0][0]
    rows, truth, weight = (np.concatenate([part[k] for part in parts]) for k in (1, 2, 3))
    if name == LOGGED_TREES:
        kept = [index for index, one in enumerate(names) if one not in LEFT_OUT]
        names, rows = [names[index] for index in kept], rows[:, kept]
    model = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=FEWEST,
        l2_regularization=RIDGE,
        max_features=0.3,
        early_stopping=False,
        random_state=0,
    ).fit(rows, truth, sample_weight=weight)
    trees = [tree_json(predictor[0].nodes) for predictor in model._predictors]
    data = {
        "schema": package.SCHEMA,
        "features": names,
        "constant": float(model._baseline_prediction[0, 0]),
        "trees": trees,
    }
    path = Path(package.__file__).with_name(name)
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(rows)} steps, {int(truth.sum())} of meals, {path.stat().st_size} bytes", file=sys.stderr)


def tree_json(nodes: np.ndarray) -> dict[str, list]:
    leaf = nodes["is_leaf"].astype(bool)
    return {
        "feature": np.where(leaf, -1, nodes["feature_idx"]).astype(int).tolist(),
        "threshold": [float(f"{one:.6g}") for one in np.where(leaf, 0.0, nodes["num_threshold"])],
        "left": nodes["left"].astype(int).tolist(),
        "right": nodes["right"].astype(int).tolist(),
        "value": [float(f"{one:.5g}") for one in np.where(leaf, nodes["value"], 0.0)],
    }


if __name__ == "__main__":
    main()
