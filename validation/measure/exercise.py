"""Exercise: what it does during, after, and the night after, with insulin left as it is or reduced."""

from functools import cache

import numpy as np

from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from measure.protocol import (
    MMOLL,
    basal_inputs,
    clamp,
    dosed,
    drawn,
    given,
    hourly_inputs,
    level,
    people,
    pulse,
    run,
)
from measure.registry import MEASUREMENTS, measures


@cache
def bout(
    *,
    minutes: int = 60,
    aerobic: float = 0.0,
    resistance: float = 0.0,
    after_min: int = 60,
) -> np.ndarray:
    """Glucose from the start of a bout on, ten adults, fasting, on their basal insulin."""
    group = people("adult")
    total = 120 + minutes + after_min
    inputs = [
        given(
            basal_inputs(one, total, start_hour=14),
            activity_fraction=level(total, 120, 120 + minutes, aerobic),
            resistance_fraction=level(total, 120, 120 + minutes, resistance),
        )
        for one in group.subjects
    ]
    return run(group, inputs)["glucose_mgdl"][:, 120:]


def change_mgdl(at_min: int, **settings: float) -> float:
    """Mean change of glucose from the bout's start to a minute."""
    course = bout(**settings)  # pyright: ignore[reportArgumentType]
    return float((course[:, at_min] - course[:, 0]).mean())


MEASUREMENTS["t1dexi-resistance"] = lambda: change_mgdl(30, minutes=30, resistance=0.5)
MEASUREMENTS["yardley-resistance"] = lambda: change_mgdl(45, minutes=45, resistance=0.6) / MMOLL
MEASUREMENTS["hiit-fasted-rise"] = lambda: change_mgdl(25, minutes=25, aerobic=0.85) / MMOLL

LUNCH_MIN, LUNCH_G, BEFORE_MIN = 30, 60.0, 240
"""Lunch at 12:30, exercise at 16:00; minutes from noon."""

BOUT, REST, BOUTS = 15, 5, 4
"""The four treadmill bouts of DirecNet: 75 min with their rests."""


@cache
def afternoon(
    *, kind: str, count: int, intensity: tuple[float, ...], starts_mgdl: tuple[float, ...], share: float, lead_min: int
) -> np.ndarray:
    """Glucose of generated people in the minutes of exercise at 16:00, 3.5 h after lunch.

    The bolus of lunch is found for each person so that glucose at 16:00 is as published, as people start a session at
    different heights because meals and boluses differ; who can't get there by food and insulin is left out.
    """
    group = drawn(kind, count)
    bodies = stack_bodies(group.bodies)
    total = BEFORE_MIN + len(intensity)
    basal = np.ones(total)
    basal[BEFORE_MIN - lead_min :] = share

    def inputs(bolus_share: np.ndarray) -> Inputs:
        return stack_inputs(
            [
                given(
                    dosed(
                        hourly_inputs(one, total, start_hour=12, factor=basal),
                        "rapid",
                        {LUNCH_MIN: float(own) * LUNCH_G / (one.carb_ratio_g_per_u or 10.0)},
                    ),
                    carbs_g_per_min=pulse(total, LUNCH_MIN, 15, LUNCH_G),
                    activity_fraction=np.concatenate([np.zeros(BEFORE_MIN), intensity]),
                )
                for one, own in zip(group.subjects, bolus_share, strict=True)
            ]
        )

    def at_start(bolus_share: np.ndarray) -> np.ndarray:
        before = inputs(bolus_share).cut(0, BEFORE_MIN)
        return np.asarray(simulate_cohort(bodies, before, stride=BEFORE_MIN).outputs["glucose_mgdl"])[:, -1]

    found: list[np.ndarray] = []
    for start in starts_mgdl:
        low, high = np.zeros(count), np.full(count, 2.0)
        for _ in range(8):
            middle = 0.5 * (low + high)
            above = at_start(middle) > start
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        course = np.asarray(simulate_cohort(bodies, inputs(0.5 * (low + high))).outputs["glucose_mgdl"])[:, BEFORE_MIN:]
        found.append(course[np.abs(course[:, 0] - start) < 8.0])
    return np.concatenate(found)


