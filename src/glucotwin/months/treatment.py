"""A medicine as one person takes it: dose, start, missed doses, titration, or its end."""

from dataclasses import dataclass, replace

from glucotwin.months.medicine.medicine import Medicine

RESPONSE_SPREAD = 0.35
"""Standard deviation of the logarithm of people's response to medicines: chosen, not measured."""

LIFESTYLE_SPREAD = 1.7
"""People keep to ways of living 1.7 times as differently as they answer to medicines (loss of weight in DiRECT)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What is taken or stopped.

    Attributes:
        medicine: the medicine.
        dose: aimed at, in the unit of the medicine; the first dose where it is titrated.
        titrated: whether the dose follows fasting glucose.
        adherence: share of doses taken.
        start_d: day on which it begins (or ends, where it is stopped).
        stopped: whether a medicine of today is taken away.
        strength: factor on its effect, 1 for the published one.
    """

    medicine: Medicine
    dose: float
    titrated: bool = False
    adherence: float = 1.0
    start_d: int = 0
    stopped: bool = False
    strength: float = 1.0

    def has_begun(self, day: int) -> bool:
        """Whether it is taken (or no longer taken, where it is stopped) on a day of the course, the first being 1."""
        return day > self.start_d

    def insulin_u_per_d(self, dose: float) -> float:
        """Units of insulin a day at a dose, below 0 where it is stopped; none for what is no insulin."""
        if self.medicine.titration is None:
            return 0.0
        return dose / self.medicine.dosed_d * (-1.0 if self.stopped else 1.0)

    def answer(self, response: float) -> float:
        """Factor on the effect for a person who answers so strongly; a titrated dose makes up for it.

        Args:
            response: to medicines, 1 for the average; what is stopped counts as published.
        """
        if self.titrated or self.stopped:
            return self.strength
        return self.strength * (response**LIFESTYLE_SPREAD if self.medicine.kind == "lifestyle" else response)


def with_adherence(treatment: Treatment, share: float) -> Treatment:
    """The same with a share of the doses taken; what is stopped stays stopped.

    Args:
        treatment: as prescribed.
        share: of doses taken, above 0 and up to 1.
    """
    return treatment if treatment.stopped else replace(treatment, adherence=share)
