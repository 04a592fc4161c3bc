"""What a medicine does at the mechanisms of the slow body."""

from dataclasses import dataclass
from functools import reduce

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
    """Changes of the body while a medicine is taken; factors of 1 and sums of 0 are no effect.

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

    production: float = 1.0
    secretion: float = 1.0
    sensitivity: float = 1.0
    prandial: float = 1.0
    decline: float = 1.0
    liver_fat: float = 1.0
    ldl: float = 1.0
    albuminuria: float = 1.0
    egfr_loss: float = 1.0
    excretion: float = 0.0
    insulin_mmoll: float = 0.0
    intake_kcal: float = 0.0
    diet_kcal: float = 0.0
    fluid_kg: float = 0.0
    sbp_mmhg: float = 0.0
    egfr_dip: float = 0.0

    def grown(self, share: float) -> "Effect":
        """The effect at a share of its full size; factors on a logarithmic scale.

        Args:
            share: 0 for none, 1 for the full effect, below 0 to take away what was there.
        """
        if share == 1.0:
            return self
        factors = {name: getattr(self, name) ** share for name in FACTORS}
        return Effect(**factors, **{name: getattr(self, name) * share for name in SUMS})

    def with_other(self, other: "Effect") -> "Effect":
        """Both together: factors multiply, sums add."""
        factors = {name: getattr(self, name) * getattr(other, name) for name in FACTORS}
        return Effect(**factors, **{name: getattr(self, name) + getattr(other, name) for name in SUMS})


def together(effects: list[Effect]) -> Effect:
    """All effects at once."""
    return reduce(Effect.with_other, effects, Effect())
