"""Glucocorticoids: insulin need and sensitivity over the day."""

from functools import cache

import numpy as np

from measure.protocol import basal_inputs, given, people, pulse, run
from measure.registry import measures


@cache
def steroid_days(dose_mg: float) -> np.ndarray:
    """Insulin need by minute over three days of a morning dose and one after, by steady state of the factors."""
    group = people()
    minutes = 4 * 1440
    doses = sum(pulse(minutes, day * 1440 + 480, 1, dose_mg) for day in range(3))
    inputs = [given(basal_inputs(one, minutes), medication_mg_per_min={"prednisone": doses}) for one in group.subjects]
    course = run(group, inputs, outputs=("sensitivity_factor", "hepatic_output_factor"))
    factor = course["hepatic_output_factor"] / course["sensitivity_factor"]
    return factor.mean(axis=0)


@measures("steroid-tdi-ratio")
def steroid_need() -> float:
    """Insulin need of the waking hours (08-24 h) of the third day on 60 mg prednisone."""
    return float(steroid_days(60.0)[2 * 1440 + 480 : 3 * 1440].mean())


@measures("steroid-tdi-day-after")
def steroid_need_after() -> float:
    """Insulin need of the day after the last dose."""
    return float(steroid_days(60.0)[3 * 1440 + 480 : 4 * 1440].mean())


@measures("steroid-si-20-30mg")
def steroid_sensitivity() -> float:
    """Insulin sensitivity in the afternoon of the third day on 25 mg."""
    group = people()
    minutes = 3 * 1440
    doses = sum(pulse(minutes, day * 1440 + 480, 1, 25.0) for day in range(3))
    inputs = [
        given(basal_inputs(one, minutes), medication_mg_per_min={"prednisolone": doses}) for one in group.subjects
    ]
    course = run(group, inputs, outputs=("sensitivity_factor",))["sensitivity_factor"].mean(axis=0)
    return float(course[2 * 1440 + 720 : 2 * 1440 + 1080].mean())
