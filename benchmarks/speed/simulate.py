"""Throughput of open-loop simulation beside simglucose and beside a plain compiled loop, in one run.

Run: ``uv run python benchmarks/speed/simulate.py [--json] [--days 10000] [--without-peers]``.
"""

import argparse
import ctypes
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import jax
import numpy as np

from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.registry import make_body
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.trajectory import simulate

HERE = Path(__file__).parent
BODY = "padova-t1d-2008"
MEALS = ((420, 45), (720, 70), (960, 15), (1080, 80), (1380, 10))
MINUTES, STRIDE = 1440, 5
# Fields of the C structure, in its order, by the names of our parameters.
LOOP_PARAMETERS = [
    "subcutis.dissociation_per_min",
    "subcutis.injected_absorption_per_min",
    "subcutis.dissociated_absorption_per_min",
    "plasma_insulin.liver_to_plasma_per_min",
    "plasma_insulin.plasma_to_liver_per_min",
    "plasma_insulin.extraction_per_min",
    "plasma_insulin.clearance_per_min",
    "plasma_insulin.volume_l_per_kg",
    "plasma_insulin.basal_insulin_pmoll",
    "insulin_action.uptake_rate_per_min",
    "insulin_action.production_rate_per_min",
    "gut.emptying_max_per_min",
    "gut.emptying_min_per_min",
    "gut.absorption_per_min",
    "gut.falling_fraction",
    "gut.rising_fraction",
    "gut.bioavailability",
    "glucose.to_tissue_per_min",
    "glucose.to_plasma_per_min",
    "glucose.volume_dl_per_kg",
    "glucose.production_mg_per_kg_per_min",
    "glucose.production_glucose_effect_per_min",
    "glucose.production_insulin_effect",
    "glucose.independent_use_mg_per_kg_per_min",
    "glucose.uptake_max_mg_per_kg_per_min",
    "glucose.uptake_insulin_effect",
    "glucose.uptake_half_mg_per_kg",
    "glucose.excretion_per_min",
    "glucose.excretion_threshold_mg_per_kg",
    "interstitium.exchange_per_min",
    "glucose.weight_kg",
]


