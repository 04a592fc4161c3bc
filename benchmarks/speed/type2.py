"""How much faster the integrated glucose-insulin body is than the meal model with secretion, in one run.

Run: ``uv run python benchmarks/speed/type2.py [--people 512]``.
"""

import argparse
import json
import time

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.module.registry import TYPE2_MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import make_body
from glucotwin.simulate.cohort import simulate_cohort

MEALS = ((450, 50.0), (765, 70.0), (1140, 80.0))
REPEATS = 3


def seconds_per_day(body: Body, people: int) -> tuple[float, float]:
    """Processor seconds of the first call, and per person and day of the best later one."""
    carbs = np.zeros(MINUTES_PER_DAY)
    for at, grams in MEALS:
        carbs[at : at + 15] = grams / 15.0
    inputs, bodies = constant_inputs(MINUTES_PER_DAY, carbs_g_per_min=carbs), stack_bodies([body] * people)
    timed = []
    for _ in range(REPEATS + 1):
        before = time.process_time()
        simulate_cohort(bodies, inputs, stride=5)
        timed.append(time.process_time() - before)
    return timed[0], min(timed[1:]) / people


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=512)
    people = parser.parse_args().people
    bodies = {
        "igi": make_body("igi"),
        "padova-t2d without modules": make_body("padova-t2d", options=BodyOptions(without=frozenset(TYPE2_MODULES))),
        "padova-t2d": make_body("padova-t2d"),
    }
    found = {name: seconds_per_day(body, people) for name, body in bodies.items()}
    reference = found["igi"][1]
    for name, (first, each) in found.items():
        row = {"body": name, "first_s": round(first, 2), "us_per_day": round(1e6 * each, 1)}
        print(json.dumps({**row, "times_igi": round(each / reference, 2)}))


if __name__ == "__main__":
    main()
