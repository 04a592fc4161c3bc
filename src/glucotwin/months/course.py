"""The slow body: weeks to years of fasting glucose, HbA1c, weight and what goes along under medicines.

Fasting glucose is in balance with insulin (``balance``). Mean glucose is fasting glucose and a rise after meals, which
grows by 0.257 for each mmol/L that fasting glucose falls (so that HbA1c follows fasting glucose as in Baron 2016) and
shrinks as the balance itself improves. HbA1c goes to its value by ADAG through three transits of together 38.9 days.
Beta cells come back in part as liver fat goes with weight, less the longer diabetes has lasted (Taylor 2013).

Bodies go side by side on arrays: one person, draws of one, or a trial's people; in steps of a day, or longer ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from glucotwin.months.balance import fasting_balance, own_secretion
from glucotwin.months.effect import Effect, EffectSum
from glucotwin.months.intake import AnyIntake, intake_of
from glucotwin.months.lag import share_of
from glucotwin.months.medicine.long_insulin import insulin_mmoll
from glucotwin.months.organ import LOWEST_EGFR, OrganState, first_organs, sbp_mmhg, step_organs
from glucotwin.months.people import Amount, MonthsPeople, people_of
from glucotwin.months.person import MonthsPerson, hba1c_from_mean_glucose
from glucotwin.months.treatment import Treatment
from glucotwin.months.weight import WeightBalance

TRANSITS, TRANSIT_D = 3, 38.9 / 3.0
BETA_LOGIT, BETA_SLOPE_PER_Y = -0.446, 0.209
"""Function of beta cells falls as 1/(1 + exp(b0 + r t)) (WHIG)."""

RISE_PER_FALL = 1.0 - 0.466 * 28.7 / 18.0156
"""Growth of the rise after meals per fall of fasting glucose: HbA1c by fasting glucose in Baron 2016 beside ADAG."""

RISE_BY_BALANCE, LARGEST_RISE = 0.5, 1.5
"""Exponent with which the rise after meals falls as the balance improves (chosen), and how far it grows."""

RECOVERY, RECOVERY_DURATION_Y = 3.2, 4.0
"""Beta cell function that comes back when all liver fat goes, and how fast that fades with years since diagnosis."""

DRIFT_D = 45.0
"""Time constant with which a change that no medicine explains comes about (chosen)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDay:
    """One day of the slow body: HbA1c in %, glucose in mmol/L, weight in kg, and what goes along."""

    hba1c_pct: float
    fasting_mmoll: float
    mean_mmoll: float
    weight_kg: float
    insulin_u_per_d: float
    beta_share: float
    liver_fat_pct: float
    egfr: float
    acr_mg_g: float
    sbp_mmhg: float
    ldl_mmoll: float


