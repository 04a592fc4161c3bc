"""A plan of medicines that a clinician may propose: what is started, stopped or taken at another dose from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from glucotwin.advise.proposal import ProposalKind
from glucotwin.advise.regimen.spell import Spell
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import day, plain_number
from glucotwin.months.medicine.registry import MEDICINES


class MedicineStep(StrEnum):
    """What becomes of a medicine."""

    START = "start"
    STOP = "stop"
    RAISE = "raise"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineChange:
    """What becomes of one medicine.

    Attributes:
        medicine: name in the registry of medicines.
        step: what.
        before: dose today, in the unit of the medicine; None where it is not taken, or follows fasting glucose.
        after: dose then; None where it is stopped, or follows fasting glucose.
    """

    medicine: str
    step: MedicineStep
    before: float | None
    after: float | None

    @property
    def unit(self) -> str:
        """Of both doses."""
        return MEDICINES[self.medicine].unit

    def sentence(self) -> str:
        """In words."""
        told = {"before": self._dose(self.before), "after": self._dose(self.after)}
        return message(f"advice-medicine-{self.step}", medicine=self.medicine, **told)

    def _dose(self, dose: float | None) -> str:
        if dose is None:
            return message("advice-medicine-titrated")
        per = "week" if self.unit.endswith("/week") else "day"
        return message(f"advice-medicine-{per}", dose=plain_number(dose), unit=self.unit.partition("/")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineProposal:
    """A plan of medicines from a day on.

    Attributes:
        from_day: first local day on which it holds.
        plan: everything that is taken then, as regimens are written; empty for nothing.
        changes: what differs from today.
        why: the clinician's words.

    Raises:
        DataError: nothing changes.
    """

    from_day: date
    plan: str
    changes: tuple[MedicineChange, ...]
    why: str

    def __post_init__(self) -> None:
        if not self.changes:
            raise DataError(ErrorCode.INVALID_VALUE, message("advice-medicines-same"))

    @property
    def kind(self) -> ProposalKind:
        """What is proposed."""
        return ProposalKind.MEDICINES

    def sentence(self) -> str:
        """In words."""
        changes = "; ".join(one.sentence() for one in self.changes)
        return message("advice-medicines", day=day(datetime.combine(self.from_day, time.min)), changes=changes)


def medicine_changes(taken: Iterable[Spell], plan: Iterable[Spell]) -> tuple[MedicineChange, ...]:
    """What a plan changes: stopped medicines first, then those at another dose, then those that are started.

    Args:
        taken: today.
        plan: everything that is taken then.
    """
    before, after = ({one.medicine: one for one in spells} for spells in (taken, plan))
    stopped = [
        MedicineChange(medicine=name, step=MedicineStep.STOP, before=_dose(one), after=None)
        for name, one in before.items()
        if name not in after
    ]
    moved = [
        MedicineChange(medicine=name, step=_moved(before[name], one), before=_dose(before[name]), after=_dose(one))
        for name, one in after.items()
        if name in before and before[name].name != one.name
    ]
    begun = [
        MedicineChange(medicine=name, step=MedicineStep.START, before=None, after=_dose(one))
        for name, one in after.items()
        if name not in before
    ]
    return (*stopped, *moved, *begun)


def _dose(one: Spell) -> float | None:
    return None if one.titrated else one.dose


def _moved(before: Spell, after: Spell) -> MedicineStep:
    return MedicineStep.RAISE if after.titrated or after.dose > before.dose else MedicineStep.LOWER
