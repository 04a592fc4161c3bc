"""Insulin products: exposure after a dose, end of action in a clamp, share of effect over the day or week."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.physiology.subject import Subject
from measure.protocol import basal_inputs, clamp, dosed, people, run
from measure.registry import MEASUREMENTS, measures

BASAL_NEED_U_PER_KG = 0.2
"""Daily subcutaneous basal need of the people in clamp studies of basal insulin, to which doses per kg are scaled:
intravenous needs of 0.10 to 0.135 mU/kg/min (Perriello 1991) and a basal share of 35 to 46 % of 0.5 U/kg."""

HOUR = 60


@cache
def exposure(product: str, u_per_kg: float = 0.15, hours: int = 10) -> np.ndarray:
    """Plasma insulin on top of basal, mean of ten adults, pmol/L per minute."""
    group = people(products=tuple(dict.fromkeys(("rapid", product))))
    minutes = hours * HOUR
    usual = [basal_inputs(one, minutes) for one in group.subjects]
    with_dose = [
        dosed(one, product, {0: u_per_kg * who.weight_kg}) for one, who in zip(usual, group.subjects, strict=True)
    ]
    without = [dosed(one, product, {}) for one in usual]
    difference = run(group, with_dose)["insulin_pmoll"] - run(group, without)["insulin_pmoll"]
    return difference.mean(axis=0)


def early_half_min(course: np.ndarray) -> float:
    """When half of the maximum is reached on the way up."""
    top = int(course.argmax())
    return float(np.interp(course[top] / 2.0, course[: top + 1], np.arange(top + 1)))


def peak_min(course: np.ndarray) -> float:
    """When the maximum is reached."""
    return float(course.argmax())


def _exposure_of(product: str, summary: Callable[[np.ndarray], float]) -> Callable[[], float]:
    return lambda: summary(exposure(product))


for target, product, summary in (
    ("urli-early-half-tmax", "ultra-rapid-lispro", early_half_min),
    ("fiasp-early-half-tmax", "faster-aspart", early_half_min),
    ("lispro-early-half-tmax", "lispro", early_half_min),
    ("aspart-early-half-tmax", "aspart", early_half_min),
    ("aspart-ins-tmax", "aspart", peak_min),
    ("fiasp-ins-tmax", "faster-aspart", peak_min),
    ("regular-ins-tmax", "regular", peak_min),
    ("lispro-ins-tmax-meal", "lispro", peak_min),
    ("afrezza-tmax", "technosphere", peak_min),
):
    MEASUREMENTS[target] = _exposure_of(product, summary)


@measures("fiasp-auc-0-30-ratio")
def fiasp_early_exposure() -> float:
    """Exposure of the first half hour, faster aspart against aspart."""
    return float(exposure("faster-aspart")[:31].sum() / exposure("aspart")[:31].sum())


@measures("afrezza-return-baseline")
def inhaled_return_min() -> float:
    """When inhaled insulin is below 5 % of its maximum again."""
    course = exposure("technosphere")
    top = int(course.argmax())
    return float(top + np.argmax(course[top:] < 0.05 * course[top]))


@cache
def glucose_two_hours_after_liquid_meal(product: str) -> float:
    """Glucose 2 h after a liquid meal of 100 g carbohydrate and a dose by the carb ratio, mean of ten adults."""
    from measure.protocol import given, pulse

    group = people(products=("rapid", product))
    minutes = 3 * HOUR
    meal = pulse(minutes, 0, 10, 100.0)
    inputs = [
        given(
            dosed(basal_inputs(one, minutes), product, {0: 100.0 / (one.carb_ratio_g_per_u or 10.0)}),
            carbs_g_per_min=meal,
            liquid_carbs_g_per_min=meal,
        )
        for one in group.subjects
    ]
    return float(run(group, inputs)["glucose_mgdl"][:, 2 * HOUR].mean())


def _ppg_difference(other: str) -> Callable[[], float]:
    return lambda: (
        glucose_two_hours_after_liquid_meal("ultra-rapid-lispro") - glucose_two_hours_after_liquid_meal(other)
    )


MEASUREMENTS["urli-ppg2h-vs-lispro"] = _ppg_difference("lispro")
MEASUREMENTS["urli-ppg2h-vs-aspart"] = _ppg_difference("aspart")
MEASUREMENTS["urli-ppg2h-vs-fiasp"] = _ppg_difference("faster-aspart")


@cache
def action(product: str, u_per_kg: float, hours: int = 36) -> dict[str, np.ndarray]:
    """A clamp at 130 mg/dL after one dose that has to replace all insulin; doses scaled by each person's basal need."""
    group = people(products=("rapid", product))
    minutes = hours * HOUR
    inputs = [
        dosed(basal_inputs(one, minutes, factor=0.0), product, {0: units})
        for one, units in zip(group.subjects, _daily_u(group.subjects, u_per_kg), strict=True)
    ]
    return clamp(group, inputs, target_mgdl=130.0)


def _daily_u(subjects: Sequence[Subject], u_per_kg: float) -> list[float]:
    """A study's dose in units, scaled by each person's basal need."""
    return [u_per_kg / BASAL_NEED_U_PER_KG * one.basal_u_per_min * MINUTES_PER_DAY for one in subjects]


def end_of_action_h(product: str, u_per_kg: float) -> float:
    """Median time until glucose stays above 150 mg/dL."""
    courses = action(product, u_per_kg)["glucose_mgdl"]
    return float(np.median([np.flatnonzero(course <= 150.0).max() / HOUR for course in courses]))