def day_of(subject: Subject, shift_min: int = 0) -> Inputs:
    """A day with five meals and boluses, all of them later by some minutes."""
    insulin, carbs = np.full(MINUTES, subject.basal_u_per_min), np.zeros(MINUTES)
    for minute, grams in MEALS:
        start = (minute + shift_min) % 1420
        carbs[start : start + grams // 5] = 5.0
        insulin[start] += grams / (subject.carb_ratio_g_per_u or 10.0)
    return constant_inputs(MINUTES, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def best_s(function: object, repeats: int) -> tuple[float, float]:
    """Least wall and CPU seconds of several calls, after one that compiles."""
    function()
    timed = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        function()
        timed.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(one[0] for one in timed), min(one[1] for one in timed)


def cohort_of(days: int, *, own_times: bool) -> tuple[Body, Inputs]:
    """Stacked bodies and inputs; with own times every subject eats at other minutes."""
    subjects = padova_t1d_2008_subjects()
    bodies = stack_bodies([make_body(BODY, subject=one.name) for one in subjects])
    rows = np.arange(days) % len(subjects)
    given = stack_inputs([day_of(one) for one in subjects])
    insulin = np.asarray(given.insulin_u_per_min["rapid"])[rows]
    tiled = jax.tree.map(lambda leaf: leaf if np.ndim(leaf) == 1 else np.asarray(leaf)[rows], given)
    if own_times:
        carbs = np.stack([np.roll(np.asarray(given.carbs_g_per_min), row % 300) for row in range(days)])
        rolled = np.stack([np.roll(insulin[row], row % 300) for row in range(days)])
        object.__setattr__(tiled, "carbs_g_per_min", carbs)
        object.__setattr__(tiled, "insulin_u_per_min", {"rapid": rolled})
    return jax.tree.map(lambda leaf: np.asarray(leaf)[rows], bodies), tiled


def time_glucotwin(days: int) -> dict[str, float]:
    """Seconds per subject-day for one subject, 100, and many with shared and with own meal times."""
    first = padova_t1d_2008_subjects()[0]
    body, inputs = make_body(BODY, subject=first.name), day_of(first)
    result = {"one_wall_s": best_s(lambda: jax.block_until_ready(simulate(body, inputs)), 15)[0]}
    for count, own_times, repeats in ((100, False, 5), (days, False, 2), (days, True, 1)):
        bodies, given = cohort_of(count, own_times=own_times)
        wall, cpu = best_s(lambda b=bodies, g=given: simulate_cohort(b, g, stride=STRIDE), repeats)
        name = f"{count}_{'own' if own_times else 'shared'}_times"
        result |= {f"{name}_wall_s_per_day": wall / count, f"{name}_cpu_s_per_day": cpu / count}
    return result


def time_loop() -> dict[str, float]:
    """CPU seconds per subject-day of the C loop on one core, and how far it is from ours."""
    if shutil.which("gcc") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "loop.so"
        command = ["gcc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"]
        subprocess.run([*command, str(HERE / "padova_loop.c"), "-o", str(library), "-lm"], check=True)
        day = ctypes.CDLL(str(library)).day
    subjects = padova_t1d_2008_subjects()
    bodies = [make_body(BODY, subject=one.name) for one in subjects]
    parameters = [np.array([float(body.parameters()[name]) for name in LOOP_PARAMETERS]) for body in bodies]
    starts = [start_of(body) for body in bodies]
    given = [day_of(one) for one in subjects]
    out = np.zeros((len(subjects), MINUTES + 1))

    def pointer(array: np.ndarray) -> ctypes.c_void_p:
        return ctypes.c_void_p(array.ctypes.data)

    def run() -> None:
        for row, inputs in enumerate(given):
            insulin, carbs = np.asarray(inputs.insulin_u_per_min["rapid"]), np.asarray(inputs.carbs_g_per_min)
            state = starts[row].copy()
            day(pointer(parameters[row]), pointer(state), pointer(insulin), pointer(carbs), MINUTES, pointer(out[row]))

    _, cpu = best_s(run, 5)
    ours = simulate_cohort(stack_bodies(bodies), stack_inputs(given)).outputs["glucose_mgdl"]
    return {"cpu_s_per_day": cpu / len(subjects), "max_difference_mgdl": float(np.max(np.abs(ours - out)))}


def start_of(body: Body) -> np.ndarray:
    """The resting state in the order of the C loop."""
    state = body.initial_state()
    glucose, insulin, action, depot = (
        state[name] for name in ("glucose", "plasma_insulin", "insulin_action", "subcutis")
    )
    values = (
        0.0, 0.0, 0.0, glucose.plasma_mg_per_kg, glucose.tissue_mg_per_kg, insulin.plasma_pmol_per_kg,
        action.uptake_action_pmoll, action.delayed_pmoll, action.production_action_pmoll, insulin.liver_pmol_per_kg,
        depot.injected_pmol_per_kg, depot.dissociated_pmol_per_kg, glucose.plasma_mg_per_kg,
    )  # fmt: skip
    return np.array([float(value) for value in values])


def time_simglucose() -> dict[str, float]:
    """Wall and CPU seconds of one subject-day with simglucose in an environment of its own."""
    script = HERE.parent / "peers" / "simglucose" / "run_day.py"
    packages = ["--with", "simglucose==0.2.11", "--with", "setuptools<81"]
    command = ["uv", "run", "--no-project", *packages, "python", str(script)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=10_000)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    figures = {"glucotwin": time_glucotwin(options.days), "c_loop_one_core": time_loop()}
    if not options.without_peers:
        figures["simglucose"] = time_simglucose()
        many = figures["glucotwin"][f"{options.days}_shared_times_wall_s_per_day"]
        figures["ratio"] = {"simglucose_cpu_over_cohort_wall": figures["simglucose"]["cpu_s"] / many}
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, values in figures.items():
        for key, value in values.items():
            print(f"{name:18s} {key:45s} {value:.3g}")


if __name__ == "__main__":
    main()
