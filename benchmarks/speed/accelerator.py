"""Simulation, filter and fit for many people at once, on processors and on an accelerator, side by side in one run.

Run: ``uv run python benchmarks/speed/accelerator.py [--json] [--people 30 1000 10000 100000] [--devices cpu gpu]``,
in an environment whose JAX knows the accelerator. Each device is measured in a process of its own, double precision
throughout, best of three calls (fewer where they take long), compiling told apart:

- subject-days per second of the ``padova-t1d`` body with all its modules: one day, meals at everybody's own times, from
  and to arrays on the host, as ``simulate_cohort`` runs it;
- milliseconds per person of one update of the online filter (32 draws of the posterior each, as in use);
- milliseconds per person of one evaluation of the fit's objective with slopes and information (14 days each), of one
  person, as a fit asks for it on each processor, and of many at once.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from simulate import day_of

from glucotwin.core.random import root_key
from glucotwin.core.runtime import configure_jax
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.registry import body_entry, body_of
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.twin.filter import VALUE, Readings
from glucotwin.twin.objective import HORIZON_STEPS, WARM_UP_STEPS, DayBatch, evaluate
from glucotwin.twin.online.step import ONLINE_DRAWS, Observation, Tracked, first_step, step
from glucotwin.twin.personal_model import PersonalModel, personal_model
from glucotwin.twin.state_space import STEP_MIN

BODY, STRIDE_MIN = "padova-t1d", 5
CALLS, ENOUGH_S = 3, 10.0
FILTER_PEOPLE, FIT_PEOPLE = (1, 1000, 10_000), (1, 200)
FIT_DAYS, DAY_STEPS = 14, WARM_UP_STEPS + 288 + int(HORIZON_STEPS[-1])


def timed(call: Callable[[], object]) -> dict[str, float]:
    """Seconds of the first call and the least of the following ones, by the clock and by the processors."""
    begin = time.perf_counter()
    jax.block_until_ready(call())
    first = time.perf_counter() - begin
    clock, processor = [], []
    while len(clock) < CALLS and sum(clock) < ENOUGH_S:
        begin, begin_cpu = time.perf_counter(), time.process_time()
        jax.block_until_ready(call())
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - begin_cpu)
    return {"first_s": first, "clock_s": min(clock), "processor_s": min(processor)}


def cohort(count: int) -> tuple[Body, Inputs]:
    """The published people again and again, everybody eating at times of their own."""
    subjects = body_entry(BODY).subjects()
    rows = np.arange(count) % len(subjects)
    bodies = jax.tree.map(lambda leaf: np.asarray(leaf)[rows], stack_bodies([body_of(BODY, one) for one in subjects]))
    given = stack_inputs([day_of(one) for one in subjects])

    def own(values: np.ndarray) -> np.ndarray:
        minutes = (np.arange(values.shape[1])[None] - 7 * np.arange(count)[:, None]) % values.shape[1]
        return np.asarray(values)[rows[:, None], minutes]

    insulin = {name: own(np.asarray(values)) for name, values in given.insulin_u_per_min.items()}
    carbs = own(np.broadcast_to(given.carbs_g_per_min, (len(subjects), given.minutes)))
    return bodies, replace(given, carbs_g_per_min=carbs, insulin_u_per_min=insulin)


def simulation(count: int) -> dict[str, float]:
    """Subject-days per second."""
    bodies, inputs = cohort(count)
    found = timed(lambda: simulate_cohort(bodies, inputs, stride=STRIDE_MIN).outputs)
    return found | {"subject_days_per_s": count / found["clock_s"]}


def family() -> PersonalModel:
    """An adult's."""
    return personal_model(weight_kg=70.0, daily_insulin_u=42.0, basal_u_per_min=1.0 / 60.0)


