"""Meals with fat, protein and fibre, boluses early and late."""

from functools import cache

import numpy as np

from measure.protocol import MMOLL, basal_inputs, dosed, given, people, pulse, run
from measure.registry import MEASUREMENTS, measures

MINUTES = 480


@cache
def meal(
    *,
    kind: str = "adult",
    carbs_g: float = 0.0,
    fat_g: float = 0.0,
    protein_g: float = 0.0,
    fibre_g: float = 0.0,
    bolus_share: float = 1.0,
    bolus_min: int = 60,
    minutes: int = MINUTES,
) -> np.ndarray:
    """Glucose of ten people from the meal (after an hour of rest) on, with a bolus by their carb ratio."""
    group = people(kind)
    inputs = [
        given(
            dosed(
                basal_inputs(one, minutes + 60),
                "rapid",
                {bolus_min: bolus_share * carbs_g / (one.carb_ratio_g_per_u or 10.0)},
            ),
            carbs_g_per_min=pulse(minutes + 60, 60, 15, carbs_g),
            fat_g_per_min=pulse(minutes + 60, 60, 15, fat_g),
            protein_g_per_min=pulse(minutes + 60, 60, 15, protein_g),
            fibre_g_per_min=pulse(minutes + 60, 60, 15, fibre_g),
        )
        for one in group.subjects
    ]
    return run(group, inputs)["glucose_mgdl"][:, 60:]


def excess(first_min: int, last_min: int, **more: float) -> float:
    """Mean glucose of children in a window after a breakfast of 30 g, with more fat or protein against without."""
    plain = meal(kind="child", carbs_g=30.0, fat_g=4.0, protein_g=5.0)
    rich = meal(kind="child", **{"carbs_g": 30.0, "fat_g": 4.0, "protein_g": 5.0, **more})
    return float((rich - plain)[:, first_min : last_min + 1].mean())


MEASUREMENTS["protein40-excursion-late"] = lambda: excess(180, 300, protein_g=40.0) / MMOLL
MEASUREMENTS["fat35-excursion-late"] = lambda: excess(210, 300, fat_g=35.0) / MMOLL
MEASUREMENTS["fat-protein-excursion-5h"] = lambda: excess(300, 300, protein_g=40.0, fat_g=35.0) / MMOLL


@measures("protein75-with-carb")
def protein_with_carbs_mmoll() -> float:
    """Excess glucose at 300 min when 75 g protein are added to 30 g carbohydrate, adults."""
    plain, rich = (meal(carbs_g=30.0, protein_g=grams) for grams in (0.0, 75.0))
    return float((rich - plain)[:, 300].mean()) / MMOLL


@measures("fat-alone-slope")
def fat_alone_mmoll_per_10g() -> float:
    """Rise per 10 g of fat taken alone without insulin, 330 to 480 min, children."""
    plain, rich = (meal(kind="child", fat_g=grams, bolus_share=0.0) for grams in (0.0, 30.0))
    return float((rich - plain)[:, 330:].mean()) / MMOLL / 3.0


def need_pct(**rich: float) -> float:
    """Extra insulin, in percent of bolus and basal of 8 h, that brings a rich meal to the mean of the plain one."""
    group = people()
    plain = meal(carbs_g=60.0, fat_g=10.0, protein_g=20.0, minutes=480).mean(axis=1)
    shares = np.linspace(1.0, 3.0, 9)
    means = np.stack(
        [
            meal(**{"carbs_g": 60.0, "fat_g": 10.0, "protein_g": 20.0, **rich}, bolus_share=share).mean(axis=1)
            for share in shares
        ]
    )
    needs = [float(np.interp(-plain[row], -means[:, row], shares)) for row in range(len(group.subjects))]
    extra = [
        100.0
        * (need - 1.0)
        * 60.0
        / one.carb_ratio_g_per_u
        / (60.0 / one.carb_ratio_g_per_u + one.basal_u_per_min * 480.0)
        for need, one in zip(needs, group.subjects, strict=True)
        if one.carb_ratio_g_per_u
    ]
    return float(np.mean(extra))


MEASUREMENTS["fat60-insulin-need"] = lambda: need_pct(fat_g=60.0)
MEASUREMENTS["hfhp-insulin-need"] = lambda: need_pct(fat_g=44.0, protein_g=36.0)


@measures("fibre-breakfast-iauc")
def fibre_area() -> float:
    """Incremental area over 3 h of a breakfast of 50 g with 15 g of viscous fibre against none, no bolus change."""
    plain, rich = (meal(carbs_g=50.0, fibre_g=grams) for grams in (1.0, 16.0))
    areas = [np.clip(course[:, :181] - course[:, :1], 0.0, None).sum(axis=1).mean() for course in (rich, plain)]
    return float(areas[0] / areas[1])


@measures("prebolus-20-auc")
def early_bolus_mgdl() -> float:
    """Mean glucose over 4 h, bolus 20 min before the meal against at its start."""
    early, usual = (meal(carbs_g=60.0, fat_g=15.0, protein_g=20.0, bolus_min=minute) for minute in (40, 60))
    return float((early - usual)[:, :241].mean())
