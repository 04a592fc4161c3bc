"""Held-out forecasts of twins on a folder of AZT1D subjects, beside persistence.

Each person's twin is fitted to 14 days and scored on the days after them: chronological, targets measured and never
interpolated, nothing after an origin known (no meals, no boluses, the usual basal rate). Prints one row per person and
the means over persons; ``--json`` prints everything with each person's attributes.

    uv run python benchmarks/accuracy/forecast.py DIR [--json]
"""

import argparse
import json
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from glucotwin.core.error import GlucoTwinError
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.evaluate import evaluate_twin
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path
from glucotwin.twin.fit import fit_twin

HORIZONS = (30, 60, 120)
FIT_DAYS = 14
FIT_SHARE = 0.75


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for path in sorted(arguments.folder.rglob("*.csv")):
        name = path.stem.replace(" ", "-").lower()
        try:
            rows.append(score(import_path(path, ImportOptions(person_id=name)).timeline))
        except GlucoTwinError as error:
            print(f"{name}: left out: {error}", file=sys.stderr)
            continue
        print(line(rows[-1]), file=sys.stderr, flush=True)
    summary = summarise(rows)
    print(json.dumps({"people": rows, "mean": summary}, indent=1) if arguments.json else table(summary))


def score(timeline: Timeline) -> dict[str, Any]:
    """Fits one person's twin and scores it on the days after."""
    covered = timeline.window(BasalSegment)
    cut = covered.start + (covered.end - covered.start) * FIT_SHARE
    window = Window(start=max(covered.start, cut - timedelta(days=FIT_DAYS)), end=cut)
    started = time.perf_counter()
    twin = fit_twin(timeline, window=window)
    seconds = time.perf_counter() - started
    evaluation = evaluate_twin(twin, timeline, window=Window(start=cut, end=covered.end), horizons=HORIZONS)
    return evaluation.to_json() | {
        "fit_seconds": round(seconds, 2),
        "converged": twin.diagnostics.converged,
        "iterations": twin.diagnostics.iterations,
    }


def line(row: dict[str, Any]) -> str:
    parts = [
        f"{score['rmse_mgdl']:6.2f} / {score['rmse_persistence_mgdl']:6.2f} cov90 {score['coverage_90']:.2f}"
        for score in row["horizons"]
    ]
    return f"{row['person_id']:12s} fit {row['fit_seconds']:5.1f} s  " + "   ".join(parts)


def summarise(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Means over people, and on how many the twin beats persistence."""
    summary: dict[str, dict[str, float]] = {}
    for index, horizon in enumerate(HORIZONS):
        scores = [row["horizons"][index] for row in rows]
        names = ("rmse_mgdl", "rmse_persistence_mgdl", "mae_mgdl", "mae_persistence_mgdl", "coverage_50", "coverage_90")
        means = {name: round(float(np.mean([one[name] for one in scores])), 3) for name in names}
        lowest = round(min(one["coverage_90"] for one in scores), 3)
        summary[str(horizon)] = means | {
            "people": len(scores),
            "people_better_than_persistence": sum(one["beats_persistence"] for one in scores),
            "lowest_coverage_90": lowest,
        }
    return summary


def table(summary: dict[str, dict[str, float]]) -> str:
    head = "horizon  people  RMSE twin  RMSE persistence  MAE twin  MAE persistence  cover 50 %  cover 90 %  better on"
    body = [
        f"{horizon:>4} min  {row['people']:6.0f}  {row['rmse_mgdl']:9.2f}  {row['rmse_persistence_mgdl']:16.2f}"
        f"  {row['mae_mgdl']:8.2f}  {row['mae_persistence_mgdl']:15.2f}  {100 * row['coverage_50']:9.1f}%"
        f"  {100 * row['coverage_90']:9.1f}%  {row['people_better_than_persistence']:9.0f}"
        for horizon, row in summary.items()
    ]
    return "\n".join([head, *body])


if __name__ == "__main__":
    main()
