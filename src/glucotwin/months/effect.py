"""What a medicine does at the mechanisms of the slow body."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glucotwin.months.people import Amount, Whose

FACTORS = (
    "production",
    "secretion",
    "sensitivity",
    "prandial",
    "decline",
    "liver_fat",
    "ldl",
    "albuminuria",
    "egfr_loss",
)
SUMS = ("excretion", "insulin_mmoll", "intake_kcal", "diet_kcal", "fluid_kg", "sbp_mmhg", "egfr_dip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Changes of the body while a medicine is taken, for all bodies or one number each ``(bodies,)``.

    Factors of 1 and sums of 0 are no effect.

    Attributes:
        production: factor on hepatic glucose production.
        secretion: factor on insulin secretion.
        sensitivity: factor on insulin sensitivity.
        prandial: factor on the rise of mean glucose above fasting.
        decline: factor on the speed at which beta cells tire.
        liver_fat: factor on liver fat beyond what weight does.
        ldl: factor on LDL cholesterol.
        albuminuria: factor on the albumin-to-creatinine ratio.
        egfr_loss: factor on the yearly loss of kidney function.
        excretion: fasting glucose is divided by 1 + this (glucose in urine).
        insulin_mmoll: insulin whatever the glucose, as the rise of fasting glucose that would call forth as much.
        intake_kcal: change of energy intake a day that appetite later resists.
        diet_kcal: change of energy intake a day that is kept to.
        fluid_kg: weight that is not energy.
        sbp_mmhg: change of systolic blood pressure beyond what weight does.
        egfr_dip: reversible change of eGFR by pressure in the kidney.
    """

    production: Amount = 1.0
    secretion: Amount = 1.0
    sensitivity: Amount = 1.0
    prandial: Amount = 1.0
    decline: Amount = 1.0
    liver_fat: Amount = 1.0
    ldl: Amount = 1.0
    albuminuria: Amount = 1.0
    egfr_loss: Amount = 1.0
    excretion: Amount = 0.0
    insulin_mmoll: Amount = 0.0
    intake_kcal: Amount = 0.0
    diet_kcal: Amount = 0.0
    fluid_kg: Amount = 0.0
    sbp_mmhg: Amount = 0.0
    egfr_dip: Amount = 0.0


class EffectSum:
    """Effects of everything that is taken, added up over bodies: factors by their logarithms."""

    def __init__(self, bodies: int) -> None:
        self._none = np.zeros(bodies)
        self._logs: dict[str, np.ndarray] = {}
        self._sums: dict[str, np.ndarray] = {}

    def add(self, effect: Effect, share: Amount, whose: Whose = slice(None)) -> None:
        """Adds a share of an effect for some bodies.

        Args:
            effect: numbers for all, or one for each of these bodies.
            share: 1 for the whole effect, below 0 to take it away.
            whose: bodies that have it.
        """
        for name in FACTORS:
            value = getattr(effect, name)
            if not isinstance(value, float) or value != 1.0:
                self._put(self._logs, name, share * np.log(value), whose)
        for name in SUMS:
            value = getattr(effect, name)
            if not isinstance(value, float) or value != 0.0:
                self._put(self._sums, name, share * value, whose)

    def total(self) -> Effect:
        """All of them as one effect."""
        return Effect(**{name: np.exp(one) for name, one in self._logs.items()}, **self._sums)

    def _put(self, parts: dict[str, np.ndarray], name: str, values: Amount, whose: Whose) -> None:
        if isinstance(whose, slice):
            parts[name] = parts.get(name, self._none) + values
            return
        if name not in parts:
            parts[name] = self._none.copy()
        parts[name][whose] += values


def together(effects: Sequence[Effect], *, bodies: int) -> Effect:
    """All effects at once.

    Args:
        effects: each in full.
        bodies: how many there are.
    """
    added = EffectSum(bodies)
    for one in effects:
        added.add(one, 1.0)
    return added.total()