for target, product, dose in (
    ("nph-end-of-action", "nph", 0.3),
    ("glargine-u100-end-of-action", "glargine-u100", 0.3),
    ("detemir-duration-0p2", "detemir", 0.2),
    ("detemir-duration-0p4", "detemir", 0.4),
    ("detemir-duration-0p8", "detemir", 0.8),
):
    MEASUREMENTS[target] = lambda product=product, dose=dose: end_of_action_h(product, dose)


@measures("nph-peak")
def nph_peak_h() -> float:
    """When glucose infusion is largest after NPH, after the insulin before it has gone."""
    infusion = action("nph", 0.3)["infusion_mg_per_kg_per_min"].mean(axis=0)
    smooth = np.convolve(infusion, np.ones(HOUR) / HOUR, mode="same")
    return float(3.0 + smooth[3 * HOUR :].argmax() / HOUR)


@cache
def steady_exposure(product: str, interval_days: int = 1) -> np.ndarray:
    """Plasma insulin over one dosing interval at steady state, by adding up single doses (absorption is linear)."""
    single = exposure(product, 0.05, hours=24 * (14 if interval_days == 1 else 100))
    minutes = interval_days * 24 * HOUR
    whole = single[: single.size // minutes * minutes]
    return whole.reshape(-1, minutes).sum(axis=0)


def quarter_pct(product: str, quarter: int) -> float:
    """Share of a day's exposure in one of its quarters, in percent."""
    parts = steady_exposure(product).reshape(4, -1).sum(axis=1)
    return float(100.0 * parts[quarter] / parts.sum())


for quarter in range(4):
    MEASUREMENTS[f"glargine-u300-frac-q{quarter + 1}"] = lambda quarter=quarter: quarter_pct("glargine-u300", quarter)


@cache
def steady_infusion(product: str, u_per_kg: float) -> np.ndarray:
    """Glucose infused on the sixth day of doses that replace all insulin, mean of ten adults, mg/kg per minute."""
    group, days = people(products=("rapid", product)), 6
    minutes = days * MINUTES_PER_DAY
    inputs = [
        dosed(basal_inputs(one, minutes, factor=0.0), product, {day * MINUTES_PER_DAY: units for day in range(days)})
        for one, units in zip(group.subjects, _daily_u(group.subjects, u_per_kg), strict=True)
    ]
    return clamp(group, inputs, target_mgdl=100.0)["infusion_mg_per_kg_per_min"].mean(axis=0)[-MINUTES_PER_DAY:]


def effect_quarter_pct(product: str, u_per_kg: float, quarter: int) -> float:
    """Share of a day's glucose infusion in one of its quarters at steady state, in percent."""
    parts = steady_infusion(product, u_per_kg).reshape(4, -1).sum(axis=1)
    return float(100.0 * parts[quarter] / parts.sum())


for name, dose in (("0p4", 0.4), ("0p6", 0.6)):
    for quarter in range(4):
        MEASUREMENTS[f"glargine-u100-frac-{name}-q{quarter + 1}"] = lambda dose=dose, quarter=quarter: (
            effect_quarter_pct("glargine-u100", dose, quarter)
        )


@measures("degludec-frac-quarter")
def degludec_largest_quarter() -> float:
    """The quarter of degludec's day that is furthest from a quarter of its effect, in percent."""
    return max((quarter_pct("degludec", quarter) for quarter in range(4)), key=lambda share: abs(share - 25.0))


@measures("glargine-u300-t50-later")
def u300_later_h() -> float:
    """How much later half of the 36-h exposure after the last of many doses is reached, U300 against U100."""

    def half_h(product: str) -> float:
        single = exposure(product, 0.05, hours=24 * 14)
        after_last = sum(single[day * 1440 : day * 1440 + 36 * HOUR] for day in range(8))
        total = np.cumsum(after_last)
        return float(np.argmax(total >= total[-1] / 2.0)) / HOUR

    return half_h("glargine-u300") - half_h("glargine-u100")


def half_life_h(product: str, hours: tuple[int, int]) -> float:
    """Terminal half-life between two hours after a dose."""
    single = exposure(product, 0.05, hours=24 * (14 if hours[1] < 24 * 14 else 100))
    first, last = (single[hour * HOUR] for hour in hours)
    return float((hours[1] - hours[0]) * np.log(2.0) / np.log(first / last))


MEASUREMENTS["degludec-half-life"] = lambda: half_life_h("degludec", (72, 168))
MEASUREMENTS["glargine-u100-half-life"] = lambda: half_life_h("glargine-u100", (24, 72))
MEASUREMENTS["icodec-half-life"] = lambda: half_life_h("icodec", (400, 1000))


@measures("degludec-steady-state")
def degludec_steady_state_d() -> float:
    """Days until the trough is 90 % of its plateau."""
    single = exposure("degludec", 0.05, hours=24 * 14)
    troughs = np.cumsum(single[1440::1440])
    return float(1 + np.interp(0.9 * troughs[-1], troughs, np.arange(troughs.size)))


def icodec_day_pct(day: int) -> float:
    """Share of a week's exposure on a day after the injection, in percent."""
    parts = steady_exposure("icodec", 7).reshape(7, -1).sum(axis=1)
    return float(100.0 * parts[day - 1] / parts.sum())


for day in (1, 2, 7):
    MEASUREMENTS[f"icodec-frac-day{day}"] = lambda day=day: icodec_day_pct(day)
