"""A pump that stops: glucose and ketones, with and without an SGLT2 inhibitor, and after insulin returns."""

from functools import cache

import numpy as np

from measure.protocol import basal_inputs, given, people, pulse, run
from measure.registry import MEASUREMENTS, measures

OUTPUTS = ("glucose_mgdl", "ketone_mmoll")
STOP = 3 * 1440 + 180
HOURS = 20


@cache
def stopped(
    *, inhibitor: bool = False, basal_share: float = 1.0, rescue_h: float | None = None
) -> dict[str, np.ndarray]:
    """From the stop of basal insulin at 03:00 on, fasting, after three days of rest (and a daily tablet)."""
    group = people()
    minutes = STOP + HOURS * 60
    share = np.full(minutes, basal_share)
    share[STOP:] = 0.0
    tablets = sum((pulse(minutes, day * 1440 + 480, 1, 300.0) for day in range(3)), start=np.zeros(minutes))
    inputs = []
    for one in group.subjects:
        given_one = given(
            basal_inputs(one, minutes, factor=share),
            medication_mg_per_min={"canagliflozin": tablets if inhibitor else np.zeros(minutes)},
        )
        if rescue_h is not None:
            rate = np.array(given_one.insulin_u_per_min["rapid"])
            rate[STOP + int(rescue_h * 60)] += 0.2 * one.weight_kg
            given_one = given(given_one, insulin_u_per_min={"rapid": rate})
        inputs.append(given_one)
    return {name: values[:, STOP:] for name, values in run(group, inputs, outputs=OUTPUTS).items()}


@measures("pump-stop-bg-rate")
def glucose_rate() -> float:
    """Rise of glucose per hour from 1 to 5 h after the stop."""
    course = stopped()["glucose_mgdl"].mean(axis=0)
    return float((course[300] - course[60]) / 4.0)


@measures("pump-stop-bhb-rate")
def ketone_rate() -> float:
    """Rise of ketones per hour from 1 to 6 h after the stop."""
    course = stopped()["ketone_mmoll"].mean(axis=0)
    return float((course[360] - course[60]) / 5.0)


def hours_until(name: str, value: float) -> float:
    """Hours until the mean course reaches a value; 99 when it does not."""
    course = stopped()[name].mean(axis=0)
    return float(np.argmax(course >= value) / 60.0) if course.max() >= value else 99.0


MEASUREMENTS["pump-stop-t-bg300"] = lambda: hours_until("glucose_mgdl", 300.0)
MEASUREMENTS["pump-stop-t-bhb16"] = lambda: hours_until("ketone_mmoll", 1.6)
MEASUREMENTS["pump-stop-t-bhb30"] = lambda: hours_until("ketone_mmoll", 3.0)


def rise_6h(name: str, *, inhibitor: bool) -> float:
    """Rise in 6 h; on the inhibitor basal insulin had been lowered by 30 %."""
    course = stopped(inhibitor=inhibitor, basal_share=0.7 if inhibitor else 1.0)[name].mean(axis=0)
    return float(course[360] - course[0])


MEASUREMENTS["stop6h-bhb-rise"] = lambda: rise_6h("ketone_mmoll", inhibitor=False)
MEASUREMENTS["stop6h-bhb-rise-cana"] = lambda: rise_6h("ketone_mmoll", inhibitor=True)
MEASUREMENTS["stop6h-pg-rise"] = lambda: rise_6h("glucose_mgdl", inhibitor=False)
MEASUREMENTS["stop6h-pg-rise-cana"] = lambda: rise_6h("glucose_mgdl", inhibitor=True)
MEASUREMENTS["fasting-bhb-normal-t1d"] = lambda: float(stopped()["ketone_mmoll"][:, 0].mean())


@measures("rescue-bhb-120")
def rescue_ketones() -> float:
    """Change of ketones in 2 h after 0.2 U/kg, 6 h after the stop."""
    course = stopped(rescue_h=6.0)["ketone_mmoll"].mean(axis=0)
    return float(course[480] - course[360])


@measures("rescue-pg-150")
def rescue_glucose() -> float:
    """Change of glucose in 150 min after that."""
    course = stopped(rescue_h=6.0)["glucose_mgdl"].mean(axis=0)
    return float(course[510] - course[360])
