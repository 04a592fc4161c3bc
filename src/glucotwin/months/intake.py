"""A medicine as some of the bodies take it, step by step: known doses, or an insulin whose dose follows glucose."""

import math
from dataclasses import dataclass

import numpy as np

from glucotwin.months.effect import EffectSum
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.people import Amount, MonthsPeople, Whose
from glucotwin.months.treatment import Treatment

TITRATION_STEPS_U = ((10.0, 8.0), (7.8, 6.0), (6.7, 4.0), (5.6, 2.0))
"""Fasting glucose in mmol/L from which on the dose goes up by so many units a day (Riddle 2003)."""

FASTING_SPREAD, LOWEST_MMOLL = 0.23, 4.0
"""Day-to-day spread of fasting glucose (chosen); titration stops where one morning in twenty would be below 4.0.
People who answer weakly are taken to vary more."""

MEAN_STEPS_U, MEAN_SPREAD = ((12.0, 9.0), (10.5, 6.0), (8.0, 3.0)), 0.33
"""The same for insulin at meals by mean glucose, all meals together (chosen); spread as of people on insulin."""

ONE_IN_TWENTY, WEEK_D = 1.645, 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """One medicine over time.

    Attributes:
        medicine: which.
        whose: bodies that take it.
        first: these bodies at the start.
        before: dose at the start, whose effect is in the person's values of the start already.
        taken: dose by step ``(steps,)``, or by step and body ``(steps, bodies)``.
        felt: what of it is felt, likewise.
        answer: factor on the effect.
    """

    medicine: Medicine
    whose: Whose
    first: MonthsPeople
    before: float
    taken: np.ndarray
    felt: np.ndarray
    answer: Amount = 1.0

    def step(self, step: int, now: MonthsPeople, total: EffectSum, *, mean_mmoll: np.ndarray) -> None:
        """Adds the effect of a step.

        Args:
            step: which.
            now: all bodies as they are.
            total: added to.
            mean_mmoll: of all bodies.
        """
        felt: Amount = self.felt[step]
        if np.all(felt == self.before):
            return
        people = self.first.as_in(now, self.whose)
        if np.any(felt > 0.0):
            total.add(self.medicine.effect(people, felt), self.answer, self.whose)
        if self.before > 0.0:
            total.add(self.medicine.effect(people, self.before), -self.answer, self.whose)

    def insulin_u_per_d(self, step: int) -> Amount:
        """Units of insulin a day beyond those of the start; none for what is no insulin."""
        if self.medicine.titration is None:
            return 0.0
        return (self.taken[step] - self.before) / self.medicine.dosed_d


