"""The filter that keeps a twin in step, beside alternatives on the same body, readings and origins.

For every person's days after the fit: the extended Kalman filter of ``glucotwin.twin.filter``, an unscented one, an
ensemble one, and one that lets insulin sensitivity wander. Scored are standardised one-step residuals (SD near 1 and
90 % within 1.645 when calibrated), open-loop forecasts 30 and 60 min ahead from every reading (nothing known after the
origin; bands as the filter says, not recalibrated), and the time of one update. With ``--faults`` also: how far faults
put into the readings (stuck, spikes, pressure, gaps) move the state and its forecasts, with and without the guard.

    uv run python benchmarks/accuracy/online.py TIMELINES TWINS [--people N] [--faults] [--json]

TIMELINES holds one timeline folder per person, TWINS ``NAME.twin.json`` fitted to earlier days.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import PyTree
from online_filter import METHODS, Method

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.archive import load_timeline
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Window
from glucotwin.twin.archive import load_twin
from glucotwin.twin.filter import (
    NO_READING,
    VALUE,
    Readings,
)
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.online.step import Observation, first_step, next_steps, track_points
from glucotwin.twin.predictive import usual_future
from glucotwin.twin.twin import Twin

HORIZON_STEPS = (6, 12)
WARM_UP_STEPS = 288


def held_out(twin: Twin, folder: Path) -> GriddedData:
    """The day before the end of the fit, and everything after it."""
    timeline = load_timeline(folder)
    end = timeline.window(GlucoseReading).end
    window = Window(start=twin.window.end - timedelta(days=1), end=end)
    return grid_data(timeline, window, usual_basal_u_per_min=twin.basal_u_per_min)


def run(method: Method, data: GriddedData, future: Inputs) -> Callable[[], tuple[PyTree, PyTree, PyTree]]:
    """A compiled run: one-step expectations, then expectations at each horizon from every step."""
    longest = max(HORIZON_STEPS)
    steps = data.steps - longest
    inputs, readings = data.inputs.map(jnp.asarray), jax.tree.map(jnp.asarray, data.readings)
    assumed = future.map(jnp.asarray)
    first = jnp.asarray(data.readings.glucose_mgdl[int(np.argmax(data.readings.kind != NO_READING))])

    def one(belief: PyTree, now: tuple[Inputs, Readings]) -> PyTree:
        step_inputs, reading = now
        expected = method.expect(belief, step_inputs)
        updated = method.update(belief, step_inputs, reading)
        return method.ahead(updated, step_inputs), (expected, updated)

    def ahead(belief: PyTree, origin: jax.Array) -> PyTree:
        coming = assumed.map(lambda values: jax.lax.dynamic_slice_in_dim(values, origin, longest))

        def along(now: PyTree, step_inputs: Inputs) -> PyTree:
            after = method.ahead(now, step_inputs)
            return after, method.expect(after, step_inputs)

        mean, variance = jax.lax.scan(along, belief, coming)[1]
        index = np.array(HORIZON_STEPS) - 1
        return mean[index], variance[index]

    @jax.jit
    def filtered() -> PyTree:
        cut = (inputs.cut(0, steps), jax.tree.map(lambda values: values[:steps], readings))
        return jax.lax.scan(one, method.begin(first), cut)[1]

    @jax.jit
    def both() -> PyTree:
        expected, beliefs = filtered()
        far = jax.lax.map(lambda now: ahead(*now), (beliefs, jnp.arange(steps)), batch_size=64)
        return expected, far

    def call() -> tuple[PyTree, PyTree, PyTree]:
        answer = jax.block_until_ready(both())
        jax.block_until_ready(filtered())
        started = time.perf_counter()
        jax.block_until_ready(filtered())
        return *answer, (time.perf_counter() - started) / steps * 1e6

    return call


def scores(expected: PyTree, far: PyTree, data: GriddedData) -> dict[str, float]:
    """Standardised residuals and forecasts on the days after the warm-up."""
    glucose, kind = np.asarray(data.readings.glucose_mgdl), np.asarray(data.readings.kind)
    mean, variance = (np.asarray(values) for values in expected)
    steps = len(mean)
    known = (kind[:steps] == VALUE) & (np.arange(steps) >= WARM_UP_STEPS)
    score = (glucose[:steps] - mean)[known] / np.sqrt(variance[known])
    row = {
        "score_sd": float(np.std(score)),
        "score_within_90_pct": 100.0 * float(np.mean(np.abs(score) < 1.645)),
        "log_score": float(np.mean(0.5 * np.log(2 * np.pi * variance[known]) + 0.5 * score**2)),
    }
    for index, ahead in enumerate(HORIZON_STEPS):
        target = np.arange(steps) + ahead
        pairs = known & (kind[target] == VALUE)
        error = (np.asarray(far[0])[:, index] - glucose[target])[pairs]
        spread = np.sqrt(np.asarray(far[1])[:, index][pairs])
        row[f"rmse_{5 * ahead}"] = float(np.sqrt(np.mean(error**2)))
        row[f"coverage_90_{5 * ahead}"] = 100.0 * float(np.mean(np.abs(error) < 1.645 * spread))
    return row


def with_faults(data: GriddedData, name: str) -> tuple[GriddedData, np.ndarray]:
    """Readings with faults, one every eight hours in turn, and where each acts or did in the last hour."""
    glucose, kind = np.array(data.readings.glucose_mgdl), np.array(data.readings.kind)
    clock = np.asarray(data.inputs.minute_of_day)
    key = stream_key(root_key(1), subject=name, stream="faults")
    marks = np.full(data.steps, "", dtype=object)
    for number, begin in enumerate(range(WARM_UP_STEPS, data.steps - 60, 96)):
        at = begin + int(jax.random.randint(jax.random.fold_in(key, number), (), 0, 40))
        night = np.flatnonzero((clock[begin : begin + 60] < 360.0) | (clock[begin : begin + 60] >= 1410.0))
        fault = ("stuck", "spike", "gap")[number % 3]
        if night.size > 30:
            fault, at = "pressure", begin + int(night[10])
        last = at + {"stuck": 24, "spike": 1, "gap": 24, "pressure": 8}[fault]
        if not np.all(kind[at:last] == VALUE):
            continue
        if fault == "stuck":
            glucose[at:last] = glucose[at]
        elif fault == "spike":
            glucose[at] = glucose[at] + (60.0 if number % 2 else -60.0)
        elif fault == "gap":
            kind[at:last] = NO_READING
        else:
            glucose[at:last] = glucose[at:last] - 35.0 * np.array([0.6, 1, 1, 1, 1, 1, 0.8, 0.5])
        marks[at : last + 12] = fault
    glucose = np.clip(glucose, 40.0, 400.0)
    return (
        GriddedData(
            start=data.start,
            inputs=data.inputs,
            readings=Readings(glucose_mgdl=glucose, kind=kind),
            basal_known=data.basal_known,
        ),
        marks,
    )


def guarded(twin: Twin, data: GriddedData, *, guard: bool) -> PyTree:
    """What every step of the online filter says at the posterior's middle."""
    tracked = track_points(twin, jnp.asarray(twin.posterior.mean)[None], guard=guard)

    def at(first: int, last: int) -> Observation:
        return Observation(
            inputs=data.inputs.map(lambda values: jnp.asarray(values)[first:last]),
            readings=jax.tree.map(lambda values: jnp.asarray(values)[first + 1 : last + 1], data.readings),
        )

    start = jax.tree.map(lambda values: values[0], at(0, 1))
    start = Observation(start.inputs, jax.tree.map(lambda values: jnp.asarray(values)[0], data.readings))
    state, _ = first_step(tracked, start)
    return next_steps(tracked, state, at(0, data.steps - 1))[1]


