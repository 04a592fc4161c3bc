"""An evening's wine: blood alcohol, glucose production, and the morning after."""

from functools import cache

import numpy as np

from measure.protocol import MMOLL, basal_inputs, dosed, given, people, pulse, run
from measure.registry import measures

G_PER_L_PER_MMOLL = 0.04607
MINUTES, DRINKING, BREAKFAST = 15 * 60, 0, 11 * 60


@cache
def evening(g_per_kg: float) -> dict[str, np.ndarray]:
    """From 21:00 to noon after wine over 90 min: basal insulin, breakfast of 60 g at 08:00 with its bolus."""
    group = people()
    inputs = [
        given(
            dosed(
                basal_inputs(one, MINUTES, start_hour=21), "rapid", {BREAKFAST: 60.0 / (one.carb_ratio_g_per_u or 10.0)}
            ),
            alcohol_g_per_min=pulse(MINUTES, DRINKING, 90, g_per_kg * one.weight_kg),
            carbs_g_per_min=pulse(MINUTES, BREAKFAST, 15, 60.0),
        )
        for one in group.subjects
    ]
    return run(group, inputs, outputs=("glucose_mgdl", "ethanol_g_per_l", "production_mg_per_kg_per_min"))


@measures("alcohol-peak-bac")
def peak_mmoll() -> float:
    """Highest blood alcohol after 0.75 g/kg."""
    return float(evening(0.75)["ethanol_g_per_l"].max(axis=1).mean() / G_PER_L_PER_MMOLL)


@measures("alcohol-bac-zero-time")
def sober_after_h() -> float:
    """Hours until blood alcohol is below 0.02 g/L."""
    course = evening(0.75)["ethanol_g_per_l"].mean(axis=0)
    return float(np.flatnonzero(course > 0.02).max() / 60.0)


@measures("alcohol-breakfast-peak")
def breakfast_peak_mmoll() -> float:
    """Peak after breakfast, wine minus water."""
    peaks = [evening(dose)["glucose_mgdl"][:, BREAKFAST:].max(axis=1).mean() for dose in (0.75, 0.0)]
    return float(peaks[0] - peaks[1]) / MMOLL


@measures("alcohol-overnight-diff")
def overnight_mmoll() -> float:
    """Mean glucose from 22:00 to 04:00, wine minus water."""
    means = [evening(dose)["glucose_mgdl"][:, 60:420].mean() for dose in (0.75, 0.0)]
    return float(means[0] - means[1]) / MMOLL


@measures("alcohol-egp")
def production_pct() -> float:
    """Change of glucose production in the hours after 48 g, at unchanged glucose and insulin."""
    group = people()
    inputs = [
        given(basal_inputs(one, 300), alcohol_g_per_min=pulse(300, 0, 60, 48.0 * one.weight_kg / 70.0))
        for one in group.subjects
    ]
    course = run(group, inputs, outputs=("production_mg_per_kg_per_min",))["production_mg_per_kg_per_min"].mean(axis=0)
    return float(100.0 * (course[60:240].mean() / course[0] - 1.0))
