"""Insulin at low glucose: what is left of glucose two hours after a low when insulin is gone."""

import numpy as np

from measure.counter_regulation import OUTPUTS
from measure.protocol import basal_inputs, dosed, people, run
from measure.registry import measures


@measures("recovery-2h-t1d")
def recovery_mgdl() -> float:
    """Glucose 2 h after the lowest point of an insulin-induced low, long-standing diabetes, insulin stopped then."""
    group = people(changes=(("duration_years", 15.0),))
    minutes, stop = 420, 90
    share = np.r_[np.ones(stop), np.zeros(minutes - stop)]
    inputs = [
        dosed(basal_inputs(one, minutes, factor=share), "rapid", {0: 0.08 * one.weight_kg}) for one in group.subjects
    ]
    course = run(group, inputs, start_mgdl=100.0, outputs=OUTPUTS)["glucose_mgdl"]
    lowest = course.argmin(axis=1)
    deep = course.min(axis=1) < 65.0
    after = np.array([row[min(at + 120, minutes)] for row, at in zip(course, lowest, strict=True)])
    return float(after[deep].mean())
