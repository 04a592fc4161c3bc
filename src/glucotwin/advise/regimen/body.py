"""Draws of one person's body in the slow body of ``months``, under plans, in steps of half a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from glucotwin.advise.regimen.spell import Spell
from glucotwin.advise.regimen.stop import stopped_share
from glucotwin.months.course import Months, follow
from glucotwin.months.intake import AnyIntake, Intake, TitratedIntake, felt_doses
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.people import Amount, MonthsPeople, people_of
from glucotwin.months.person import MonthsPerson

STEP_D = 3.5
LONG_D = 3650
"""Days after which every medicine is at its full dose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Possible bodies of one person at the first visit; every array is ``(draws,)``.

    Attributes:
        hba1c_pct: true HbA1c.
        fasting_mmoll: true fasting glucose.
        mean_mmoll: true mean glucose; HbA1c beyond what it stands for is the person's glycation gap.
        decline: speed at which beta cells tire, 1 for the average.
        drift_pct: change of HbA1c that no medicine explains.
        weight: answer of appetite to medicines beside that of glucose.
        persistence: part of people who stop a medicine sooner, 0 to 1, alike for every medicine.
        response: answer to medicines by class, adherence counted in; ``other`` for classes that have no draw.
    """

    hba1c_pct: np.ndarray
    fasting_mmoll: np.ndarray
    mean_mmoll: np.ndarray
    decline: np.ndarray
    drift_pct: np.ndarray
    weight: np.ndarray
    persistence: np.ndarray
    response: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        """How many there are."""
        return self.hba1c_pct.shape[0]

    def of(self, kind: str) -> np.ndarray:
        """Answer to a class of medicines."""
        return self.response.get(kind, self.response["other"])

    def repeated(self, times: int) -> "Draws":
        """All of them several times, one time after the other."""
        return Draws(
            hba1c_pct=np.tile(self.hba1c_pct, times),
            fasting_mmoll=np.tile(self.fasting_mmoll, times),
            mean_mmoll=np.tile(self.mean_mmoll, times),
            decline=np.tile(self.decline, times),
            drift_pct=np.tile(self.drift_pct, times),
            weight=np.tile(self.weight, times),
            persistence=np.tile(self.persistence, times),
            response={kind: np.tile(one, times) for kind, one in self.response.items()},
        )

    def people(self, person: MonthsPerson) -> MonthsPeople:
        """The bodies for the slow body.

        Args:
            person: at the first visit; HbA1c and glucose are the draws'.
        """
        alike = people_of([person]).some(np.zeros(len(self), dtype=int))
        return replace(
            alike,
            hba1c_pct=self.hba1c_pct,
            fasting_mmoll=self.fasting_mmoll,
            unexcreted_mmoll=self.fasting_mmoll,
            mean_mmoll=self.mean_mmoll,
        )


def follow_draws(person: MonthsPerson, draws: Draws, spells: Sequence[Spell], *, days: float) -> Months:
    """Lets every draw live through what is taken.

    Args:
        person: at the first visit; its HbA1c and glucose are not used, the draws' are.
        draws: possible bodies.
        spells: from before the first visit on.
        days: since the first visit.
    """
    return follow_plans(person, draws, [spells], days=days)[0]


def follow_plans(
    person: MonthsPerson, draws: Draws, plans: Sequence[Sequence[Spell]], *, days: float
) -> tuple[Months, ...]:
    """The same for several plans at once, one answer for each.

    Args:
        person: at the first visit.
        draws: possible bodies.
        plans: each from before the first visit on, where they are alike.
        days: since the first visit.
    """
    steps, every = int(np.ceil(days / STEP_D)), draws.repeated(len(plans))
    first = every.people(person)
    usual = [one for one in plans[0] if one.start_d < 0 and one.is_taken(-1) and MEDICINES[one.medicine].titration]
    insulin: Amount = sum((MEDICINES[one.medicine].effect(first, one.dose).insulin_mmoll for one in usual), 0.0)
    units = sum(one.dose / MEDICINES[one.medicine].dosed_d for one in usual)
    months = follow(
        replace(first, insulin_u_per_d=np.full(len(every), units)),
        _intakes(first, every, plans, steps=steps),
        steps=steps,
        step_d=STEP_D,
        usual_mmoll=insulin,
        decline=every.decline,
        drift_pct=every.drift_pct,
        appetite=every.weight,
    )
    return tuple(months.some(places) for places in _places(len(plans), len(draws)))


def _places(plans: int, draws: int) -> list[np.ndarray]:
    return [np.arange(plan * draws, (plan + 1) * draws) for plan in range(plans)]


def _intakes(first: MonthsPeople, every: Draws, plans: Sequence[Sequence[Spell]], *, steps: int) -> list[AnyIntake]:
    """Each medicine of known doses once for all plans that take it alike, and each titrated insulin."""
    alike: dict[tuple[Spell, ...], list[np.ndarray]] = {}
    titrated: list[AnyIntake] = []
    for plan, places in zip(plans, _places(len(plans), len(every) // len(plans)), strict=True):
        for name in dict.fromkeys(one.medicine for one in plan):
            own = tuple(one for one in plan if one.medicine == name)
            alike.setdefault(tuple(one for one in own if not one.titrated), []).append(places)
            titrated += [_titrated(one, own, first, every, places, steps=steps) for one in own if one.titrated]
    known = [_known(own, first, every, np.concatenate(of), steps=steps) for own, of in alike.items() if own]
    return [*known, *titrated]


def _known(own: tuple[Spell, ...], first: MonthsPeople, every: Draws, whose: np.ndarray, *, steps: int) -> Intake:
    medicine, before = MEDICINES[own[0].medicine], dose_before(own)
    taken = taken_doses(medicine, own, steps=steps)
    if any(one.start_d >= 0 for one in own):
        taken = taken[:, None] * goes_on(own, every.persistence[whose], steps=steps)
    return Intake(
        medicine=medicine,
        whose=whose,
        first=first.some(whose),
        before=before,
        taken=taken,
        felt=felt_doses(medicine, taken, before=before, step_d=STEP_D),
        answer=every.of(medicine.kind)[whose],
    )


def goes_on(spells: Sequence[Spell], persistence: np.ndarray, *, steps: int) -> np.ndarray:
    """Which bodies have not stopped a medicine by themselves, ``(steps, bodies)``.

    Time counts from the last change of its dose, which shows that it was still taken; what had been taken for long at
    the first visit goes on.

    Args:
        spells: of the medicine.
        persistence: part of people who stop it sooner, one for each body.
        steps: of half a week.
    """
    answer = np.ones((steps, len(persistence)), dtype=bool)
    for step in range(steps):
        day = step * STEP_D
        now = next((one for one in reversed(spells) if one.is_taken(day)), None)
        if now is not None and now.start_d >= 0:
            answer[step] = stopped_share(now.kind, day - now.start_d) <= persistence
    return answer


def dose_before(spells: Sequence[Spell]) -> float:
    """The dose of a medicine at the first visit; 0 where it was not taken."""
    return next((one.dose for one in spells if one.start_d < 0 and one.is_taken(-1)), 0.0)


def taken_doses(medicine: Medicine, spells: Sequence[Spell], *, steps: int) -> np.ndarray:
    """The dose that is taken at each step, escalation and all.

    Args:
        medicine: which.
        spells: of it, none of them titrated.
        steps: of half a week.
    """
    taken, answer = dose_before(spells), np.empty(steps)
    for step in range(steps):
        day = step * STEP_D
        now = next((one for one in reversed(spells) if one.is_taken(day)), None)
        # Escalation goes on from what was taken before, it does not begin anew.
        aimed = 0.0 if now is None else medicine.dose_on(now.dose, int(day - max(now.start_d, -LONG_D)))
        taken = max(aimed, 0.0 if now is None else min(taken, now.dose))
        answer[step] = taken
    return answer


def _titrated(
    spell: Spell, own: Sequence[Spell], first: MonthsPeople, every: Draws, whose: np.ndarray, *, steps: int
) -> TitratedIntake:
    medicine = MEDICINES[spell.medicine]
    rule = medicine.titration
    if rule is None:
        raise ValueError(f"{spell.medicine} is not titrated")
    latest = next((one.dose for one in reversed(own) if not one.titrated and one.end_d == spell.start_d), 0.0)
    begun = spell.dose or latest
    ends = steps if spell.end_d is None else round(spell.end_d / STEP_D)
    kept = goes_on([spell], every.persistence[whose], steps=steps)
    return TitratedIntake(
        medicine,
        whose,
        first=first.some(whose),
        rule=rule,
        first_dose=np.full(len(whose), begun) if begun else rule.first_dose(first.weight_kg[whose], medicine.dosed_d),
        begin=max(0, round(spell.start_d / STEP_D)),
        end=np.where(kept.all(axis=0), ends, np.minimum(ends, kept.argmin(axis=0))),
        step_d=STEP_D,
        answer=every.of(medicine.kind)[whose],
        careful=1.0 / np.sqrt(every.of(medicine.kind)[whose]),
    )
