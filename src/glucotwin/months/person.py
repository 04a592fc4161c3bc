"""What the slow body needs to know about a person with type 2 diabetes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

import numpy as np

MGDL_PER_MMOLL = 18.0156
Value = TypeVar("Value", float, np.ndarray)


def mean_from_hba1c_mmoll(hba1c_pct: float) -> float:
    """Mean glucose in mmol/L that an HbA1c stands for (ADAG, Nathan 2008)."""
    return (28.7 * hba1c_pct - 46.7) / MGDL_PER_MMOLL


def hba1c_from_mean_glucose(mean_mmoll: Value) -> Value:
    """HbA1c in % at a steady mean glucose in mmol/L (ADAG)."""
    return (mean_mmoll * MGDL_PER_MMOLL + 46.7) / 28.7


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsPerson:
    """A person today, on the treatment that goes on unchanged beneath every candidate.

    Attributes:
        age_y: years.
        female: whether the equations for women hold.
        weight_kg: body weight.
        height_m: body height.
        hba1c_pct: HbA1c, NGSP.
        egfr: mL/min/1.73 m².
        fasting_mmoll: fasting plasma glucose; None for the usual one at this HbA1c.
        unexcreted_mmoll: fasting glucose as it would be without glucose in urine; None where a medicine makes none.
        mean_mmoll: mean glucose by a sensor; None for what the HbA1c stands for.
        duration_y: years since the diagnosis.
        insulin_u_per_d: long-acting insulin taken today.
        sbp_mmhg: systolic blood pressure.
        ldl_mmoll: LDL cholesterol.
        acr_mg_g: albumin-to-creatinine ratio.
        facts: further facts by name that cautions and guidelines ask for, such as ``heart_failure``.
        genotype: factors by quantity of ``glucotwin.domain.variant.Quantity``.
    """

    age_y: float
    female: bool
    weight_kg: float
    height_m: float
    hba1c_pct: float
    egfr: float
    fasting_mmoll: float | None = None
    unexcreted_mmoll: float | None = None
    mean_mmoll: float | None = None
    duration_y: float = 6.0
    insulin_u_per_d: float = 0.0
    sbp_mmhg: float = 135.0
    ldl_mmoll: float = 2.8
    acr_mg_g: float = 15.0
    facts: frozenset[str] = frozenset()
    genotype: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def usual_fasting_mmoll(self) -> float:
        """Fasting glucose, by HbA1c where it was not measured: HbA1c = 3.99 + 0.466 FPG (Baron 2016)."""
        return (self.hba1c_pct - 3.99) / 0.466 if self.fasting_mmoll is None else self.fasting_mmoll

    @property
    def usual_mean_mmoll(self) -> float:
        """Mean glucose, by HbA1c where no sensor measured it."""
        return mean_from_hba1c_mmoll(self.hba1c_pct) if self.mean_mmoll is None else self.mean_mmoll

    @property
    def glycation_gap_pct(self) -> float:
        """HbA1c above what this mean glucose usually gives."""
        return self.hba1c_pct - hba1c_from_mean_glucose(self.usual_mean_mmoll)

    @property
    def bmi(self) -> float:
        """Body mass index in kg/m²."""
        return self.weight_kg / self.height_m**2

    @property
    def usual_liver_fat_pct(self) -> float:
        """Liver fat in %, by BMI: 14 % at 33 kg/m² (about the middle of people with type 2 diabetes; chosen)."""
        return min(35.0, 14.0 * math.exp(0.09 * (self.bmi - 33.0)))

    def factor(self, quantity: str) -> float:
        """What the genotype multiplies a quantity by; 1 where nothing is known."""
        return self.genotype.get(quantity, 1.0)
