"""How arms treat: usual care, a rule, chance, or a twin. All see the same and may prescribe the same."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from glucotwin.advise.regimen.choice import HORIZON_D, choose_regimen
from glucotwin.advise.regimen.option import HARD, TWO_AT_ONCE_PCT, Ladder, ladders, options
from glucotwin.advise.regimen.spell import Spell, Visit, as_treatments, taken_on
from glucotwin.advise.regimen.twin import fit_regimen_twin
from glucotwin.months.caution import cautions_of
from glucotwin.months.person import MonthsPerson
from glucotwin.trial.chance import person_uniforms
from glucotwin.workflows.trial.guided.option import GuidedArm, GuidedPopulation
from glucotwin.workflows.trial.guided.table import numbers, read_rows

OBESE_BMI, WEAK_EGFR, LEAKY_ACR = 30.0, 60.0, 30.0
HEART_OR_KIDNEY = ("empagliflozin", "semaglutide", "sitagliptin", "pioglitazone", "glimepiride", "glargine")
HEAVY = ("semaglutide", "empagliflozin", "sitagliptin", "pioglitazone", "glimepiride", "glargine")
OTHERS = ("empagliflozin", "sitagliptin", "glimepiride", "pioglitazone", "semaglutide", "glargine")
"""Order of additions of the rule (ADA/EASD consensus 2022): organs first, then weight, then few lows; insulin last."""

STRONGEST = ("semaglutide", "glimepiride", "pioglitazone", "empagliflozin", "sitagliptin", "glargine")
"""By how much HbA1c a full dose takes (``data/effects.csv``); insulin last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a person at a visit.

    Attributes:
        number: of the person.
        person: at screening.
        spells: what was taken so far.
        visits: what was measured so far; the last one is today's.
        today: days since screening.
        intolerant: medicines not to be begun again.
    """

    number: int
    person: MonthsPerson
    spells: tuple[Spell, ...]
    visits: tuple[Visit, ...]
    today: int
    intolerant: frozenset[str] = frozenset()

    @property
    def taken(self) -> tuple[Spell, ...]:
        """What is taken today."""
        return taken_on(self.spells, self.today)

    @property
    def hba1c_pct(self) -> float:
        """As measured today."""
        return self.visits[-1].hba1c_pct or self.person.hba1c_pct

    @property
    def now(self) -> MonthsPerson:
        """The person as known today."""
        last = self.visits[-1]
        return replace(
            self.person,
            hba1c_pct=self.hba1c_pct,
            fasting_mmoll=last.fasting_mmoll,
            weight_kg=last.weight_kg or self.person.weight_kg,
        )


class AbstractPolicy(ABC):
    """Decides at each visit what is taken from today on."""

    def __init__(self, population: GuidedPopulation, arm: GuidedArm, *, seed: int) -> None:
        self.population, self.arm, self.seed = population, arm, seed

    @abstractmethod
    def plan(self, record: Record, *, visit: int) -> tuple[Spell, ...]:
        """Everything that is taken from today on.

        Args:
            record: of the person.
            visit: 0 when the lot is drawn.
        """

    def allowed(self, record: Record) -> tuple[Ladder, ...]:
        """Medicines that may be begun or raised for this person."""
        names = [one for one in self.population.medicines if one not in record.intolerant]
        return ladders(names)

    def chance(self, record: Record, *, visit: int, count: int) -> np.ndarray:
        """Numbers between 0 and 1 of this person at this visit."""
        stream = f"guided-policy-{visit}"
        return person_uniforms(self.seed, [record.number], stream=stream, count=count)[0]


class UsualCare(AbstractPolicy):
    """A step at a visit above the target, as often as in practice: the next dose first, else the next medicine."""

    def plan(self, record: Record, *, visit: int) -> tuple[Spell, ...]:
        """One step, or none."""
        drawn = self.chance(record, visit=visit, count=2)
        likely = numbers("inertia.csv", "per_visit")[self.arm.inertia]
        if record.hba1c_pct <= self.population.target_pct or drawn[0] > likely:
            return record.taken
        return _raised(record, self.allowed(record)) or self._added(record, float(drawn[1]))

    def _added(self, record: Record, drawn: float) -> tuple[Spell, ...]:
        kinds = {one.kind for one in record.taken}
        rows = [
            row for row in read_rows("care.csv") if row["medicine"] in {one.medicine for one in self.allowed(record)}
        ]
        open_to = [(row, _spell(row["medicine"], float(row["first_dose"]))) for row in rows]
        open_to = [(row, one) for row, one in open_to if one.kind not in kinds and _is_safe(record, one)]
        if not open_to:
            return record.taken
        share = np.cumsum([float(row["weight"]) for row, _ in open_to])
        return (*record.taken, open_to[int(np.searchsorted(share, drawn * share[-1]))][1])


class RuleBased(AbstractPolicy):
    """The active control: no inertia, full doses, two medicines at once from 1.5 % above the target, a fixed order.

    Who is told ``strongest`` adds what lowers HbA1c most, whoever the person is.
    """

    def plan(self, record: Record, *, visit: int) -> tuple[Spell, ...]:
        """Steps by the rule."""
        above = record.hba1c_pct - self.population.target_pct
        if above <= 0.0:
            return record.taken
        allowed = self.allowed(record)
        plan = _raised(record, allowed)
        added = 1 if plan is None or above >= TWO_AT_ONCE_PCT else 0
        added += int(plan is None and above >= TWO_AT_ONCE_PCT)
        plan = record.taken if plan is None else plan
        for _ in range(added):
            plan = self._added(record, plan, allowed)
        return plan

    def _added(self, record: Record, plan: tuple[Spell, ...], allowed: Sequence[Ladder]) -> tuple[Spell, ...]:
        ladder = {one.medicine: one for one in allowed}
        kinds = {one.kind for one in plan}
        for name in STRONGEST if self.arm.policy == "strongest" else _order(record.now):
            if name not in ladder:
                continue
            for begun in ladder[name].begun():
                if begun.kind not in kinds and _is_safe(record, begun, plan=plan):
                    return (*plan, begun)
        return plan


class RandomChoice(AbstractPolicy):
    """Sham advice: above the target any plan that may be proposed, by chance."""

    def plan(self, record: Record, *, visit: int) -> tuple[Spell, ...]:
        """A plan by chance."""
        if record.hba1c_pct <= self.population.target_pct:
            return record.taken
        found = options(
            record.now,
            record.taken,
            hba1c_pct=record.hba1c_pct,
            target_pct=self.population.target_pct,
            allowed=self.allowed(record),
        )
        changing = [one.plan for one in found if one.changes > 0] or [record.taken]
        drawn = float(self.chance(record, visit=visit, count=1)[0])
        return changing[min(len(changing) - 1, int(drawn * len(changing)))]


class TwinGuided(AbstractPolicy):
    """A twin fitted to the visits so far, and its choice."""

    def plan(self, record: Record, *, visit: int) -> tuple[Spell, ...]:
        """The plan with the least burden over the twin's bodies."""
        twin = fit_regimen_twin(
            record.person, record.spells, record.visits, seed=record.number, believed=self.arm.believed or None
        )
        choice = choose_regimen(
            twin,
            record.now,
            target_pct=self.population.target_pct,
            days=HORIZON_D,
            allowed=self.allowed(record),
        )
        return choice.chosen.option.plan


