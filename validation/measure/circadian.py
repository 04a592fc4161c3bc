"""The day in the body: how much more insulin dawn takes, and what it does to glucose."""

from functools import cache

import numpy as np

from measure.protocol import basal_inputs, given, people, run
from measure.registry import MEASUREMENTS, measures

TYPICAL_DAWN = (
    ("circadian.dawn_production_mg_per_kg_per_min", 0.65),
    ("circadian.dawn_uptake_loss_fraction", 0.1),
)
"""The middle of what the population draws."""


@cache
def night(*, dawn: bool) -> np.ndarray:
    """Glucose from midnight to 10:00 at a constant basal rate, ten adults."""
    group = people(changes=TYPICAL_DAWN if dawn else ())
    return run(group, [basal_inputs(one, 600) for one in group.subjects])["glucose_mgdl"]


@measures("dawn-glucose-rise")
def dawn_rise_mgdl() -> float:
    """Rise of glucose from 03:00 to 07:00 at a constant basal rate."""
    course = night(dawn=True)
    return float((course[:, 420] - course[:, 180]).mean())


@measures("dawn-requirement-increase")
def dawn_need_pct() -> float:
    """Insulin needed at 05-07 h above that at 01-03 h, by the steady state of the hours."""
    from glucotwin.physiology.padova.t1d import level_basal_profile

    group = people(changes=TYPICAL_DAWN)
    profiles = np.array([level_basal_profile(one.values) for one in group.subjects])
    return float(100.0 * (profiles[:, 5:7].mean() / profiles[:, 1:3].mean() - 1.0))


@cache
def _shifted(zone_shift_min: float) -> float:
    """Days until the body's clock is within a quarter of an hour of local time after a journey of eight zones."""
    group = people()
    one = group.subjects[0]
    minutes = 12 * 1440
    inputs = basal_inputs(one, minutes)
    clock = np.asarray(inputs.minute_of_day)
    moved = np.where(np.arange(minutes) >= 1440, (clock + zone_shift_min) % 1440.0, clock)
    course = run(
        type(group)(subjects=(one,), options=group.options),
        [given(inputs, minute_of_day=moved)],
        outputs=("circadian.clock_min",),
    )["circadian.clock_min"][0][:-1]
    off = np.abs((course - moved + 720.0) % 1440.0 - 720.0)
    return float((np.flatnonzero(off > 15.0).max() - 1440) / 1440.0)


MEASUREMENTS["jetlag-east"] = lambda: 480.0 / _shifted(480.0)
MEASUREMENTS["jetlag-west"] = lambda: 480.0 / _shifted(-480.0)