class TitratedIntake:
    """An insulin that goes up each week by fasting glucose, or by mean glucose where meals are dosed for."""

    def __init__(
        self,
        medicine: Medicine,
        whose: Whose,
        *,
        first: MonthsPeople,
        rule: Titration,
        first_dose: np.ndarray,
        begin: int,
        end: int | np.ndarray,
        step_d: float,
        adherence: float = 1.0,
        answer: Amount = 1.0,
        careful: Amount = 1.0,
    ) -> None:
        """Nothing is taken yet.

        Args:
            medicine: which.
            whose: bodies that take it.
            first: these bodies at the start.
            rule: of its titration.
            first_dose: in the medicine's unit, one for each of these bodies.
            begin: step from which on it is taken.
            end: step from which on it no longer is, one for all or one for each of these bodies.
            step_d: length of a step.
            adherence: share of doses taken.
            answer: factor on the effect.
            careful: factor on the spread of glucose by which titration stops.
        """
        self.medicine, self.whose, self.first = medicine, whose, first
        self._rule, self._first, self._begin, self._end = rule, first_dose, begin, end
        self._adherence, self._answer, self._careful = adherence, answer, careful
        self._every = max(1, round(WEEK_D / step_d))
        self._share = -math.expm1(-step_d / medicine.onset.total_d)
        self._dose, self._felt = np.zeros_like(first_dose), np.zeros_like(first_dose)

    def step(self, step: int, now: MonthsPeople, total: EffectSum, *, mean_mmoll: np.ndarray) -> None:
        """Sets the doses of a step and adds their effect; arguments as in ``Intake``."""
        if step < self._begin:
            return
        people = self.first.as_in(now, self.whose)
        if step == self._begin:
            self._dose = self._first
        elif (step - self._begin) % self._every == 0:
            told = mean_mmoll[self.whose] if self._rule.by_mean else people.fasting_mmoll
            self._dose = self._titrated(told, people.weight_kg)
        self._dose = np.where(step >= self._end, 0.0, self._dose)
        self._felt = self._felt + (self._dose * self._adherence - self._felt) * self._share
        total.add(self.medicine.effect(people, self._felt), self._answer, self.whose)

    def insulin_u_per_d(self, step: int) -> Amount:
        """Units of insulin a day."""
        return self._dose / self.medicine.dosed_d

    def _titrated(self, glucose_mmoll: np.ndarray, weight_kg: np.ndarray) -> np.ndarray:
        by_mean, days = self._rule.by_mean, self.medicine.dosed_d
        steps, spread = (MEAN_STEPS_U, MEAN_SPREAD) if by_mean else (TITRATION_STEPS_U, FASTING_SPREAD)
        raised = np.select([glucose_mmoll >= above for above, _ in steps], [units for _, units in steps], 0.0)
        lowest = glucose_mmoll * (1.0 - ONE_IN_TWENTY * spread * self._careful)
        raised = np.where(lowest < LOWEST_MMOLL, 0.0, raised * days)
        return np.where(
            raised > 0.0,
            np.minimum(self._dose + raised, self._rule.largest_u_per_kg * weight_kg * days),
            self._dose,
        )


AnyIntake = Intake | TitratedIntake


def felt_doses(medicine: Medicine, taken: np.ndarray, *, before: float, step_d: float) -> np.ndarray:
    """What is felt of doses, by step: behind them by the medicine's onset.

    Args:
        medicine: which.
        taken: dose by step, or by step and body.
        before: dose at the start.
        step_d: length of a step.
    """
    share = -math.expm1(-step_d / medicine.onset.total_d)
    felt, answer = np.full(taken.shape[1:], before), np.empty_like(taken)
    for step, dose in enumerate(taken):
        felt = felt + (dose - felt) * share
        answer[step] = felt
    return answer


def intake_of(
    treatment: Treatment,
    first: MonthsPeople,
    *,
    steps: int,
    whose: Whose = slice(None),
    response: Amount = 1.0,
    answer: Amount = 1.0,
) -> AnyIntake:
    """A treatment by days.

    Args:
        treatment: what is taken or stopped.
        first: all bodies at the start.
        steps: days.
        whose: bodies that take it.
        response: of these bodies to medicines, by which titration is careful.
        answer: factor on the effect in these bodies.
    """
    medicine, rule, people = treatment.medicine, treatment.medicine.titration, first.some(whose)
    if treatment.titrated and not treatment.stopped and rule is not None:
        return TitratedIntake(
            medicine,
            whose,
            first=people,
            rule=rule,
            first_dose=rule.first_dose(people.weight_kg, medicine.dosed_d),
            begin=treatment.start_d,
            end=steps,
            step_d=1.0,
            adherence=treatment.adherence,
            answer=answer,
            careful=1.0 / np.sqrt(response),
        )
    begun = min(steps, treatment.start_d)
    if treatment.stopped:
        before, doses = treatment.dose, [0.0] * (steps - begun)
    else:
        before, doses = 0.0, [medicine.dose_on(treatment.dose, day) for day in range(steps - begun)]
    taken = np.array([before] * begun + doses)
    felt = felt_doses(medicine, taken * treatment.adherence, before=before, step_d=1.0)
    return Intake(medicine=medicine, whose=whose, first=people, before=before, taken=taken, felt=felt, answer=answer)
