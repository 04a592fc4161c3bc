"""Effects of what a person takes, as tables over time and fasting glucose, so that many draws can be followed at once.

The slow body asks each medicine for its effect every day for one person. Draws of one person differ in fasting glucose
and in how strongly they answer, hardly in weight or kidney function; so each medicine is asked once per dose and level
of fasting glucose, and draws are read off.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from glucotwin.advise.regimen.spell import Spell
from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson

STEP_D = 3.5
FACTORS = ("production", "secretion", "sensitivity", "prandial", "decline")
SUMS = ("excretion", "insulin_mmoll", "intake_kcal", "diet_kcal", "fluid_kg")
"""Of an effect, in the order of a table's columns; factors as logarithms."""

FASTING_MMOLL = np.arange(3.0, 22.0, 1.0)
LARGEST_U_PER_KG, DOSES = 1.2, 13
"""Of a titrated insulin's table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseTable:
    """A medicine whose dose is known: what it does beyond what was taken at the first visit.

    Attributes:
        kind: class.
        values: ``(steps, fasting, columns)``.
    """

    kind: str
    values: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class TitratedTable:
    """An insulin whose dose follows fasting glucose: effect by dose ``(doses, columns)``, and its rule.

    Attributes:
        kind: class.
        values: effect beyond what was taken at the first visit.
        doses: in the medicine's unit.
        first_dose: of the titration.
        begin_step, end_step: between which it is taken.
        felt_share: of a change of the dose that is felt within a step.
        rule: of the medicine.
        weight_kg: of the person, for the largest dose.
    """

    kind: str
    values: np.ndarray
    doses: np.ndarray
    first_dose: float
    begin_step: int
    end_step: int
    felt_share: float
    rule: Titration
    weight_kg: float

    @property
    def days(self) -> float:
        """Days that a dose is told for."""
        return 7.0 if self.rule.per_week else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTables:
    """Tables of everything that is taken.

    Attributes:
        known: medicines whose dose is known, by what is told of their doses; the same key is the same table.
        titrated: a titrated insulin.
        usual_mmoll: insulin that was injected at the first visit (see ``insulin_mmoll``).
    """

    known: Mapping[str, DoseTable]
    titrated: TitratedTable | None
    usual_mmoll: float


class EffectTables:
    """Tables of one person, whose weight and kidney count as they were at the first visit; made once, kept."""

    def __init__(self, person: MonthsPerson) -> None:
        self._frozen = _Frozen(person)
        self._kept: dict[str, DoseTable | None] = {}

    def of(self, spells: Sequence[Spell], *, steps: int) -> PlanTables:
        """Tables of everything that is taken within some steps.

        Args:
            spells: from before the first visit on.
            steps: of half a week.
        """
        known: dict[str, DoseTable] = {}
        for name in dict.fromkeys(one.medicine for one in spells):
            told = _of(spells, name)
            key = f"{steps}:{told}"
            if key not in self._kept:
                self._kept[key] = _dose_table(self._frozen, MEDICINES[name], told, steps=steps)
            table = self._kept[key]
            if table is not None:
                known[key] = table
        titrated = next((one for one in spells if one.titrated), None)
        table = None if titrated is None else _titrated_table(self._frozen, titrated, spells, steps=steps)
        return PlanTables(known=known, titrated=table, usual_mmoll=_usual_insulin(self._frozen, spells))


def _usual_insulin(frozen: "_Frozen", spells: Sequence[Spell]) -> float:
    return sum(
        float(frozen.row(MEDICINES[one.medicine], one.dose, 8.0)[FIRST_SUM + 1])
        for one in spells
        if one.start_d < 0 and one.is_taken(-1) and MEDICINES[one.medicine].titration is not None
    )


FIRST_SUM = len(FACTORS)


class _Frozen:
    """A person whose weight and kidney stay, with the effects that were asked for already."""

    def __init__(self, person: MonthsPerson) -> None:
        self.person = person
        self.row = lru_cache(maxsize=20_000)(self._row)
        self._at = lru_cache(maxsize=100)(self._person_at)

    def _person_at(self, fasting: float) -> MonthsPerson:
        return replace(self.person, fasting_mmoll=fasting, unexcreted_mmoll=fasting)

    def _row(self, medicine: Medicine, dose: float, fasting: float) -> np.ndarray:
        effect = medicine.effect(self._at(fasting), dose) if dose > 0.0 else Effect()
        logs = [math.log(getattr(effect, name)) for name in FACTORS]
        return np.array(logs + [getattr(effect, name) for name in SUMS])

    def grid(self, medicine: Medicine, dose: float) -> np.ndarray:
        """Rows of effects at every level of fasting glucose, ``(fasting, columns)``."""
        return np.stack([self.row(medicine, dose, float(one)) for one in FASTING_MMOLL])


def _of(spells: Sequence[Spell], name: str) -> tuple[Spell, ...]:
    return tuple(one for one in spells if one.medicine == name)


def _dose_table(frozen: _Frozen, medicine: Medicine, spells: Sequence[Spell], *, steps: int) -> DoseTable | None:
    felt = felt_doses(medicine, [one for one in spells if not one.titrated], steps=steps)
    before = next((one.dose for one in spells if one.start_d < 0 and one.is_taken(-1)), 0.0)
    if not np.any(np.abs(felt - before) > 1e-9):
        return None
    usual = frozen.grid(medicine, before)
    grids: dict[float, np.ndarray] = {}
    rounded = [float(f"{one:.3g}") for one in felt]
    for one in set(rounded):
        grids[one] = frozen.grid(medicine, one) - usual
    return DoseTable(kind=medicine.kind, values=np.stack([grids[one] for one in rounded]))


def felt_doses(medicine: Medicine, spells: Sequence[Spell], *, steps: int) -> np.ndarray:
    """The dose that is felt at each step: after escalation, and with the medicine's delay.

    Args:
        medicine: which.
        spells: of it, none of them titrated.
        steps: of half a week.
    """
    before = next((one.dose for one in spells if one.start_d < 0 and one.is_taken(-1)), 0.0)
    share = 1.0 - math.exp(-STEP_D / medicine.onset.total_d)
    felt, taken, answer = before, before, np.empty(steps)
    for step in range(steps):
        day = step * STEP_D
        now = next((one for one in reversed(spells) if one.is_taken(day)), None)
        # Escalation goes on from what was taken before, it does not begin anew.
        aimed = 0.0 if now is None else medicine.dose_on(now.dose, int(day - max(now.start_d, -3650)))
        floor = 0.0 if now is None else min(taken, now.dose)
        target = max(aimed, floor)
        taken = target
        felt += (target - felt) * share
        answer[step] = felt
    return answer


def _titrated_table(frozen: _Frozen, titrated: Spell, every: Sequence[Spell], *, steps: int) -> TitratedTable:
    medicine, person = MEDICINES[titrated.medicine], frozen.person
    rule = medicine.titration
    if rule is None:
        raise ValueError(f"{titrated.medicine} is not titrated")
    days = 7.0 if rule.per_week else 1.0
    fixed = [one for one in _of(every, titrated.medicine) if not one.titrated]
    latest = next((one.dose for one in reversed(fixed) if one.end_d == titrated.start_d), 0.0)
    doses = np.linspace(0.0, LARGEST_U_PER_KG * person.weight_kg * days, DOSES)
    values = np.stack([frozen.row(medicine, float(one), 8.0) for one in doses])
    end = steps if titrated.end_d is None else round(titrated.end_d / STEP_D)
    return TitratedTable(
        kind=medicine.kind,
        values=values,
        doses=doses,
        first_dose=titrated.dose or latest or rule.start_u_per_kg * person.weight_kg * days,
        begin_step=max(0, round(titrated.start_d / STEP_D)),
        end_step=end,
        felt_share=1.0 - math.exp(-STEP_D / medicine.onset.total_d),
        rule=rule,
        weight_kg=person.weight_kg,
    )
