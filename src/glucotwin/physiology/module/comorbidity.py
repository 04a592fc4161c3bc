"""Other diseases as changes of the body's parameters: kidneys that filter less, a liver that holds fat.

They change over months, so they are no organs of the minute: the outer model of slow states composes the body anew.
"""

import math
from collections.abc import Mapping

import equinox as eqx
import jax.numpy as jnp

from glucotwin.physiology.build import Number

NORMAL_EGFR_ML_PER_MIN = 100.0
NORMAL_LIVER_FAT_PCT = 5.0


class RenalFunction(eqx.Module):
    """What a filtration rate does to insulin clearance and to glucose production.

    Biesenbach et al., Diabet Med 2003;20:642-5 (daily insulin falls by 38 % between 80 and 10 mL/min); the kidney's
    share of production after Gerich 2010, from memory.

    Equations:
        insulin clearance (m4, m3)           times 1 - c (1 - min(GFR / 100, 1.2))
        glucose production (kp1, kp2, kp3)   times 1 - g max(0, 1 - GFR / 100)

    | letter | parameter |
    |---|---|
    | GFR | egfr_ml_per_min |
    | c | clearance_share: of insulin clearance that goes with filtration |
    | g | production_share: of glucose production by the kidney |

    Limits: no anaemia, acidosis or dialysis; the exposure to medicines is not changed here.
    """

    egfr_ml_per_min: Number
    clearance_share: Number
    production_share: Number

    def clearance_factor(self) -> Number:
        """Insulin clearance against that at a normal filtration rate."""
        return 1.0 - self.clearance_share * (1.0 - _smaller(self.egfr_ml_per_min / NORMAL_EGFR_ML_PER_MIN, 1.2))

    def production_factor(self) -> Number:
        """Glucose production against that at a normal filtration rate."""
        return 1.0 - self.production_share * (1.0 - _smaller(self.egfr_ml_per_min / NORMAL_EGFR_ML_PER_MIN, 1.0))


class LiverFat(eqx.Module):
    """Fat in the liver lowers hepatic insulin sensitivity.

    The direction is that of Mertens et al., Diabetes 2022;71(Suppl 1) 1340-P; the slope is chosen.

    Equations:
        insulin's effect on production (kp3)   times exp(-b (LF - 5))

    | letter | parameter |
    |---|---|
    | LF | liver_fat_pct |
    | b | resistance_per_pct |

    Limits: fat does not change over time here; cirrhosis is not covered.
    """

    liver_fat_pct: Number
    resistance_per_pct: Number

    def sensitivity_factor(self) -> Number:
        """Hepatic insulin sensitivity against that of a lean liver."""
        exponent = -self.resistance_per_pct * (self.liver_fat_pct - NORMAL_LIVER_FAT_PCT)
        return math.exp(exponent) if isinstance(exponent, float) else jnp.exp(exponent)


def renal_function(values: Mapping[str, Number]) -> RenalFunction:
    """The renal function among a person's values."""
    return RenalFunction(
        egfr_ml_per_min=values["egfr_ml_per_min"],
        clearance_share=values["renal_function.clearance_share"],
        production_share=values["renal_function.production_share"],
    )


def liver_fat(values: Mapping[str, Number]) -> LiverFat:
    """The liver among a person's values."""
    return LiverFat(liver_fat_pct=values["liver_fat_pct"], resistance_per_pct=values["liver_fat.resistance_per_pct"])


def _smaller(value: Number, limit: float) -> Number:
    return min(value, limit) if isinstance(value, float) else jnp.minimum(value, limit)