def updates(count: int, draws: int) -> dict[str, float]:
    """Milliseconds per person of one step of the filter."""
    model = family()
    points = 0.3 * jax.random.normal(root_key(0), (count, draws, model.typical.size))
    body, noise = jax.vmap(jax.vmap(model.build))(points)
    many = Tracked(body=body, noise=noise)
    inputs = constant_inputs(1, insulin_u_per_min=1.0 / 60.0).map(lambda values: jnp.asarray(values)[0])
    seen = Observation(inputs=inputs, readings=Readings(glucose_mgdl=jnp.asarray(140.0), kind=jnp.asarray(VALUE)))
    state, _ = eqx.filter_vmap(first_step, in_axes=(0, None))(many, seen)

    @eqx.filter_jit
    def update(tracked: Tracked, state: object) -> object:
        return eqx.filter_vmap(lambda one, now: step(one, now, seen)[0])(tracked, state)

    found = timed(lambda: update(many, state))
    return found | {"ms_per_person": 1e3 * found["clock_s"] / count}


def days() -> DayBatch:
    """Fourteen days with three meals each; readings by formula."""
    minutes = STEP_MIN * np.arange(DAY_STEPS)
    carbs, insulin = np.zeros((FIT_DAYS, DAY_STEPS)), np.full((FIT_DAYS, DAY_STEPS), 1.0 / 60.0)
    for day in range(FIT_DAYS):
        for place, grams in ((100 + day, 45.0), (170 - day, 60.0), (250, 70.0)):
            carbs[day, place] = grams / STEP_MIN
            insulin[day, place] += grams / 12.0 / STEP_MIN
    quiet = constant_inputs(DAY_STEPS).map(lambda values: jnp.broadcast_to(values, (FIT_DAYS, DAY_STEPS)))
    inputs = replace(quiet, carbs_g_per_min=jnp.asarray(carbs), insulin_u_per_min={"rapid": jnp.asarray(insulin)})
    level = jnp.asarray(np.broadcast_to(135.0 + 35.0 * np.sin(minutes / 229.0), carbs.shape))
    readings = Readings(glucose_mgdl=level, kind=jnp.full(carbs.shape, VALUE))
    return DayBatch(inputs=inputs, readings=readings, first_guess_mgdl=level[:, 0])


def objectives(count: int) -> dict[str, float]:
    """Milliseconds per person of one evaluation for people with days of their own."""
    model = family()
    points = 0.3 * jax.random.normal(root_key(0), (count, model.typical.size))
    batches = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (count, *leaf.shape)), days())

    @eqx.filter_jit
    def together(points: jax.Array, batches: DayBatch) -> object:
        one = jax.vmap(lambda point, batch: evaluate(model, point, batch))(points, batches)
        return one.value, one.gradient, one.information

    found = timed(lambda: together(points, batches))
    return found | {"ms_per_person": 1e3 * found["clock_s"] / count}


def measure(people: list[int]) -> None:
    """One device, a line of JSON for each figure."""
    configure_jax()
    tell("device", 0, {"name": jax.devices()[0].device_kind, "cores": os.cpu_count()})
    for count in people:
        tell("simulation", count, simulation(count))
    for count in FILTER_PEOPLE:
        tell("filter", count, updates(count, ONLINE_DRAWS))
    for count in FIT_PEOPLE:
        tell("fit", count, objectives(count))


def tell(what: str, count: int, values: dict[str, object] | dict[str, float]) -> None:
    """One figure."""
    print(json.dumps({"what": what, "people": count, **values}), flush=True)


def measured_on(device: str, people: list[int]) -> list[dict[str, object]]:
    """The figures of one device, from a fresh interpreter."""
    command = [sys.executable, __file__, "--cell", "--people", *map(str, people)]
    platform = "cuda" if device == "gpu" else device
    environment = os.environ | {"JAX_PLATFORMS": platform, "GLUCOTWIN_CACHE_DIR": "off"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        figures = []
        for line in child.stdout:
            figures.append({"on": device, **json.loads(line)})
            print(json.dumps(figures[-1]), file=sys.stderr, flush=True)
    return figures


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, nargs="+", default=[30, 1000, 10_000, 100_000])
    parser.add_argument("--devices", nargs="+", default=["cpu", "gpu"])
    parser.add_argument("--cell", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cell:
        measure(options.people)
        return
    figures = [one for device in options.devices for one in measured_on(device, options.people)]
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for one in figures:
        value = one.get("subject_days_per_s", one.get("ms_per_person", one.get("name")))
        print(f"{one['on']:4} {one['what']:10} {one['people']:7} {value}")


if __name__ == "__main__":
    main()
