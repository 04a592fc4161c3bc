"""Time of a fit, and of what it asks for most: by the closed form beside the Runge-Kutta steps that it stands for.

    uv run python benchmarks/speed/fit.py TIMELINE [--days 14] [--holdout-days 7] [--repeats 10]

Both ways in one process, alternating; least processor time of several calls after one that compiles.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array
from glucotwin.core.progress import silent
from glucotwin.core.runtime import configure_jax
from glucotwin.domain.archive import load_timeline
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.fit import WARM_UP_MIN, fit_twin, model_of
from glucotwin.twin.grid import grid_data
from glucotwin.twin.mode import find_mode
from glucotwin.twin.objective import (
    DayBatch,
    Evaluated,
    day_batch,
    evaluate,
    filled_up,
    negative_log_likelihood,
    predictions,
    scoring,
)
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.twin import Twin
from glucotwin.workflows.fit import FitPeriod, fit_window

WAYS = {"closed form": False, "Runge-Kutta steps": True}


@eqx.filter_jit
def reverse_gradient(model: PersonalModel, point: Array, batch: DayBatch, *, stepwise: bool) -> Array:
    """The gradient as samplers ask for it."""
    kinds, weights = scoring(batch)
    return jax.grad(
        lambda one: negative_log_likelihood(predictions(model, one, batch, stepwise=stepwise), kinds, weights)
    )(point)


def processor_s(call: Callable[[], object]) -> float:
    """Processor seconds of a call."""
    start = time.process_time()
    jax.block_until_ready(call())
    return time.process_time() - start


def alternating(calls: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """For each way: seconds of the call that compiles, and least milliseconds of those after it; and their ratio."""
    first = {name: processor_s(call) for name, call in calls.items()}
    timed = {name: 1e3 * min(processor_s(call) for _ in range(repeats)) for name, call in calls.items()}
    answer = {f"{name}, first call, s": value for name, value in first.items()}
    answer |= {f"{name}, ms": value for name, value in timed.items()}
    return answer | {"ratio": timed["Runge-Kutta steps"] / timed["closed form"]}


def difference(twin: Twin, one: Evaluated, other: Evaluated) -> float:
    """How far apart the two ways' modes are to first order."""
    steps = [np.linalg.solve(np.asarray(each.information), np.asarray(each.gradient)) for each in (one, other)]
    return float(np.max(np.abs(steps[0] - steps[1]) / np.sqrt(np.diag(twin.posterior.covariance))))


def days_of(twin: Twin, timeline: Timeline) -> DayBatch:
    """The days that a twin was fitted to."""
    window = Window(start=twin.window.start - timedelta(minutes=WARM_UP_MIN), end=twin.window.end)
    batch = filled_up(day_batch(grid_data(timeline, window, usual_basal_u_per_min=twin.basal_u_per_min)))
    return jax.tree.map(jnp.asarray, batch)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("timeline", type=Path)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--holdout-days", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=10)
    arguments = parser.parse_args()
    configure_jax()
    timeline = load_timeline(arguments.timeline)
    window = fit_window(timeline, FitPeriod(days=arguments.days, holdout_days=arguments.holdout_days))
    whole = {"first fit of the process": processor_s(lambda: fit_twin(timeline, window=window).posterior.mean)}
    whole["second fit"] = processor_s(lambda: fit_twin(timeline, window=window).posterior.mean)
    twin = fit_twin(timeline, window=window)
    model, batch, point = model_of(twin), days_of(twin, timeline), jnp.asarray(twin.posterior.mean)
    whole["of that the mode"] = processor_s(lambda: find_mode(model, batch, silent).point)
    values = {name: partial(evaluate, model, point, batch, stepwise=stepwise) for name, stepwise in WAYS.items()}
    slopes = {
        name: partial(reverse_gradient, model, point, batch, stepwise=stepwise) for name, stepwise in WAYS.items()
    }
    answer = {
        "days": batch.first_guess_mgdl.size,
        "fit, processor s": whole,
        "value and slopes": alternating(values, arguments.repeats),
        "reverse gradient": alternating(slopes, arguments.repeats),
        "Newton steps differ by, posterior SDs": difference(twin, *(call() for call in values.values())),
    }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
