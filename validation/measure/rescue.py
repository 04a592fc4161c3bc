"""Rescue from lows: glucose by mouth, glucagon by nose or needle."""

from functools import cache

import numpy as np

from measure.protocol import MMOLL, basal_inputs, dosed, given, people, pulse, run
from measure.registry import MEASUREMENTS, measures

MINUTES = 360
GROUP_DOSE_U_PER_KG = 0.12


@cache
def lows() -> tuple[np.ndarray, np.ndarray]:
    """Insulin-induced lows of ten adults without rescue, and the minute at which each has reached 50 mg/dL."""
    group = people()
    chosen = np.zeros(len(group.subjects))
    for dose in np.geomspace(0.02, 0.5, 14):
        course = run(group, _inputs(np.full(len(group.subjects), dose)), start_mgdl=100.0)["glucose_mgdl"]
        reaches = course.min(axis=1) <= 50.0
        chosen = np.where((chosen == 0.0) & reaches, dose, chosen)
    course = run(group, _inputs(chosen), start_mgdl=100.0)["glucose_mgdl"]
    return chosen, np.argmax(course <= 50.0, axis=1)


def _inputs(dose_u_per_kg: np.ndarray) -> list:
    group = people()
    return [
        dosed(basal_inputs(one, MINUTES), "rapid", {0: dose * one.weight_kg})
        for one, dose in zip(group.subjects, dose_u_per_kg, strict=True)
    ]


@cache
def rescued(kind: str, amount: float) -> np.ndarray:
    """Glucose from the minute of rescue at 50 mg/dL on, ``(people, 91)``."""
    group = people()
    doses, minutes = lows()
    inputs = []
    for one, minute in zip(_inputs(doses), minutes, strict=True):
        if kind == "oral":
            eaten = pulse(MINUTES, int(minute), 1, amount)
            inputs.append(given(one, carbs_g_per_min=eaten, liquid_carbs_g_per_min=eaten))
        else:
            inputs.append(given(one, medication_mg_per_min={kind: pulse(MINUTES, int(minute), 1, amount)}))
    course = run(group, inputs, start_mgdl=100.0)["glucose_mgdl"]
    return np.stack([row[minute : minute + 91] for row, minute in zip(course, minutes, strict=True)])


def minutes_to_success(course: np.ndarray) -> np.ndarray:
    """Minutes until 70 mg/dL or 20 mg/dL above the lowest value so far."""
    lowest = np.minimum.accumulate(course, axis=1)
    return np.argmax((course >= 70.0) | (course >= lowest + 20.0), axis=1)


MEASUREMENTS["nasal-glucagon-time"] = lambda: float(minutes_to_success(rescued("glucagon-nasal", 3.0)).mean())
MEASUREMENTS["im-glucagon-time"] = lambda: float(minutes_to_success(rescued("glucagon", 1.0)).mean())
MEASUREMENTS["nasal-glucagon-bgmax"] = lambda: float(rescued("glucagon-nasal", 3.0).max(axis=1).mean())
MEASUREMENTS["im-glucagon-bgmax"] = lambda: float(rescued("glucagon", 1.0).max(axis=1).mean())


@measures("nasal-glucagon-success")
def nasal_success_pct() -> float:
    """Share rescued within 30 min."""
    course = rescued("glucagon-nasal", 3.0)[:, :31]
    return float(100.0 * np.mean((course.max(axis=1) >= 70.0) | (minutes_to_success(course) > 0)))


def rise_after_min(grams: float, minutes: int) -> float:
    """Change of glucose so many minutes after glucose by mouth."""
    course = rescued("oral", grams)
    return float((course[:, minutes] - course[:, 0]).mean())


MEASUREMENTS["oral-16g-15min-b"] = lambda: rise_after_min(16.0, 15) / MMOLL
MEASUREMENTS["oral-32g-15min-a"] = lambda: rise_after_min(32.0, 15) / MMOLL
MEASUREMENTS["oral-20g-peak"] = lambda: float((rescued("oral", 20.0).max(axis=1) - rescued("oral", 20.0)[:, 0]).mean())
