"""Injection sites: lumps, warmth, the age of a catheter."""

from functools import cache

import numpy as np

from glucotwin.domain.condition import ConditionKind
from glucotwin.domain.rasterise import CATHETER_AGE
from measure.insulin_product import HOUR
from measure.protocol import basal_inputs, dosed, given, level, people, run
from measure.registry import measures


@cache
def exposure_at(condition: str, value: float, hours: int = 6) -> np.ndarray:
    """Plasma insulin on top of basal after 0.15 U/kg of lispro at a site, mean of ten adults."""
    group = people(products=("rapid", "lispro"))
    minutes = hours * HOUR
    site = {condition: level(minutes, 0, minutes, value)}
    usual = [given(basal_inputs(one, minutes), condition_level=site) for one in group.subjects]
    with_dose = [
        dosed(one, "lispro", {0: 0.15 * who.weight_kg}) for one, who in zip(usual, group.subjects, strict=True)
    ]
    difference = (
        run(group, with_dose)["insulin_pmoll"]
        - run(group, [dosed(one, "lispro", {}) for one in usual])["insulin_pmoll"]
    )
    return difference.mean(axis=0)


LUMP, HEAT = str(ConditionKind.LIPOHYPERTROPHY), str(ConditionKind.HEAT)


@measures("lipo-auc-ratio")
def lump_exposure() -> float:
    """Exposure over 4 h from scarred against healthy fat."""
    return float(exposure_at(LUMP, 1.0)[: 4 * HOUR].sum() / exposure_at(LUMP, 0.0)[: 4 * HOUR].sum())


@measures("lipo-cmax-ratio")
def lump_maximum() -> float:
    """Highest insulin from scarred against healthy fat."""
    return float(exposure_at(LUMP, 1.0).max() / exposure_at(LUMP, 0.0).max())


@measures("lipo-tmax-diff")
def lump_peak_later_min() -> float:
    """How much later the peak comes from scarred fat."""
    return float(exposure_at(LUMP, 1.0).argmax() - exposure_at(LUMP, 0.0).argmax())


@measures("heat-tmax-ratio")
def heat_peak() -> float:
    """Time to peak with warming against without."""
    return float(exposure_at(HEAT, 1.0).argmax() / exposure_at(HEAT, 0.0).argmax())


@measures("heat-early-auc-ratio")
def heat_early_exposure() -> float:
    """Exposure of the first hour with warming against without."""
    return float(exposure_at(HEAT, 1.0)[: HOUR + 1].sum() / exposure_at(HEAT, 0.0)[: HOUR + 1].sum())


@measures("set-age-peak-day4")
def old_catheter_peak_min() -> float:
    """Time to peak on day 4, for the human insulin of the study (whose peak on day 1 was 110 min): scaled to it."""
    return float(110.0 * exposure_at(CATHETER_AGE, 3.0).argmax() / exposure_at(CATHETER_AGE, 0.0).argmax())
