"""Bodies and priors to fit, judged by forecasts of days that the fit did not see.

Each person's last days before 80 % of their record are fitted (most probable point), with every asked body and prior;
the rest is forecast from every reading 30, 60 and 120 min ahead by the fitted body alone, told nothing after the origin
but the usual basal rate. Shown are the means over people of the RMSE in mg/dL, of differences from the first row with a
90 % interval over people, and the processor time of a fit (compiling included in the first one).

    uv run python benchmarks/accuracy/fit_body.py TIMELINES --as minimal:independent --as minimal:population
        [--days 14] [--people N] [--odd | --even] [--json]

TIMELINES holds one timeline folder per person.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.progress import silent
from glucotwin.domain.archive import load_timeline
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import VALUE
from glucotwin.twin.fit import PriorChoice, fit_problem, latest_days
from glucotwin.twin.grid import grid_data
from glucotwin.twin.mode import find_mode
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.predictive import predict_from, usual_future

HORIZON_MIN = (30, 60, 120)
STEP_MIN = 5
TRAINED_FRACTION = 0.8
LONGEST_TEST_DAYS = 14.0
WARM_UP = timedelta(days=1)
NINETY_PERCENT_SCORE = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person with one body and prior."""

    person: str
    way: str
    rmse_mgdl: dict[int, float]
    persistence_mgdl: dict[int, float]
    objective: float
    iterations: int
    settled: bool
    processor_s: float


def judged(timeline: Timeline, way: str, days: int) -> Row:
    """Fits one person one way and forecasts the days that follow.

    Raises:
        FitError: the days cannot be fitted.
    """
    body, prior = way.split(":")
    whole = timeline.window(GlucoseReading)
    cut = whole.start + TRAINED_FRACTION * (whole.end - whole.start)
    window = latest_days(timeline.cut(Window(start=whole.start, end=cut)), days=days)
    started = time.process_time()
    prepared = fit_problem(timeline, window, body=body, prior=PriorChoice(prior))
    mode = find_mode(prepared.problem.model, prepared.problem.batch, silent)
    spent = time.process_time() - started
    end = min(whole.end, cut + timedelta(days=LONGEST_TEST_DAYS))
    found = forecast(timeline, Window(start=cut - WARM_UP, end=end), prepared.problem.model, mode.point)
    return Row(
        person=timeline.person.person_id,
        way=way,
        rmse_mgdl=found[0],
        persistence_mgdl=found[1],
        objective=float(mode.evaluated.value),
        iterations=mode.iterations,
        settled=mode.settled,
        processor_s=spent,
    )


def forecast(
    timeline: Timeline, window: Window, model: PersonalModel, point: np.ndarray
) -> tuple[dict[int, float], dict[int, float]]:
    """RMSE by horizon of the body's forecasts and of the last reading."""
    basal = float(model.basal_u_per_min)
    data = grid_data(timeline, window, usual_basal_u_per_min=basal)
    kind, glucose = np.asarray(data.readings.kind), np.asarray(data.readings.glucose_mgdl)
    longest = max(HORIZON_MIN) // STEP_MIN
    origins = np.arange(int(WARM_UP.total_seconds() / 60 / STEP_MIN), data.steps - longest)
    future = usual_future(data, extra_steps=longest, zone=timeline.person.zone, basal_u_per_min=basal)
    mean = np.asarray(
        predict_from(model, jnp.asarray(point)[None], data.inputs, data.readings, future, origins, longest).mean_mgdl
    )[0]
    ours, theirs = {}, {}
    for horizon in HORIZON_MIN:
        step = horizon // STEP_MIN
        both = (kind[origins] == VALUE) & (kind[origins + step] == VALUE)
        truth, last = glucose[origins + step][both], glucose[origins][both]
        ours[horizon] = float(np.sqrt(np.mean((mean[both, step - 1] - truth) ** 2)))
        theirs[horizon] = float(np.sqrt(np.mean((last - truth) ** 2)))
    return ours, theirs


def table(rows: Sequence[Row], ways: Sequence[str]) -> str:
    """Means over the people that every way could fit."""
    by_way = {way: {row.person: row for row in rows if row.way == way} for way in ways}
    people = [name for name in by_way[ways[0]] if all(name in found for found in by_way.values())]
    lines = [f"{len(people)} people", f"{'':34s}{'30':>8s}{'60':>8s}{'120':>8s}   processor s"]
    first = [by_way[ways[0]][name] for name in people]
    naive = [np.mean([row.persistence_mgdl[horizon] for row in first]) for horizon in HORIZON_MIN]
    lines.append(f"{'last reading stays':34s}" + "".join(f"{one:8.2f}" for one in naive))
    for way in ways:
        own = [by_way[way][name] for name in people]
        means = [np.mean([row.rmse_mgdl[horizon] for row in own]) for horizon in HORIZON_MIN]
        spent = np.median([row.processor_s for row in own])
        lines.append(f"{way:34s}" + "".join(f"{one:8.2f}" for one in means) + f"   {spent:8.1f}")
        if way != ways[0]:
            parts = []
            for horizon in HORIZON_MIN:
                change = np.array(
                    [a.rmse_mgdl[horizon] - b.rmse_mgdl[horizon] for a, b in zip(own, first, strict=True)]
                )
                error = NINETY_PERCENT_SCORE * change.std(ddof=1) / np.sqrt(len(change)) if len(change) > 1 else np.nan
                parts.append(f"{change.mean():+.2f} +- {error:.2f}")
            lines.append("   less the first row: " + ", ".join(parts))
    return "\n".join(lines)


def main() -> None:
    """Fits everybody in every asked way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timelines", type=Path)
    parser.add_argument("--as", dest="ways", action="append", required=True, metavar="BODY:PRIOR")
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--people", type=int, default=None)
    half = parser.add_mutually_exclusive_group()
    half.add_argument("--odd", action="store_true")
    half.add_argument("--even", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folders = sorted(asked.timelines.iterdir())
    folders = folders[0::2] if asked.odd else folders[1::2] if asked.even else folders
    rows: list[Row] = []
    for folder in folders[: asked.people]:
        timeline = load_timeline(folder)
        for way in asked.ways:
            try:
                rows.append(judged(timeline, way, asked.days))
            except GlucoTwinError as error:
                print(f"{folder.name} {way}: {error}", file=sys.stderr)
                continue
            row = rows[-1]
            numbers = " ".join(f"{value:.2f}" for value in row.rmse_mgdl.values())
            print(
                f"{row.person} {way}: {numbers}, {row.iterations} steps, settled {row.settled}, "
                f"{row.objective:.1f}, {row.processor_s:.1f} s",
                file=sys.stderr,
                flush=True,
            )
    if asked.json:
        print(json.dumps([{**{name: getattr(row, name) for name in Row.__dataclass_fields__}} for row in rows]))
    else:
        print(table(rows, asked.ways))


if __name__ == "__main__":
    main()
