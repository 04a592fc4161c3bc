"""Subject-days per second of the 2008 and the full body for few and many people and days, beside peers, in one run.

Run: ``uv run python benchmarks/speed/cohort.py [--json] [--budget-s 60] [--without-peers] [--without-organs]``.

Everybody lives a `typical` life of their own: own meals, sleep, exercise, illness, as in ``glucotwin simulate
--cohort``, drawn and simulated in blocks of two days. A cell of the table is a process of its own, so that its memory
is its own; it stops at the first whole block after the budget and says what share it did. Rates leave compiling out.
An accelerator is used when JAX finds one.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import jax
import numpy as np
from simulate import time_loop, time_simglucose

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.module.registry import MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_entry, body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.workflows.cohort_run import CHUNK_PEOPLE
from glucotwin.workflows.day_plan import LivedDays

BODIES = ("padova-t1d-2008", "padova-t1d")
SUBJECTS, DAYS = (1, 100, 10_000), (1, 30, 180)
BLOCK_DAYS, STRIDE_MIN, LEAST_S = 2, 5, 3.0
PUBLISHED_CLUSTER_PER_S = 74_000.0
"""10^6 patients x 52 weeks in 82 min, C++ on a cluster (see docs/validation.md)."""


def people(count: int) -> tuple[Subject, ...]:
    """The published people, repeated under names of their own: the arithmetic is what it is for generated ones."""
    published = body_entry("padova-t1d").subjects()
    return tuple(replace(published[row % len(published)], name=f"adult#{row:05d}") for row in range(count))


def bodies_of(name: str, count: int, without: frozenset[str]) -> Body:
    """Their bodies, stacked."""
    options = BodyOptions(without=without if name == "padova-t1d" else frozenset())
    published = [body_of(name, one, options=options) for one in body_entry(name).subjects()]
    rows = np.arange(count) % len(published)
    return jax.tree.map(lambda leaf: np.asarray(leaf)[rows], stack_bodies(published))


def blocks_of(body: str, count: int, days: int, without: frozenset[str]) -> Iterator[tuple[Body, Inputs, bool]]:
    """Bodies, inputs, and whether a chunk of people begins, for ever: as the product runs a cohort."""
    circadian = body == "padova-t1d" and "circadian" not in without
    plan = LivedDays(profile="typical", days=days)
    subjects = people(count)
    while True:
        for first in range(0, count, CHUNK_PEOPLE):
            chunk = subjects[first : first + CHUNK_PEOPLE]
            stacked = bodies_of(body, len(chunk), without)
            lives = plan.blocks(chunk, plan.options(frozenset()), block_days=min(BLOCK_DAYS, days))
            for number, (inputs, _) in enumerate(lives):
                yield stacked, inputs if circadian else replace(inputs, parameter_factor={}), number == 0


def run_cell(body: str, count: int, days: int, budget_s: float, without: frozenset[str]) -> dict[str, float]:
    """Rates and memory of one cell: whole blocks until the budget is spent or everybody's days are done."""
    blocks = blocks_of(body, count, days, without)
    stacked, inputs, _ = next(blocks)
    clock = time.perf_counter()
    simulate_cohort(stacked, inputs, stride=STRIDE_MIN)
    first_s = time.perf_counter() - clock
    state, wall, cpu, drawing, done = None, 0.0, 0.0, 0.0, 0.0
    while wall + drawing < budget_s and (done < count * days or wall < LEAST_S):
        clock, processor = time.perf_counter(), time.process_time()
        result = simulate_cohort(stacked, inputs, state=state, stride=STRIDE_MIN)
        wall += time.perf_counter() - clock
        cpu += time.process_time() - processor
        done += len(result.outputs["glucose_mgdl"]) * inputs.minutes / MINUTES_PER_DAY
        clock = time.perf_counter()
        stacked, inputs, begins = next(blocks)
        drawing += time.perf_counter() - clock
        state = None if begins else result.final_state
    return {
        "subject_days": done,
        "share_done": min(1.0, done / (count * days)),
        "per_s": done / wall,
        "wall_ms_per_day": 1e3 * wall / done,
        "cpu_ms_per_day": 1e3 * cpu / done,
        "drawing_ms_per_day": 1e3 * drawing / done,
        "first_call_s": first_s,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def in_own_process(body: str, count: int, days: int, budget_s: float, without: frozenset[str]) -> dict[str, float]:
    """A cell, measured by a fresh interpreter."""
    cell = ["--cell", body, str(count), str(days), ",".join(sorted(without))]
    command = [sys.executable, __file__, *cell, "--budget-s", str(budget_s)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(finished.stdout.splitlines()[-1])


def organ_costs(budget_s: float) -> list[dict[str, object]]:
    """CPU time per subject-day as modules are added one by one; 256 people, two days."""
    names = list(MODULES)
    costs: list[dict[str, object]] = []
    for number in range(len(names) + 1):
        without = frozenset(names[number:])
        cell = in_own_process("padova-t1d", 256, 2, budget_s, without)
        added = names[number - 1] if number else "(none)"
        costs.append({"modules": number, "added": added, "cpu_ms_per_day": cell["cpu_ms_per_day"]})
    return costs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--budget-s", type=float, default=60.0)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--without-organs", action="store_true")
    parser.add_argument("--cell", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cell:
        body, count, days, without = options.cell
        modules = frozenset(filter(None, without.split(",")))
        print(json.dumps(run_cell(body, int(count), int(days), options.budget_s, modules)))
        return
    cells = [
        {
            "body": body,
            "subjects": count,
            "days": days,
            **in_own_process(body, count, days, options.budget_s, frozenset()),
        }
        for count in SUBJECTS
        for days in DAYS
        for body in BODIES
    ]
    figures: dict[str, object] = {"device": str(jax.devices()[0]), "published_cluster_per_s": PUBLISHED_CLUSTER_PER_S}
    figures["cells"] = cells
    if not options.without_organs:
        figures["organs"] = organ_costs(min(20.0, options.budget_s))
    if not options.without_peers:
        figures["c_loop_2008_one_core"] = time_loop()
        figures["simglucose_2008"] = time_simglucose()
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    _show(figures)


def _show(figures: dict[str, object]) -> None:
    print(figures["device"])
    print(
        f"{'body':16} {'people':>7} {'days':>5} {'days done':>9} {'per s':>9} {'cpu ms':>7} {'draw ms':>8} {'GiB':>5}"
    )
    cells: list[dict[str, float]] = figures["cells"]  # type: ignore[assignment]
    for one in cells:
        print(
            f"{one['body']:16} {one['subjects']:7d} {one['days']:5d} {one['share_done']:5.0%} {one['per_s']:7.0f} "
            f"{one['cpu_ms_per_day']:7.2f} {one['drawing_ms_per_day']:8.2f} {one['peak_gib']:5.2f}"
        )
    for plain, full in zip(cells[::2], cells[1::2], strict=True):
        ratio = full["cpu_ms_per_day"] / plain["cpu_ms_per_day"]
        print(f"{plain['subjects']} people, {plain['days']} days: full / 2008 by CPU time {ratio:.2f}")
    for one in figures.get("organs", []):  # type: ignore[attr-defined]
        print(f"{one['modules']:2d} modules, last {one['added']:18} {one['cpu_ms_per_day']:.3f} ms CPU per day")
    for name in ("c_loop_2008_one_core", "simglucose_2008"):
        print(name, figures.get(name, "left out"))


if __name__ == "__main__":
    main()
