"""What a medicine does at the mechanisms of the slow body."""

from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Changes of the body while a medicine is taken; factors of 1 and sums of 0 are no effect.

    Attributes:
        production: factor on hepatic glucose production.
        secretion: factor on insulin secretion.
        sensitivity: factor on insulin sensitivity.
        prandial: factor on the rise of mean glucose above fasting.
        excretion: fasting glucose is divided by 1 + this (glucose in urine).
        intake_kcal: change of energy intake a day that appetite later resists.
        diet_kcal: change of energy intake a day that is kept to.
        fluid_kg: weight that is not energy.
    """

    production: float = 1.0
    secretion: float = 1.0
    sensitivity: float = 1.0
    prandial: float = 1.0
    excretion: float = 0.0
    intake_kcal: float = 0.0
    diet_kcal: float = 0.0
    fluid_kg: float = 0.0

    def grown(self, share: float) -> "Effect":
        """The effect at a share of its full size; factors on a logarithmic scale.

        Args:
            share: 0 for none, 1 for the full effect.
        """
        return Effect(
            production=self.production**share,
            secretion=self.secretion**share,
            sensitivity=self.sensitivity**share,
            prandial=self.prandial**share,
            excretion=self.excretion * share,
            intake_kcal=self.intake_kcal * share,
            diet_kcal=self.diet_kcal * share,
            fluid_kg=self.fluid_kg * share,
        )

    def with_other(self, other: "Effect") -> "Effect":
        """Both together: factors multiply, sums add."""
        return Effect(
            production=self.production * other.production,
            secretion=self.secretion * other.secretion,
            sensitivity=self.sensitivity * other.sensitivity,
            prandial=self.prandial * other.prandial,
            excretion=self.excretion + other.excretion,
            intake_kcal=self.intake_kcal + other.intake_kcal,
            diet_kcal=self.diet_kcal + other.diet_kcal,
            fluid_kg=self.fluid_kg + other.fluid_kg,
        )


def together(effects: list[Effect]) -> Effect:
    """All effects at once."""
    return reduce(Effect.with_other, effects, Effect())
