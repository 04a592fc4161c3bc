"""SGLT2 inhibitors at unchanged insulin."""

from functools import cache

import numpy as np

from measure.protocol import basal_inputs, dosed, given, people, pulse, run
from measure.registry import measures


@cache
def week(drug: str, dose_mg: float) -> dict[str, np.ndarray]:
    """The fifth of five days with three meals, ten adults, insulin held as it was."""
    group = people()
    minutes = 5 * 1440
    meals = {420: 45.0, 780: 60.0, 1140: 70.0}
    carbs = sum(
        (pulse(minutes, day * 1440 + at, 15, grams) for day in range(5) for at, grams in meals.items()),
        start=np.zeros(minutes),
    )
    tablets = sum((pulse(minutes, day * 1440 + 480, 1, dose_mg) for day in range(5)), start=np.zeros(minutes))
    inputs = [
        given(
            dosed(
                basal_inputs(one, minutes),
                "rapid",
                {
                    day * 1440 + at: 0.9 * grams / (one.carb_ratio_g_per_u or 10.0)
                    for day in range(5)
                    for at, grams in meals.items()
                },
            ),
            carbs_g_per_min=carbs,
            medication_mg_per_min={drug: tablets},
        )
        for one in group.subjects
    ]
    return {
        name: values[:, 4 * 1440 :]
        for name, values in run(group, inputs, outputs=("glucose_mgdl", "excretion_mg_per_kg_per_min")).items()
    }


@measures("ease1-cgm-auc-10")
def inhibitor_mean_mgdl() -> float:
    """Change of 24-h mean glucose on empagliflozin 10 mg at unchanged insulin."""
    return float(week("empagliflozin", 10.0)["glucose_mgdl"].mean() - week("empagliflozin", 0.0)["glucose_mgdl"].mean())


@measures("sglt2-uge-t1d")
def inhibitor_urine_g_per_day() -> float:
    """Rise of glucose in urine per day on dapagliflozin 10 mg."""
    weight = np.array([one.weight_kg for one in people().subjects])[:, None]
    loss = [
        (week("dapagliflozin", dose)["excretion_mg_per_kg_per_min"][:, :-1] * weight).sum(axis=1).mean()
        for dose in (10.0, 0.0)
    ]
    return float((loss[0] - loss[1]) / 1000.0)
