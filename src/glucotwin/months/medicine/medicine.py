"""A medicine of the slow body."""

from collections.abc import Callable
from dataclasses import dataclass

from glucotwin.months.effect import Effect
from glucotwin.months.person import MonthsPerson


def _no_caution(person: MonthsPerson, dose: float) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """A medicine: from a dose to its effect on one person.

    Attributes:
        unit: of the dose.
        largest_dose: the largest one that is modelled.
        onset_d: time constant in days with which the effect grows, escalation of the dose included.
        effect: full effect by person and dose.
        cautions: identifiers of messages that hold for this person and dose.
        low_glucose_per_y: yearly rate of felt lows (GRADE, five years); None where it was not at hand.
    """

    unit: str
    largest_dose: float
    onset_d: float
    effect: Callable[[MonthsPerson, float], Effect]
    cautions: Callable[[MonthsPerson, float], tuple[str, ...]] = _no_caution
    low_glucose_per_y: float | None = None
