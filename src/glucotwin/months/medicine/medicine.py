"""A medicine of the slow body."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.onset import Onset
from glucotwin.months.people import Amount, MonthsPeople


@dataclass(frozen=True, slots=True, kw_only=True)
class Titration:
    """Weekly steps of an insulin: by fasting glucose as in the Treat-to-Target trial (Riddle 2003), or by mean glucose.

    Attributes:
        start_u_per_kg: first dose a day.
        largest_u_per_kg: dose a day at which people stopped.
        by_mean: whether mean glucose leads, for insulin at meals.
    """

    start_u_per_kg: float = 0.11
    largest_u_per_kg: float = 1.0
    by_mean: bool = False

    def first_dose(self, weight_kg: np.ndarray, days: float) -> np.ndarray:
        """The first dose by body weight in kg, told for so many days."""
        return self.start_u_per_kg * weight_kg * days


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """A medicine: from a dose to its effect on one person.

    Attributes:
        unit: of the dose.
        kind: class, by which cautions, side effects, guidelines and cost are looked up in ``data``.
        largest_dose: the largest one that is modelled.
        onset: how fast the dose is felt, beyond its escalation.
        effect: full effect by person and dose.
        escalation: doses on the way up; empty to begin with the full one.
        step_d: days on each step of the escalation.
        phase: share of the dose by days since the start, for programmes that change by themselves.
        titration: how the dose follows fasting glucose where the candidate says ``titrated``.
        lows_per_y: yearly rate of felt lows that it adds at an HbA1c of 7 %.
    """

    unit: str
    kind: str
    largest_dose: float
    onset: Onset
    effect: Callable[[MonthsPeople, Amount], Effect]
    escalation: tuple[float, ...] = ()
    step_d: int = 28
    phase: Callable[[int], float] | None = None
    titration: Titration | None = None
    lows_per_y: float = 0.0

    @property
    def dosed_d(self) -> float:
        """Days that a dose is told for."""
        return 7.0 if self.unit.endswith("/week") else 1.0

    def dose_on(self, dose: float, day: int) -> float:
        """The dose that is taken that many days after the start.

        Args:
            dose: that is aimed at.
            day: since the start, the first one being 0.
        """
        if self.phase is not None:
            return dose * self.phase(day)
        reached = day // self.step_d
        return min(dose, self.escalation[reached]) if reached < len(self.escalation) else dose
