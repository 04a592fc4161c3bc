"""Plans that may be proposed: what is taken today, with at most two changes, inside the hard limits of cautions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from glucotwin.advise.regimen.spell import Spell, as_treatments
from glucotwin.advise.regimen.table import read_rows
from glucotwin.months.caution import Caution, cautions_of
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson

HARD = frozenset({"contraindicated", "dose"})
"""Cautions that no proposal may raise: contraindications, and doses above what the label allows."""

NOT_BEGUN = frozenset({"regimen-caution-sglt2-kidney", "regimen-caution-metformin-start"})
"""Cautions of labels that let go on what is taken but not begin it: SGLT2 inhibitors below an eGFR of 20, metformin at
30 to 45."""

NOT_TOGETHER = frozenset({"regimen-caution-incretin-twice"})
"""Cautions of pairs that are not put together, as the second one adds next to nothing (DPP-4 inhibitors to GLP-1
agonists); who takes both already may go on."""

TITRATED = "titrated"
TWO_AT_ONCE_PCT = 1.5
"""Two medicines are begun at once only this far above the target (ADA Standards of Care 2024, section 9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A plan.

    Attributes:
        plan: everything that is taken from today on.
        changes: medicines begun, stopped, or taken at another dose.
        begun: medicines that are begun.
        cautions: what to mind about it.
    """

    plan: tuple[Spell, ...]
    changes: int
    begun: tuple[str, ...]
    cautions: tuple[Caution, ...]

    @property
    def name(self) -> str:
        """As regimens are written; empty when nothing is taken."""
        return "+".join(one.name for one in self.plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Doses of a medicine that are proposed, rising.

    Attributes:
        medicine: name in the registry.
        steps: doses; empty where it is titrated.
        usual: at which it is begun.
    """

    medicine: str
    steps: tuple[float, ...]
    usual: float

    @property
    def is_titrated(self) -> bool:
        """Whether it has no steps of its own."""
        return not self.steps

    def begun(self) -> tuple[Spell, ...]:
        """How it is begun: at the usual dose first, then at smaller ones."""
        if self.is_titrated:
            return (Spell(medicine=self.medicine, dose=0.0, start_d=0, titrated=True),)
        smaller = [self.usual, *[one for one in reversed(self.steps) if one < self.usual]]
        return tuple(Spell(medicine=self.medicine, dose=one, start_d=0) for one in smaller)

    def next_dose(self, dose: float) -> float | None:
        """The next step up; None at the top."""
        return next((one for one in self.steps if one > dose), None)


def ladders(medicines: Sequence[str] = ()) -> tuple[Ladder, ...]:
    """Medicines that may be proposed, with their doses.

    Args:
        medicines: only these; all of ``data/options.csv`` when empty.
    """
    answer: list[Ladder] = []
    for row in read_rows("options.csv"):
        if medicines and row["medicine"] not in medicines:
            continue
        titrated = row["steps"] == TITRATED
        steps = () if titrated else tuple(float(one) for one in row["steps"].split("|"))
        answer.append(Ladder(medicine=row["medicine"], steps=steps, usual=0.0 if titrated else float(row["usual"])))
    return tuple(answer)


def options(
    person: MonthsPerson,
    taken: Sequence[Spell],
    *,
    hba1c_pct: float,
    target_pct: float = 7.0,
    allowed: Sequence[Ladder] = (),
) -> tuple[Option, ...]:
    """Every plan that may be proposed, the first one being to change nothing.

    Args:
        person: today.
        taken: what is taken today.
        hba1c_pct: that asks for more; at or below the target nothing is begun or raised, 1.5 % above it two medicines
            may be begun at once.
        target_pct: of HbA1c.
        allowed: what may be begun or raised; all of ``data/options.csv`` when empty.
    """
    allowed = allowed or ladders()
    found = {_key(taken): Option(plan=tuple(taken), changes=0, begun=(), cautions=_cautions(person, taken))}
    above_pct = hba1c_pct - target_pct
    together = {one.code for one in found[_key(taken)].cautions}
    never = NOT_TOGETHER - together
    for plan, changes in _plans(person, taken, allowed, more=above_pct > 0.0, two=above_pct >= TWO_AT_ONCE_PCT):
        cautions = _cautions(person, plan)
        if _key(plan) in found or any(one.action in HARD or one.code in never for one in cautions):
            continue
        begun = tuple(one.medicine for one in plan if one.medicine not in {other.medicine for other in taken})
        found[_key(plan)] = Option(plan=tuple(plan), changes=changes, begun=begun, cautions=cautions)
    return tuple(found.values())


def _plans(
    person: MonthsPerson, taken: Sequence[Spell], allowed: Sequence[Ladder], *, more: bool, two: bool
) -> Iterator[tuple[tuple[Spell, ...], int]]:
    kept = tuple(taken)
    first = list(_added(person, kept, allowed)) if more else []
    for plan in (*first, *(_raised(kept, allowed) if more else ())):
        yield plan, 1
    if two:
        for plan in first:
            for both in _added(person, plan, allowed):
                yield both, 2
            for both in _raised(plan, allowed, only=kept):
                yield both, 2
    for one in kept:
        if one.medicine == "metformin":
            continue
        rest = tuple(other for other in kept if other is not one)
        yield rest, 1
        for plan in _added(person, rest, allowed, without=one.kind):
            yield plan, 2


def _raised(
    taken: Sequence[Spell], allowed: Sequence[Ladder], *, only: Sequence[Spell] | None = None
) -> Iterator[tuple[Spell, ...]]:
    for one in taken if only is None else only:
        ladder = next((rung for rung in allowed if rung.medicine == one.medicine), None)
        above = None if ladder is None or one.titrated else ladder.next_dose(one.dose)
        if above is not None:
            yield tuple(replace(other, dose=above, start_d=0) if other == one else other for other in taken)


def _added(
    person: MonthsPerson, taken: Sequence[Spell], allowed: Sequence[Ladder], *, without: str = ""
) -> Iterator[tuple[Spell, ...]]:
    kinds = {one.kind for one in taken} | {without}
    for ladder in allowed:
        if MEDICINES[ladder.medicine].kind in kinds:
            continue
        # At the largest dose, from the usual one down, that the label allows this person.
        for begun in ladder.begun():
            plan = (*taken, begun)
            if not any(one.action in HARD or one.code in NOT_BEGUN for one in _cautions_of(person, plan, begun)):
                yield plan
                break


def _cautions(person: MonthsPerson, plan: Sequence[Spell]) -> tuple[Caution, ...]:
    return cautions_of(person, as_treatments(plan))


def _cautions_of(person: MonthsPerson, plan: Sequence[Spell], begun: Spell) -> tuple[Caution, ...]:
    """Cautions of a plan; of those that only forbid a beginning, the ones of what is begun."""
    own = {one.code for one in _cautions(person, [begun])}
    return tuple(one for one in _cautions(person, plan) if one.code not in NOT_BEGUN or one.code in own)


def _key(plan: Sequence[Spell]) -> frozenset[str]:
    return frozenset(one.name for one in plan)