def fault_scores(twin: Twin, data: GriddedData, name: str) -> dict[str, object]:
    """RMS distance in mg/dL of the faulted state from the state without faults, and the same without guard."""
    damaged, marks = with_faults(data, name)
    clean, told = guarded(twin, data, guard=False), guarded(twin, damaged, guard=True)
    naive, quiet = guarded(twin, damaged, guard=False), guarded(twin, data, guard=True)
    row: dict[str, object] = {}
    for fault in ("stuck", "spike", "pressure", "gap"):
        where = marks[1:] == fault
        if where.any():
            distance = [
                float(np.sqrt(np.mean((np.asarray(one.glucose_mgdl) - np.asarray(clean.glucose_mgdl))[where] ** 2)))
                for one in (told, naive)
            ]
            flux = [
                float(
                    np.sqrt(
                        np.mean((np.asarray(one.flux_mgdl_per_min) - np.asarray(clean.flux_mgdl_per_min))[where] ** 2)
                    )
                )
                for one in (told, naive)
            ]
            row[fault] = {
                "guard_mgdl": distance[0],
                "no_guard_mgdl": distance[1],
                "guard_flux": flux[0],
                "no_guard_flux": flux[1],
            }
    flags = np.asarray(quiet.fault)
    days = data.steps / 288.0
    row["flags_per_day_without_faults"] = {
        label: float(np.sum(flags == code) / days) for label, code in (("stuck", 1), ("jump", 2), ("pressure", 3))
    }
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timelines", type=Path)
    parser.add_argument("twins", type=Path)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    for file in sorted(arguments.twins.glob("*.twin.json"))[: arguments.people]:
        name = file.name.removesuffix(".twin.json")
        twin = load_twin(file)
        data = held_out(twin, arguments.timelines / name)
        future = usual_future(data, extra_steps=0, zone=twin.person.zone, basal_u_per_min=twin.basal_u_per_min)
        row: dict[str, object] = {"person_id": name, "attributes": dict(twin.person.attributes(twin.window.end.date()))}
        if arguments.faults:
            row["faults"] = fault_scores(twin, data, name)
        else:
            body, noise = model_of(twin).build(jnp.asarray(twin.posterior.mean))
            for label, make in METHODS.items():
                expected, far, micros = run(make(body, noise), data, future)()
                row[label] = scores(expected, far, data) | {"microseconds": micros}
        rows.append(row)
        print(json.dumps(row), file=sys.stderr, flush=True)
    print(json.dumps({"people": rows, "mean": mean_of(rows)}, indent=1))


def mean_of(rows: PyTree) -> PyTree:
    """Means over people, place by place."""
    first = rows[0]
    if isinstance(first, dict):
        keys = [key for key in first if key not in {"person_id", "attributes"}]
        return {key: mean_of([row[key] for row in rows if key in row]) for key in keys}
    return round(float(np.mean(rows)), 3)


if __name__ == "__main__":
    main()
