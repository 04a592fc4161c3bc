"""What medicines do to the average person of ``padova-t2d`` within days, as a table of Markdown.

Run: ``uv run python validation/t2d_meal.py medicines``.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace

import equinox as eqx
import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of, find_subject
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs

BODY, DAYS, STRIDE_MIN = "padova-t2d", 8, 10
MEALS = ((450, 50.0), (765, 70.0), (1140, 80.0))
BREAKFAST, LUNCH, DINNER = (minute for minute, _ in MEALS)
ADAG_MGDL_PER_PCT = 28.7
"""Nathan 2008: what a percent of HbA1c is in mean glucose."""

SEMAGLUTIDE_LEVEL_MG = 1.36
"""Once in, it holds about the mean level of 1 mg a week over these days."""

Doses = Mapping[str, tuple[float, tuple[int, ...]]]
"""By medicine: mg, and the minutes of the day at which they are taken."""

ARMS: Mapping[str, Doses] = {
    "none": {},
    "metformin 2 g": {"metformin": (1000.0, (BREAKFAST, DINNER))},
    "metformin 1 g": {"metformin": (500.0, (BREAKFAST, DINNER))},
    "glimepiride 4 mg": {"glimepiride": (4.0, (BREAKFAST,))},
    "sitagliptin 100 mg": {"sitagliptin": (100.0, (BREAKFAST,))},
    "dapagliflozin 10 mg": {"dapagliflozin": (10.0, (BREAKFAST,))},
    "liraglutide 1.8 mg": {"liraglutide": (1.8, (BREAKFAST,))},
    "semaglutide 1 mg a week": {},
    "exenatide 2 x 10 µg": {"exenatide": (0.01, (BREAKFAST - 10, DINNER - 10))},
    "acarbose 3 x 100 mg": {"acarbose": (100.0, (BREAKFAST, LUNCH, DINNER))},
    "pioglitazone 45 mg": {"pioglitazone": (45.0, (BREAKFAST,))},
    "metformin 2 g, sitagliptin": {"metformin": (1000.0, (BREAKFAST, DINNER)), "sitagliptin": (100.0, (BREAKFAST,))},
    "metformin 2 g, dapagliflozin": {
        "metformin": (1000.0, (BREAKFAST, DINNER)),
        "dapagliflozin": (10.0, (BREAKFAST,)),
    },
}


def days_with(name: str, doses: Doses) -> Inputs:
    """Eight equal days of three meals and these doses."""
    minutes = DAYS * MINUTES_PER_DAY
    clock = np.arange(minutes) % MINUTES_PER_DAY
    carbs = np.zeros(minutes)
    for at, grams in MEALS:
        carbs += np.where((clock >= at) & (clock < at + 10), grams / 10.0, 0.0)
    rates = {medicine: np.where(np.isin(clock, at), mg, 0.0) for medicine, (mg, at) in doses.items()}
    if name.startswith("semaglutide"):
        rates["semaglutide"] = np.where(np.arange(minutes) == 0, SEMAGLUTIDE_LEVEL_MG, 0.0)
    inputs = constant_inputs(minutes, carbs_g_per_min=carbs)
    return eqx.tree_at(
        lambda one: one.medication_mg_per_min, inputs, rates, is_leaf=lambda node: isinstance(node, dict)
    )


def medicines() -> str:
    """The table of medicines."""
    subject = find_subject(BODY)
    quick = replace(subject, values={**subject.values, "pioglitazone.response_per_day": 1.0})
    bodies = stack_bodies([body_of(BODY, quick)] * len(ARMS))
    given = stack_inputs([days_with(name, doses) for name, doses in ARMS.items()])
    outputs = ("glucose_mgdl", "excretion_mg_per_kg_per_min")
    run = simulate_cohort(bodies, given, outputs=outputs, stride=STRIDE_MIN)
    last = -MINUTES_PER_DAY // STRIDE_MIN - 1
    glucose, lost = (run.outputs[name][:, last:-1] for name in outputs)
    breakfast = BREAKFAST // STRIDE_MIN
    columns = {
        "mean": glucose.mean(axis=1),
        "fasting": glucose[:, breakfast],
        "peak of breakfast": glucose[:, breakfast : LUNCH // STRIDE_MIN].max(axis=1),
        "lowest": glucose.min(axis=1),
        "glucose in urine, g": lost.mean(axis=1) * MINUTES_PER_DAY * subject.weight_kg / 1000.0,
        "HbA1c, % (ADAG)": (glucose.mean(axis=1) - glucose[0].mean()) / ADAG_MGDL_PER_PCT,
    }
    lines = [f"| taken | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for row, name in enumerate(ARMS):
        cells = [f"{values[row]:+.2f}" if "HbA1c" in what else f"{values[row]:.0f}" for what, values in columns.items()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


TABLES = {"medicines": medicines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=list(TABLES))
    print(TABLES[parser.parse_args().table]())


if __name__ == "__main__":
    main()