def walked_mgdl(minutes: int, intensity: float, start_mgdl: float, share: float = 1.0, lead_min: int = 0) -> float:
    """Mean change of adults' glucose in a session that starts at a glucose, with a share of basal insulin."""
    course = afternoon(
        kind="adult",
        count=40,
        intensity=(intensity,) * minutes,
        starts_mgdl=(start_mgdl,),
        share=share,
        lead_min=lead_min,
    )
    return float((course[:, -1] - course[:, 0]).mean())


MEASUREMENTS["t1dexi-aerobic"] = lambda: walked_mgdl(30, 0.5, 150.0)
MEASUREMENTS["yardley-aerobic"] = lambda: walked_mgdl(45, 0.6, 166.0) / MMOLL
MEASUREMENTS["zaharieva-suspend"] = lambda: walked_mgdl(60, 0.45, 164.0, 0.0)
MEASUREMENTS["zaharieva-80"] = lambda: walked_mgdl(60, 0.45, 164.0, 0.2, 90)
MEASUREMENTS["zaharieva-50"] = lambda: walked_mgdl(60, 0.45, 191.0, 0.5, 90)


def treadmill(share: float) -> np.ndarray:
    """Children and adolescents, from 120 to 200 mg/dL, four bouts at half of their maximal uptake (140 bpm)."""
    intensity = ((0.5,) * BOUT + (0.0,) * REST) * (BOUTS - 1) + (0.5,) * BOUT
    return np.concatenate(
        [
            afternoon(
                kind=kind,
                count=count,
                intensity=intensity,
                starts_mgdl=(120.0, 140.0, 160.0, 180.0, 200.0),
                share=share,
                lead_min=0,
            )
            for kind, count in (("child", 20), ("adolescent", 40))
        ]
    )


def low_pct(share: float) -> float:
    """Share of them that fall to 70 mg/dL or below."""
    return float(100.0 * np.mean(treadmill(share).min(axis=1) <= 70.0))


MEASUREMENTS["direcnet-hypo-basal-on"] = lambda: low_pct(1.0)
MEASUREMENTS["direcnet-hypo-basal-off"] = lambda: low_pct(0.0)


@measures("tansey-drop-25pct")
def large_fall_pct() -> float:
    """Share of them whose glucose falls by a quarter."""
    course = treadmill(1.0)
    return float(100.0 * np.mean(course[:, -1] <= 0.75 * course[:, 0]))


@cache
def clamped_day(*, exercising: bool) -> np.ndarray:
    """Glucose infusion in g/h of adolescents in a clamp with 45 min of moderate exercise at midday."""
    group = people("adolescent")
    minutes = 18 * 60
    inputs = [
        given(
            basal_inputs(one, minutes, factor=2.0, start_hour=8),
            activity_fraction=level(minutes, 240, 285, 0.5 if exercising else 0.0),
        )
        for one in group.subjects
    ]
    infusion = clamp(group, inputs, target_mgdl=100.0)["infusion_mg_per_kg_per_min"]
    return infusion * np.array([[one.weight_kg] for one in group.subjects]) * 60.0 / 1000.0


@measures("davey-midday-ratio")
def midday_ratio() -> float:
    """Glucose requirement at the end of exercise against before."""
    infusion = clamped_day(exercising=True).mean(axis=0)
    return float(infusion[270:285].mean() / infusion[200:240].mean())


@measures("davey-midday-duration")
def raised_for_h() -> float:
    """Hours after exercise in which the requirement is more than a tenth above that of the resting day."""
    exercised, rested = (clamped_day(exercising=one).mean(axis=0)[285:] for one in (True, False))
    return float(np.flatnonzero(exercised > 1.1 * rested).max() / 60.0)


@measures("tsalikian-night-glucose")
def night_after_mgdl() -> float:
    """Overnight glucose (22-06 h) after afternoon exercise with a dinner, against a sedentary day."""
    group = people("adolescent")
    minutes = 16 * 60

    def nights(intensity: float) -> float:
        inputs = [
            given(
                dosed(
                    basal_inputs(one, minutes, start_hour=14), "rapid", {240: 60.0 / (one.carb_ratio_g_per_u or 10.0)}
                ),
                activity_fraction=level(minutes, 120, 195, intensity),
                carbs_g_per_min=pulse(minutes, 240, 15, 60.0),
            )
            for one in group.subjects
        ]
        return float(run(group, inputs)["glucose_mgdl"][:, 480:].mean())

    return nights(0.55) - nights(0.0)
