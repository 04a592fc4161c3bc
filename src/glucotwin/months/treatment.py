"""A medicine as one person takes it: dose, start, missed doses, titration, or its end."""

import math
from dataclasses import dataclass, replace

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson

TITRATION_STEPS_U = ((10.0, 8.0), (7.8, 6.0), (6.7, 4.0), (5.6, 2.0))
"""Fasting glucose in mmol/L from which on the dose goes up by so many units a day (Riddle 2003)."""

FASTING_SPREAD, LOWEST_MMOLL = 0.23, 4.0
"""Day-to-day spread of fasting glucose (chosen); titration stops where one morning in twenty would be below 4.0.
People who answer weakly are taken to vary more."""

MEAN_STEPS_U, MEAN_SPREAD = ((12.0, 9.0), (10.5, 6.0), (8.0, 3.0)), 0.33
"""The same for insulin at meals by mean glucose, all meals together (chosen); spread as of people on insulin."""

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
        rule = self.medicine.titration
        if rule is None:
            return 0.0
        return dose / (7.0 if rule.per_week else 1.0) * (-1.0 if self.stopped else 1.0)


@dataclass(slots=True)
class TakenState:
    """A treatment on the way: the dose of today in its unit, and what of it is felt."""

    treatment: Treatment
    dose: float
    felt: float = 0.0


def begin(treatment: Treatment, person: MonthsPerson) -> TakenState:
    """The state before the first day.

    Args:
        treatment: what is to be taken.
        person: whose weight sets the first dose of a titrated insulin.
    """
    rule = treatment.medicine.titration
    if treatment.titrated and rule is not None:
        first = rule.start_u_per_kg * person.weight_kg * (7.0 if rule.per_week else 1.0)
        return TakenState(treatment=treatment, dose=first)
    return TakenState(treatment=treatment, dose=treatment.dose)


def step_taken(
    state: TakenState,
    person: MonthsPerson,
    *,
    day: int,
    fasting_mmoll: float,
    response: float,
    mean_mmoll: float | None = None,
) -> Effect:
    """One day: the dose moves, what is felt follows, and acts.

    Args:
        state: changed in place.
        person: today.
        day: of the course, the first being 1.
        fasting_mmoll: of this morning.
        response: how strongly this person answers, 1 for the average.
        mean_mmoll: of yesterday; None for the usual one.
    """
    treatment, medicine = state.treatment, state.treatment.medicine
    if not treatment.has_begun(day):
        return Effect()
    since = day - 1 - treatment.start_d
    if treatment.stopped:
        gone = 1.0 - math.exp(-(since + 1) / medicine.onset.total_d)
        return medicine.effect(person, treatment.dose).grown(-gone * treatment.strength)
    if treatment.titrated:
        if since and since % 7 == 0:
            mean = person.usual_mean_mmoll if mean_mmoll is None else mean_mmoll
            state.dose = _titrated_dose(state, person, fasting_mmoll, mean, careful=1.0 / math.sqrt(response))
        target = state.dose
    else:
        target = medicine.dose_on(treatment.dose, since)
    state.felt += (target * treatment.adherence - state.felt) * (1.0 - math.exp(-1.0 / medicine.onset.total_d))
    effect = medicine.effect(person, state.felt)
    return effect.grown(treatment.strength * _answer(treatment, response))


def with_adherence(treatment: Treatment, share: float) -> Treatment:
    """The same with a share of the doses taken; what is stopped stays stopped.

    Args:
        treatment: as prescribed.
        share: of doses taken, above 0 and up to 1.
    """
    return treatment if treatment.stopped else replace(treatment, adherence=share)


def _answer(treatment: Treatment, response: float) -> float:
    """How strongly this person answers to this treatment; a titrated dose makes up for it."""
    if treatment.titrated:
        return 1.0
    return response**LIFESTYLE_SPREAD if treatment.medicine.kind == "lifestyle" else response


def _titrated_dose(
    state: TakenState, person: MonthsPerson, fasting_mmoll: float, mean_mmoll: float, *, careful: float
) -> float:
    rule = state.treatment.medicine.titration
    if rule is None:
        return state.dose
    told, steps, spread = (
        (mean_mmoll, MEAN_STEPS_U, MEAN_SPREAD) if rule.by_mean else (fasting_mmoll, TITRATION_STEPS_U, FASTING_SPREAD)
    )
    if told * (1.0 - 1.645 * spread * careful) < LOWEST_MMOLL:
        return state.dose
    days = 7.0 if rule.per_week else 1.0
    step = next((step for above, step in steps if told >= above), 0.0)
    return min(state.dose + step * days, rule.largest_u_per_kg * person.weight_kg * days)