POLICIES: dict[str, Callable[..., AbstractPolicy]] = {
    "usual": UsualCare,
    "rule": RuleBased,
    "strongest": RuleBased,
    "random": RandomChoice,
    "twin": TwinGuided,
}


def changes_between(before: Sequence[Spell], after: Sequence[Spell]) -> int:
    """Medicines begun, stopped, or taken at another dose."""
    first, second = ({one.medicine: (one.dose, one.titrated) for one in plan} for plan in (before, after))
    return sum(first.get(name) != second.get(name) for name in {*first, *second})


def _order(person: MonthsPerson) -> tuple[str, ...]:
    protected = "heart_failure" in person.facts or person.egfr < WEAK_EGFR or person.acr_mg_g >= LEAKY_ACR
    if protected:
        return HEART_OR_KIDNEY
    return HEAVY if "atherosclerosis" in person.facts or person.bmi >= OBESE_BMI else OTHERS


def _raised(record: Record, allowed: Sequence[Ladder]) -> tuple[Spell, ...] | None:
    """The next dose of the first medicine that has one; None where all are at the top."""
    ladder = {one.medicine: one for one in allowed}
    for one in record.taken:
        above = ladder[one.medicine].next_dose(one.dose) if one.medicine in ladder and not one.titrated else None
        raised = None if above is None else replace(one, dose=above, start_d=record.today)
        rest = tuple(other for other in record.taken if other is not one)
        if raised is not None and _is_safe(record, raised, plan=rest):
            return (*rest, raised)
    return None


def _spell(medicine: str, dose: float) -> Spell:
    return Spell(medicine=medicine, dose=dose, start_d=0, titrated=dose == 0.0)


def _is_safe(record: Record, begun: Spell, *, plan: Sequence[Spell] | None = None) -> bool:
    """Whether no hard limit, and nothing that is better avoided, stands against it."""
    whole = (*(record.taken if plan is None else plan), begun)
    cautions = cautions_of(record.now, as_treatments(whole))
    return not any(one.action in HARD or one.action == "avoid" for one in cautions)
