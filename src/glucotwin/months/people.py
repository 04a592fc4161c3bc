"""People side by side, as the slow body moves them: one number each, or one for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from glucotwin.months.person import MonthsPerson

Amount = float | np.ndarray
"""One number for all bodies, or an array ``(bodies,)``."""

Whose = slice | np.ndarray
"""Which bodies: all of them as a slice, or places."""

LIGHTEST_KG = 35.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsPeople:
    """People of a day; every array is ``(bodies,)``, units as in ``MonthsPerson``.

    Attributes:
        age_y, female, weight_kg, height_m, egfr: what medicines go by.
        hba1c_pct: HbA1c.
        fasting_mmoll: fasting plasma glucose.
        unexcreted_mmoll: the same as it would be without glucose in urine.
        mean_mmoll: mean glucose.
        duration_y: years since the diagnosis.
        insulin_u_per_d: long-acting insulin taken at the start.
        liver_fat_pct: liver fat.
        sbp_mmhg, ldl_mmoll, acr_mg_g: pressure, LDL cholesterol, albuminuria.
        genotype: factors by quantity; 1 where one is missing.
    """

    age_y: np.ndarray
    female: np.ndarray
    weight_kg: np.ndarray
    height_m: np.ndarray
    egfr: np.ndarray
    hba1c_pct: np.ndarray
    fasting_mmoll: np.ndarray
    unexcreted_mmoll: np.ndarray
    mean_mmoll: np.ndarray
    duration_y: np.ndarray
    insulin_u_per_d: np.ndarray
    liver_fat_pct: np.ndarray
    sbp_mmhg: np.ndarray
    ldl_mmoll: np.ndarray
    acr_mg_g: np.ndarray
    genotype: Mapping[str, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))

    def __len__(self) -> int:
        """How many there are."""
        return self.weight_kg.shape[0]

    @property
    def bmi(self) -> np.ndarray:
        """Body mass index in kg/m²."""
        return self.weight_kg / self.height_m**2

    def factor(self, quantity: str) -> Amount:
        """What the genotype multiplies a quantity by; 1 where nothing is known."""
        return self.genotype.get(quantity, 1.0)

    def some(self, whose: Whose) -> "MonthsPeople":
        """Some of them."""
        if isinstance(whose, slice) and whose == slice(None):
            return self
        values = {name: getattr(self, name)[whose] for name in ARRAYS}
        return MonthsPeople(**values, genotype={name: one[whose] for name, one in self.genotype.items()})

    def as_in(self, now: "MonthsPeople", whose: Whose) -> "MonthsPeople":
        """These people as they are among all of today.

        Args:
            now: all people today.
            whose: places of these among them.
        """
        if isinstance(whose, slice):
            return now.some(whose)
        return replace(
            self,
            fasting_mmoll=now.fasting_mmoll[whose],
            unexcreted_mmoll=now.unexcreted_mmoll[whose],
            weight_kg=now.weight_kg[whose],
            egfr=now.egfr[whose],
        )

    def on_a_day(
        self, *, fasting_mmoll: np.ndarray, unexcreted_mmoll: np.ndarray, weight_kg: np.ndarray, egfr: np.ndarray
    ) -> "MonthsPeople":
        """The same people as glucose, weight and kidney are that day."""
        return replace(
            self,
            fasting_mmoll=fasting_mmoll,
            unexcreted_mmoll=unexcreted_mmoll,
            weight_kg=np.maximum(LIGHTEST_KG, weight_kg),
            egfr=egfr,
        )


ARRAYS = tuple(name for name in MonthsPeople.__slots__ if name != "genotype")


def people_of(persons: Sequence[MonthsPerson]) -> MonthsPeople:
    """People side by side.

    Args:
        persons: one for each body.
    """

    def of(name: str) -> np.ndarray:
        return np.array([getattr(one, name) for one in persons], dtype=np.float64)

    fasting = of("usual_fasting_mmoll")
    unexcreted = [one.unexcreted_mmoll for one in persons]
    return MonthsPeople(
        **{name: of(name) for name in ("age_y", "weight_kg", "height_m", "egfr", "hba1c_pct", "duration_y")},
        **{name: of(name) for name in ("insulin_u_per_d", "sbp_mmhg", "ldl_mmoll", "acr_mg_g")},
        female=np.array([one.female for one in persons]),
        fasting_mmoll=fasting,
        unexcreted_mmoll=np.array([own if one is None else one for one, own in zip(unexcreted, fasting, strict=True)]),
        mean_mmoll=of("usual_mean_mmoll"),
        liver_fat_pct=of("usual_liver_fat_pct"),
        genotype={
            name: np.array([one.factor(name) for one in persons])
            for name in {name for one in persons for name in one.genotype}
        },
    )
