"""Counter-regulation: hormones in a low, glucagon injected, recovery when insulin is gone."""

from functools import cache

import numpy as np

from measure.protocol import MMOLL, basal_inputs, dosed, given, people, pulse, run
from measure.registry import MEASUREMENTS, measures

OUTPUTS = ("glucose_mgdl", "glucagon_pgml", "production_mg_per_kg_per_min")


@cache
def low(years: float) -> dict[str, np.ndarray]:
    """Adults with so many years of diabetes, brought to about 50 mg/dL by insulin within two hours."""
    group = people(changes=(("duration_years", years),))
    minutes = 240
    rate = 3.0
    courses: dict[str, np.ndarray] = {}
    # Enough rapid insulin for each person: the smallest of growing doses that brings 50 mg/dL.
    for factor in np.geomspace(1.0, 8.0, 10):
        inputs = [
            dosed(basal_inputs(one, minutes), "rapid", {0: factor * 0.02 * rate * one.weight_kg})
            for one in group.subjects
        ]
        course = run(group, inputs, start_mgdl=100.0, outputs=OUTPUTS)
        deep = course["glucose_mgdl"].min(axis=1) <= 50.0
        for name in OUTPUTS:
            kept = courses.setdefault(name, course[name].copy())
            fresh = deep & ~courses.get("found", np.zeros(len(group.subjects), dtype=bool))
            kept[fresh] = course[name][fresh]
        courses["found"] = courses.get("found", np.zeros(len(group.subjects), dtype=bool)) | deep
    return courses


def glucagon_rise(years: float) -> float:
    """Largest rise of glucagon, median of ten."""
    glucagon = low(years)["glucagon_pgml"]
    return float(np.median(glucagon.max(axis=1) - glucagon[:, 0]))


MEASUREMENTS["glucagon-rise-control"] = lambda: glucagon_rise(0.0)
MEASUREMENTS["glucagon-rise-t1d-year1"] = lambda: glucagon_rise(0.7)
MEASUREMENTS["glucagon-rise-t1d-long"] = lambda: glucagon_rise(15.0)
MEASUREMENTS["egp-peak-hypo-t1d"] = lambda: float(
    np.mean([course[60:].max() for course in low(10.0)["production_mg_per_kg_per_min"]])
)


@cache
def mini_dose(dose_mg: float, start_mgdl: float | None, *, on_insulin: bool) -> float:
    """Largest rise of glucose in 2 h after glucagon under the skin, against none, mean of ten adults."""
    group = people()
    minutes = 180

    def courses(mg: float) -> np.ndarray:
        inputs = [
            given(basal_inputs(one, minutes), medication_mg_per_min={"glucagon": pulse(minutes, 60, 1, mg)})
            for one in group.subjects
        ]
        if on_insulin:
            inputs = [
                dosed(given_one, "rapid", {0: 0.04 * one.weight_kg})
                for given_one, one in zip(inputs, group.subjects, strict=True)
            ]
        return run(group, inputs, start_mgdl=start_mgdl)["glucose_mgdl"]

    course = courses(dose_mg)
    return float(np.mean(course[:, 60:].max(axis=1) - course[:, 60]))


for target, dose in (("minidose-100-rise", 0.1), ("minidose-200-rise", 0.2), ("minidose-300-rise", 0.3)):
    MEASUREMENTS[target] = lambda dose=dose: mini_dose(dose, 90.0, on_insulin=True) / MMOLL
for target, dose in (
    ("minidose-75-rise-fasting", 0.075),
    ("minidose-150-rise-fasting", 0.15),
    ("minidose-300-rise-fasting", 0.3),
):
    MEASUREMENTS[target] = lambda dose=dose: mini_dose(dose, None, on_insulin=False)


@measures("glucagon-half-life")
def glucagon_half_life_min() -> float:
    """Half-life of glucagon in plasma."""
    rates = [float(body.parameters()["counter_regulation.clearance_per_min"]) for body in people().bodies]
    return float(np.log(2.0) / np.mean(rates))


@measures("glucagon-sc-tmax")
def injected_peak_min() -> float:
    """When plasma glucagon is highest after 1 mg under the skin."""
    return float(injected_glucagon(1.0).argmax())


@measures("sc-glucagon-1mg-level")
def injected_level_pgml() -> float:
    """Plasma glucagon 10 min after 1 mg under the skin."""
    return float(injected_glucagon(1.0)[10])


@cache
def injected_glucagon(dose_mg: float) -> np.ndarray:
    """Plasma glucagon after a dose under the skin, mean of ten adults."""
    group = people()
    inputs = [
        given(basal_inputs(one, 120), medication_mg_per_min={"glucagon": pulse(120, 0, 1, dose_mg)})
        for one in group.subjects
    ]
    return run(group, inputs, outputs=OUTPUTS)["glucagon_pgml"].mean(axis=0)
