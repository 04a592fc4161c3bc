"""Illness, lost sleep, stress and the cycle."""

from functools import cache

import numpy as np

from glucotwin.domain.condition import ConditionKind
from measure.protocol import MMOLL, basal_inputs, clamp, dosed, given, level, people, pulse, run
from measure.registry import MEASUREMENTS, measures


@cache
def hyperinsulinaemic(kind: str, severity: float, *, hours_before: int) -> float:
    """Glucose infusion at the end of a clamp with 2.5 times basal insulin, after hours in a condition."""
    group = people()
    before, minutes = hours_before * 60, hours_before * 60 + 300
    inputs = [
        given(
            basal_inputs(one, minutes, factor=np.r_[np.ones(before), np.full(300, 2.5)]),
            condition_level={kind: level(minutes, 0, minutes, severity)},
        )
        for one in group.subjects
    ]
    return float(clamp(group, inputs, target_mgdl=95.0)["infusion_mg_per_kg_per_min"][:, -60:].mean())


def ratio(kind: ConditionKind, hours: int) -> float:
    """Glucose infusion with a condition against without."""
    return hyperinsulinaemic(str(kind), 1.0, hours_before=hours) / hyperinsulinaemic(str(kind), 0.0, hours_before=hours)


MEASUREMENTS["sleep-gir-ratio"] = lambda: ratio(ConditionKind.SLEEP_LOSS, 8)
MEASUREMENTS["illness-si"] = lambda: 100.0 * (ratio(ConditionKind.ILLNESS, 48) - 1.0)
MEASUREMENTS["cycle-si-luteal"] = lambda: 100.0 * (ratio(ConditionKind.LUTEAL_PHASE, 24 * 7) - 1.0)


@measures("stress-fasting-effect")
def fasting_stress_mmoll() -> float:
    """Change of fasting glucose in two hours with half an hour of stress."""
    group = people()
    inputs = [given(basal_inputs(one, 180), condition_level={"stress": level(180, 30, 60)}) for one in group.subjects]
    course = run(group, inputs)["glucose_mgdl"]
    return float((course[:, 150] - course[:, 30]).mean()) / MMOLL


@measures("stress-postmeal-delay")
def stress_delay_min() -> float:
    """How much later glucose falls back to 20 mg/dL above its start when stress comes 75 min after a meal."""
    group = people()

    def falls(severity: float) -> int:
        inputs = [
            given(
                dosed(basal_inputs(one, 480), "rapid", {60: 50.0 / (one.carb_ratio_g_per_u or 10.0)}),
                carbs_g_per_min=pulse(480, 60, 15, 50.0),
                condition_level={"stress": level(480, 135, 165, severity)},
            )
            for one in group.subjects
        ]
        course = run(group, inputs)["glucose_mgdl"].mean(axis=0)
        top = int(course.argmax())
        return top + int(np.argmax(course[top:] < course[60] + 20.0))

    return float(falls(1.0) - falls(0.0))