QUANTITIES = SlowDay.__slots__


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """What bodies live through; arrays are ``(steps + 1, bodies)``, the first row being the start.

    Attributes:
        step_d: days between rows.
    """

    step_d: float
    hba1c_pct: np.ndarray
    fasting_mmoll: np.ndarray
    mean_mmoll: np.ndarray
    weight_kg: np.ndarray
    insulin_u_per_d: np.ndarray
    beta_share: np.ndarray
    liver_fat_pct: np.ndarray
    egfr: np.ndarray
    acr_mg_g: np.ndarray
    sbp_mmhg: np.ndarray
    ldl_mmoll: np.ndarray

    def at(self, name: str, day: float) -> np.ndarray:
        """One quantity on a day, ``(bodies,)``, linear between rows."""
        values: np.ndarray = getattr(self, name)
        place = min(max(day / self.step_d, 0.0), values.shape[0] - 1.0)
        below = int(place)
        above = min(below + 1, values.shape[0] - 1)
        return values[below] + (values[above] - values[below]) * (place - below)

    def some(self, whose: np.ndarray) -> "Months":
        """The same of some bodies."""
        return Months(step_d=self.step_d, **{name: getattr(self, name)[:, whose] for name in QUANTITIES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Days of one body, the first one being today.

    Attributes:
        months: in steps of a day.
        place: of the body.
    """

    months: Months
    place: int

    def __len__(self) -> int:
        """How many days there are, today being one."""
        return self.months.hba1c_pct.shape[0]

    def of(self, name: str) -> np.ndarray:
        """One quantity by day, ``(days,)``."""
        values: np.ndarray = getattr(self.months, name)
        return values[:, self.place]

    @property
    def hba1c_pct(self) -> np.ndarray:
        """HbA1c in %, by day."""
        return self.of("hba1c_pct")

    @property
    def weight_kg(self) -> np.ndarray:
        """Weight in kg, by day."""
        return self.of("weight_kg")

    def on(self, day: int) -> SlowDay:
        """One day; counted from the end below 0."""
        return SlowDay(**{name: float(self.of(name)[day]) for name in QUANTITIES})

    @property
    def end(self) -> SlowDay:
        """The last day."""
        return self.on(-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A person and what they take.

    Attributes:
        person: today.
        treatments: added to what the person takes today, or taken away from it.
        response: how strongly this person answers to medicines, 1 for the average.
        decline: how fast this person's beta cells tire, 1 for the average.
    """

    person: MonthsPerson
    treatments: Sequence[Treatment] = ()
    response: float = 1.0
    decline: float = 1.0


def months_course(
    person: MonthsPerson,
    treatments: Sequence[Treatment],
    *,
    days: int,
    response: float = 1.0,
    decline: float = 1.0,
) -> Course:
    """Days of a person who takes medicines; arguments as in ``Life``.

    Args:
        person: the person.
        treatments: what changes.
        days: how many.
        response: to medicines.
        decline: of beta cells.
    """
    return months_courses([Life(person=person, treatments=treatments, response=response, decline=decline)], days=days)[
        0
    ]


def months_courses(lives: Sequence[Life], *, days: int) -> tuple[Course, ...]:
    """The same for many lives at once, one course for each.

    Args:
        lives: who takes what.
        days: how many.
    """
    first = people_of([one.person for one in lives])
    months = follow(
        first,
        _intakes(lives, first, days=days),
        steps=days,
        step_d=1.0,
        decline=np.array([one.decline for one in lives]),
    )
    return tuple(Course(months=months, place=place) for place in range(len(lives)))


def _intakes(lives: Sequence[Life], first: MonthsPeople, *, days: int) -> list[AnyIntake]:
    """Each treatment once, for everybody who takes it."""
    takers: dict[Treatment, list[int]] = {}
    answers: dict[Treatment, list[float]] = {}
    for place, life in enumerate(lives):
        for one in life.treatments:
            alike = replace(one, strength=1.0)
            takers.setdefault(alike, []).append(place)
            answers.setdefault(alike, []).append(one.answer(life.response))
    response = np.array([one.response for one in lives])
    return [
        intake_of(
            treatment,
            first,
            steps=days,
            whose=slice(None) if places == list(range(len(lives))) else np.array(places),
            response=response[places],
            answer=np.array(answers[treatment]),
        )
        for treatment, places in takers.items()
    ]


def follow(
    first: MonthsPeople,
    intakes: Sequence[AnyIntake],
    *,
    steps: int,
    step_d: float,
    usual_mmoll: Amount | None = None,
    decline: Amount = 1.0,
    drift_pct: Amount = 0.0,
    appetite: Amount = 1.0,
) -> Months:
    """Lets bodies live through what is taken.

    Args:
        first: bodies at the start.
        intakes: everything that changes; titrated ones are used up.
        steps: how many.
        step_d: length of each, in days.
        usual_mmoll: insulin that was injected at the start, as of ``insulin_mmoll``; by its units when None.
        decline: how fast beta cells tire, 1 for the average.
        drift_pct: change of HbA1c that no medicine explains.
        appetite: factor on how far medicines change appetite.
    """
    usual_mmoll = insulin_mmoll(first, first.insulin_u_per_d) if usual_mmoll is None else usual_mmoll
    body = _Bodies(
        first, step_d=step_d, usual_mmoll=usual_mmoll, decline=decline, drift_pct=drift_pct, appetite=appetite
    )
    rows = [body.first_row()]
    for step in range(steps):
        effects, now = EffectSum(len(first)), body.now()
        for one in intakes:
            one.step(step, now, effects, mean_mmoll=body.mean)
        body.step(effects.total(), step)
        units = sum((_everywhere(one, step, len(first)) for one in intakes), first.insulin_u_per_d)
        rows.append(body.row(np.maximum(0.0, units)))
    columns = (np.stack(one) for one in zip(*rows, strict=True))
    return Months(step_d=step_d, **dict(zip(QUANTITIES, columns, strict=True)))


def _everywhere(intake: AnyIntake, step: int, bodies: int) -> np.ndarray:
    units = np.zeros(bodies)
    units[intake.whose] = intake.insulin_u_per_d(step)
    return units


class _Bodies:
    """State of all bodies on the way."""

    def __init__(
        self,
        first: MonthsPeople,
        *,
        step_d: float,
        usual_mmoll: Amount,
        decline: Amount,
        drift_pct: Amount,
        appetite: Amount,
    ) -> None:
        self.first, self.step_d, self.decline = first, step_d, decline
        self.drift_pct, self.appetite = drift_pct, appetite
        self.usual_mmoll, self.own = usual_mmoll, own_secretion(first)
        self.gap = first.hba1c_pct - hba1c_from_mean_glucose(first.mean_mmoll)
        self.fasting = self.unexcreted = first.fasting_mmoll
        self.mean = first.mean_mmoll
        self.stages = [(first.hba1c_pct - self.gap) / TRANSITS] * TRANSITS
        self.logit = np.full(len(first), BETA_LOGIT)
        self.beta = np.ones(len(first))
        self.organs: OrganState = first_organs(first)
        self.energy = WeightBalance(first)
        self.weight = self.energy.begin()
        self.effect = Effect()

    @property
    def tissue(self) -> np.ndarray:
        """Fat and lean mass gained since the start, in kg."""
        return self.energy.change_kg(self.weight)

    def now(self) -> MonthsPeople:
        """The bodies as medicines find them."""
        return self.first.on_a_day(
            fasting_mmoll=self.fasting,
            unexcreted_mmoll=self.unexcreted,
            weight_kg=self.first.weight_kg + self.tissue,
            egfr=self.organs.egfr,
        )

    def step(self, effect: Effect, step: int) -> None:
        """Lives through a step under what is taken."""
        tissue, self.effect = self.tissue, effect
        self.logit = self.logit + BETA_SLOPE_PER_Y * self.decline * effect.decline * self.step_d / 365.0
        self.beta = (1.0 + np.exp(BETA_LOGIT)) / (1.0 + np.exp(self.logit)) * self._recovered()
        balance = fasting_balance(
            self.first, effect, usual_mmoll=self.usual_mmoll, own=self.own, beta=self.beta, weight_change_kg=tissue
        )
        self.unexcreted, self.fasting = balance.unexcreted_mmoll, balance.fasting_mmoll
        self.mean = self.fasting + self._rise(effect.prandial, balance.gain)
        drifted = self.drift_pct * -np.expm1(-(step + 1) * self.step_d / DRIFT_D)
        self._age(hba1c_from_mean_glucose(self.mean) + drifted)
        self.weight = self.energy.step(
            self.weight,
            intake_kcal=effect.diet_kcal,
            resisted_kcal=effect.intake_kcal * self.appetite,
            step_d=self.step_d,
        )
        self.organs = step_organs(self.first, self.organs, effect, weight_change_kg=tissue, step_d=self.step_d)

    def first_row(self) -> tuple[np.ndarray, ...]:
        """Values of ``Months`` at the start, in their order."""
        return self.row(self.first.insulin_u_per_d)

    def row(self, units: np.ndarray) -> tuple[np.ndarray, ...]:
        """Values of ``Months`` after a step, in their order, with units of insulin a day."""
        first, effect, tissue = self.first, self.effect, self.tissue
        return (
            sum(self.stages) + self.gap,
            self.fasting,
            self.mean,
            first.weight_kg + tissue + effect.fluid_kg,
            units,
            self.beta,
            self.organs.fat_pct,
            np.maximum(LOWEST_EGFR, self.organs.egfr + effect.egfr_dip),
            first.acr_mg_g * self.organs.acr_share,
            sbp_mmhg(first, effect, weight_change_kg=tissue),
            first.ldl_mmoll * effect.ldl,
        )

    def _recovered(self) -> np.ndarray:
        """Factor on beta cell function by the liver fat that went with weight."""
        gone = np.maximum(0.0, 1.0 - self.organs.weight_fat_pct / self.first.liver_fat_pct)
        return 1.0 + RECOVERY * gone**2 * np.exp(-self.first.duration_y / RECOVERY_DURATION_Y)

    def _rise(self, prandial: Amount, gain: np.ndarray) -> np.ndarray:
        today = self.first.fasting_mmoll
        rise = self.first.mean_mmoll - today + RISE_PER_FALL * (today - self.fasting)
        # The rise after meals shrinks with a medicine; where there is none it stays as it is.
        return np.where(rise > 0.0, rise * prandial * np.minimum(LARGEST_RISE, gain**-RISE_BY_BALANCE), rise)

    def _age(self, target_pct: np.ndarray) -> None:
        share, before = share_of(TRANSIT_D, self.step_d), (target_pct / TRANSITS, *self.stages[:-1])
        self.stages = [stage + share * (above - stage) for stage, above in zip(self.stages, before, strict=True)]
