"""What a person takes from one day to another, and what was measured at visits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.treatment import Treatment

BEFORE = -10_000
"""First day of what has been taken for long when the first visit comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A medicine at one dose from one day to another; day 0 is that of the first visit.

    Attributes:
        medicine: name in the registry of medicines.
        dose: in the unit of the medicine; the first one where it is titrated, 0 for the rule's own.
        start_d: first day; below 0 for what was taken before the first visit.
        end_d: day on which it is no longer taken; None where it goes on.
        titrated: whether the dose of an insulin follows fasting glucose.
    """

    medicine: str
    dose: float
    start_d: int = BEFORE
    end_d: int | None = None
    titrated: bool = False

    @property
    def kind(self) -> str:
        """Class of the medicine."""
        return MEDICINES[self.medicine].kind

    def is_taken(self, day: float) -> bool:
        """Whether it is taken on a day."""
        return self.start_d <= day and (self.end_d is None or day < self.end_d)

    @property
    def name(self) -> str:
        """As regimens are written: ``semaglutide:1``."""
        return f"{self.medicine}:{'titrated' if self.titrated else f'{self.dose:g}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What was measured on a day; None where it was not.

    Attributes:
        day: since the first visit.
        hba1c_pct: HbA1c.
        fasting_mmoll: fasting plasma glucose.
        mean_mmoll: mean glucose by a sensor.
        weight_kg: body weight.
    """

    day: int
    hba1c_pct: float | None = None
    fasting_mmoll: float | None = None
    mean_mmoll: float | None = None
    weight_kg: float | None = None


def taken_on(spells: Iterable[Spell], day: float) -> tuple[Spell, ...]:
    """What is taken on a day."""
    return tuple(one for one in spells if one.is_taken(day))


def with_plan(spells: Sequence[Spell], plan: Sequence[Spell], *, day: int) -> tuple[Spell, ...]:
    """A history that goes on with a plan from a day on.

    Args:
        spells: taken up to that day, or on.
        plan: everything that is taken from that day on; what is not in it ends.
        day: of the change.
    """
    kept = {(one.medicine, one.dose, one.titrated) for one in plan}
    going_on = [one for one in spells if one.is_taken(day) and (one.medicine, one.dose, one.titrated) in kept]
    known = {(one.medicine, one.dose, one.titrated) for one in going_on}
    ended = [
        replace(one, end_d=day if one.end_d is None else min(one.end_d, day))
        for one in spells
        if one not in going_on and one.start_d < day
    ]
    begun = [
        replace(one, start_d=day, end_d=None) for one in plan if (one.medicine, one.dose, one.titrated) not in known
    ]
    return (*ended, *going_on, *begun)


def as_treatments(spells: Iterable[Spell]) -> tuple[Treatment, ...]:
    """The same as treatments of the slow body, for cautions, guidelines and side effects."""
    return tuple(Treatment(medicine=MEDICINES[one.medicine], dose=one.dose, titrated=one.titrated) for one in spells)
