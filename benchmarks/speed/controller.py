"""Seconds per person-day of decisions of the dosing algorithms, beside a day of simglucose with its PID, in one run.

Readings are made up, doses are reported back as decided; there is no body, so this is an algorithm's own cost.
The figure of the original Loop, 4 to 6 ms a decision, is that of its recorded cases on another machine.

Run: ``uv run python benchmarks/speed/controller.py [--json] [--people 100] [--days 14] [--without-peers] [NAME ...]``.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import jax
import jax.numpy as jnp

from glucotwin.control.controller import DECISION_MIN, AnyController, Seen
from glucotwin.control.registry import CONTROLLERS, find_controller
from glucotwin.control.setting import SLOTS, TherapySetting
from glucotwin.core.random import root_key

HERE = Path(__file__).parent
MEALS = ((420.0, 45.0), (720.0, 70.0), (960.0, 15.0), (1080.0, 80.0), (1380.0, 10.0))
CALLED = ("oref0", "oref1")
"""Algorithms whose decisions are plain Python: one person for one day is enough."""


def settings(people: int) -> TherapySetting:
    """The same settings for everybody."""
    slots, scalar = jnp.ones((people, SLOTS)), jnp.ones(people)
    return TherapySetting(
        basal_u_per_h=1.0 * slots,
        carb_ratio_g_per_u=10.0 * slots,
        correction_factor_mgdl_per_u=45.0 * slots,
        target_mgdl=110.0 * slots,
        insulin_duration_min=360.0 * scalar,
        insulin_peak_min=75.0 * scalar,
        daily_insulin_u=45.0 * scalar,
        weight_kg=70.0 * scalar,
    )


def decide_for_days(controller: AnyController, setting: TherapySetting, key: jax.Array, days: int) -> jax.Array:
    """Insulin that one person is given by a run of decisions."""
    steps = jnp.arange(days * SLOTS, dtype=jnp.float64)
    noise = 5.0 * jax.random.normal(key, steps.shape)
    readings = 140.0 + 60.0 * jnp.sin(steps / 30.0) + noise

    def step(carry: tuple, now: tuple) -> tuple:
        (state, rate, bolus), (index, reading) = carry, now
        minute_of_day = DECISION_MIN * index % 1440.0
        carbs = sum(jnp.where(minute_of_day == at, grams, 0.0) for at, grams in MEALS)
        quiet = jnp.zeros(())
        seen = Seen(
            minute=DECISION_MIN * index,
            minute_of_day=minute_of_day,
            glucose_mgdl=reading,
            announced_carbs_g=carbs,
            delivered_basal_u=rate / 12.0,
            delivered_bolus_u=bolus,
            looks=quiet,
            exercise_announced=quiet,
            asleep=quiet,
        )
        state, decision = controller.step(state, seen)
        return (state, decision.rate_u_per_h, decision.bolus_u), decision.rate_u_per_h / 12.0 + decision.bolus_u

    start = (controller.initial_state(setting), jnp.zeros(()), jnp.zeros(()))
    return jnp.sum(jax.lax.scan(step, start, (steps, readings))[1])


def time_controller(name: str, people: int, days: int) -> dict[str, float]:
    """Wall and CPU seconds per person-day and per decision, without the compilation."""
    controller = find_controller(name)
    run = jax.jit(jax.vmap(lambda setting, key: decide_for_days(controller, setting, key, days)))
    keys = jax.random.split(root_key(0), people)
    began = time.perf_counter()
    compiled = run.lower(settings(people), keys).compile()
    compile_s = time.perf_counter() - began
    wall, cpu = time.perf_counter(), time.process_time()
    jax.block_until_ready(compiled(settings(people), keys))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    count = people * days
    return {
        "people": people,
        "days": days,
        "compile_s": compile_s,
        "wall_s": wall,
        "wall_s_per_day": wall / count,
        "cpu_s_per_day": cpu / count,
        "cpu_ms_per_decision": 1000.0 * cpu / count / SLOTS,
    }


def time_simglucose() -> dict[str, float]:
    """Seconds of one person-day with simglucose's PID, its body included, in an environment of its own."""
    script = HERE.parent / "peers" / "simglucose" / "run_pid.py"
    packages = ["--with", "simglucose==0.2.11", "--with", "setuptools<81"]
    command = ["uv", "run", "--no-project", *packages, "python", str(script)]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    for name in options.names or CONTROLLERS:
        is_called = name.startswith(CALLED)
        figures[name] = time_controller(name, *((1, 1) if is_called else (options.people, options.days)))
    if not options.without_peers:
        figures["simglucose-pid"] = time_simglucose()
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    for name, values in figures.items():
        for key, value in values.items():
            print(f"{name:18s} {key:22s} {value:.3g}")


if __name__ == "__main__":
    main()
