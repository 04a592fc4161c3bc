"""The slow body for many draws of one person at once, in steps of half a week.

The same equations and constants as ``glucotwin.months`` (``course`` and ``balance`` follow one person by days), on
arrays: balance of fasting glucose, rise after meals, three transits of HbA1c, weight, liver fat. Medicines come from
tables (see ``effect_table``). A test holds the two together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from glucotwin.advise.regimen.effect_table import (
    FASTING_MMOLL,
    FIRST_SUM,
    STEP_D,
    DoseTable,
    EffectTables,
    TitratedTable,
)
from glucotwin.advise.regimen.spell import Spell
from glucotwin.months.balance import (
    COUNTER_MMOLL,
    COUNTER_WIDTH_MMOLL,
    LARGEST_GAIN,
    LARGEST_LOSS,
    SMALLEST_GAIN,
    THRESHOLD_MMOLL,
    WEIGHT_ON_SENSITIVITY,
)
from glucotwin.months.course import (
    BETA_LOGIT,
    BETA_SLOPE_PER_Y,
    RECOVERY,
    RECOVERY_DURATION_Y,
    RISE_BY_BALANCE,
    RISE_PER_FALL,
    TRANSIT_PER_D,
)
from glucotwin.months.organ import FAT_BY_WEIGHT, LIVER_D
from glucotwin.months.person import MGDL_PER_MMOLL, MonthsPerson
from glucotwin.months.treatment import FASTING_SPREAD, LOWEST_MMOLL, MEAN_SPREAD, MEAN_STEPS_U, TITRATION_STEPS_U
from glucotwin.months.weight import (
    ACTIVITY_LEVEL,
    ADAPTATION_D,
    ADAPTIVE,
    APPETITE_KCAL_PER_KG,
    FAT_COST,
    FAT_KCAL_PER_KG,
    LEAN_COST,
    LEAN_KCAL_PER_KG,
    THERMIC,
    initial_fat_kg,
)

DRIFT_D = 45.0
"""Time constant with which a change that no medicine explains comes about (chosen)."""

RENAL = "sglt2_inhibitor"
"""The class that acts by fasting glucose as it would be without glucose in urine."""

ONE_IN_TWENTY = 1.645
LARGEST_LEAN_LOSS = 0.15
"""Share of body weight; draws beyond it would starve."""


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
        response: answer to medicines by class, adherence counted in; ``other`` for classes that have no draw.
    """

    hba1c_pct: np.ndarray
    fasting_mmoll: np.ndarray
    mean_mmoll: np.ndarray
    decline: np.ndarray
    drift_pct: np.ndarray
    weight: np.ndarray
    response: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        """How many there are."""
        return self.hba1c_pct.shape[0]

    def of(self, kind: str) -> np.ndarray:
        """Answer to a class of medicines."""
        return self.response.get(kind, self.response["other"])

    def taken(self, index: np.ndarray) -> "Draws":
        """Some of them, as often as the index says."""
        return Draws(
            hba1c_pct=self.hba1c_pct[index],
            fasting_mmoll=self.fasting_mmoll[index],
            mean_mmoll=self.mean_mmoll[index],
            decline=self.decline[index],
            drift_pct=self.drift_pct[index],
            weight=self.weight[index],
            response={kind: one[index] for kind, one in self.response.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """What draws live through; arrays are ``(steps + 1, draws)``, the first row being the first visit."""

    hba1c_pct: np.ndarray
    fasting_mmoll: np.ndarray
    mean_mmoll: np.ndarray
    weight_kg: np.ndarray
    insulin_u_per_d: np.ndarray

    def at(self, name: str, day: float) -> np.ndarray:
        """One quantity on a day, ``(draws,)``, linear between steps."""
        values: np.ndarray = getattr(self, name)
        place = min(max(day / STEP_D, 0.0), values.shape[0] - 1.0)
        below = int(place)
        above = min(below + 1, values.shape[0] - 1)
        return values[below] + (values[above] - values[below]) * (place - below)


def follow(person: MonthsPerson, draws: Draws, spells: Sequence[Spell], *, days: float) -> Months:
    """Lets every draw live through what is taken.

    Args:
        person: at the first visit; its HbA1c and glucose are not used, the draws' are.
        draws: possible bodies.
        spells: from before the first visit on.
        days: since the first visit.
    """
    return follow_many(EffectTables(person), person, draws, [spells], days=days)[0]


def follow_many(
    tables: EffectTables, person: MonthsPerson, draws: Draws, plans: Sequence[Sequence[Spell]], *, days: float
) -> tuple[Months, ...]:
    """The same for several plans at once, one answer for each.

    Args:
        tables: of the person; kept from call to call they are made once.
        person: at the first visit.
        draws: possible bodies.
        plans: each from before the first visit on.
        days: since the first visit.
    """
    steps, count = int(np.ceil(days / STEP_D)), len(draws)
    told = [tables.of(one, steps=steps) for one in plans]
    bodies = _Bodies(person, draws.taken(np.tile(np.arange(count), len(plans))), usual_insulin=told[0].usual_mmoll)
    places = [np.arange(place * count, (place + 1) * count) for place in range(len(plans))]
    doses = [(place, _Dosing(one.titrated, count)) for place, one in zip(places, told, strict=True) if one.titrated]
    known: dict[str, tuple[DoseTable, np.ndarray]] = {}
    for place, one in zip(places, told, strict=True):
        for key, table in one.known.items():
            known[key] = (table, np.concatenate([known[key][1], place]) if key in known else place)
    rows = [bodies.row(np.zeros(len(plans) * count))]
    for step in range(steps):
        total, units = bodies.effects(known.values(), step), np.zeros(len(plans) * count)
        for place, dosing in doses:
            told = bodies.mean if dosing.table.rule.by_mean else bodies.fasting
            total[place] += dosing.step(step, told[place], draws.of(dosing.table.kind))
            units[place] = dosing.dose / dosing.table.days
        bodies.step(total, step)
        rows.append(bodies.row(units))
    columns = [np.stack(one) for one in zip(*rows, strict=True)]
    return tuple(
        Months(**{name: one[:, place] for name, one in zip(Months.__slots__, columns, strict=True)}) for place in places
    )


class _Bodies:
    """State of all draws on the way."""

    def __init__(self, person: MonthsPerson, draws: Draws, *, usual_insulin: float) -> None:
        count = len(draws)
        self.person, self.draws, self.usual = person, draws, usual_insulin
        self.fasting = self.unexcreted = draws.fasting_mmoll
        self.mean = draws.mean_mmoll
        self.gap = draws.hba1c_pct - _hba1c(draws.mean_mmoll)
        self.stages = [(draws.hba1c_pct - self.gap) / 3.0 for _ in range(3)]
        self.logit = np.full(count, BETA_LOGIT)
        self.first_fat = initial_fat_kg(person)
        self.fat, self.lean, self.adaptation = np.full(count, self.first_fat), np.zeros(count), np.zeros(count)
        self.liver_fat = np.full(count, person.usual_liver_fat_pct)
        self.fluid = np.zeros(count)

    @property
    def tissue(self) -> np.ndarray:
        """Fat and lean mass gained since the first visit, in kg."""
        return self.fat - self.first_fat + self.lean

    def row(self, units: np.ndarray) -> tuple[np.ndarray, ...]:
        """What ``Months`` keeps of a step, in its order, with units of insulin a day."""
        weight = self.person.weight_kg + self.tissue + self.fluid
        return sum(self.stages) + self.gap, self.fasting, self.mean, weight, units

    def effects(self, known: Iterable[tuple[DoseTable, np.ndarray]], step: int) -> np.ndarray:
        """Sum of effects ``(draws, columns)``, answer counted in; each table holds for some of the draws."""
        fasting, unexcreted = _places(self.fasting), _places(self.unexcreted)
        total = np.zeros((len(self.draws), FIRST_SUM + 5))
        for table, whose in known:
            below, part = unexcreted if table.kind == RENAL else fasting
            values, low, share = table.values[step], below[whose], part[whose]
            row = values[low] * (1.0 - share) + values[low + 1] * share
            total[whose] += row * self.draws.of(table.kind)[whose, None]
        return total

    def step(self, total: np.ndarray, step: int) -> None:
        """Lives through half a week under a sum of effects."""
        logs, sums = total[:, :FIRST_SUM], total[:, FIRST_SUM:]
        production, secretion, sensitivity, prandial, tiring = np.exp(logs).T
        excretion, insulin, intake, diet, self.fluid = sums.T
        self.logit = self.logit + BETA_SLOPE_PER_Y * self.draws.decline * tiring * STEP_D / 365.0
        beta = (1.0 + np.exp(BETA_LOGIT)) / (1.0 + np.exp(self.logit)) * self._recovered()
        gain = self._balance(beta * secretion, sensitivity, production, insulin, excretion)
        self.mean = self.fasting + self._rise(prandial, gain)
        drifted = self.draws.drift_pct * -np.expm1(-(step + 1) * STEP_D / DRIFT_D)
        target = _hba1c(self.mean) + drifted
        share = -np.expm1(-TRANSIT_PER_D * STEP_D)
        for place, above in enumerate((target / 3.0, self.stages[0], self.stages[1])):
            self.stages[place] = self.stages[place] + share * (above - self.stages[place])
        self._weigh(diet, intake * self.draws.weight)
        goal = self.person.usual_liver_fat_pct * np.exp(FAT_BY_WEIGHT * self.tissue / self.person.weight_kg)
        self.liver_fat += (np.minimum(40.0, goal) - self.liver_fat) * -np.expm1(-STEP_D / LIVER_D)

    def _recovered(self) -> np.ndarray:
        gone = np.maximum(0.0, 1.0 - self.liver_fat / self.person.usual_liver_fat_pct)
        return 1.0 + RECOVERY * gone**2 * np.exp(-self.person.duration_y / RECOVERY_DURATION_Y)

    def _balance(
        self,
        secretion: np.ndarray,
        sensitivity: np.ndarray,
        production: np.ndarray,
        insulin: np.ndarray,
        excretion: np.ndarray,
    ) -> np.ndarray:
        """Sets fasting glucose with and without glucose in urine; returns how much the body's own side improved."""
        today, lighter = self.draws.fasting_mmoll, 1.0 - WEIGHT_ON_SENSITIVITY * self.tissue
        sensitivity = sensitivity * np.clip(lighter, SMALLEST_GAIN, LARGEST_GAIN)
        product = today * np.maximum(0.5, today - THRESHOLD_MMOLL + self.usual) * production / sensitivity
        added, share = np.maximum(0.0, self.usual + insulin), np.maximum(LARGEST_LOSS, excretion)
        free = _solved(secretion, added, product)
        renal = share * (free - THRESHOLD_MMOLL + self.usual) + free * share / (1.0 + share)
        self.fasting = _held_up(_solved(secretion, added + renal / sensitivity, product))
        self.unexcreted = _held_up(free)
        return secretion * sensitivity / production

    def _rise(self, prandial: np.ndarray, gain: np.ndarray) -> np.ndarray:
        today = self.draws.fasting_mmoll
        rise = self.draws.mean_mmoll - today + RISE_PER_FALL * (today - self.fasting)
        return np.where(rise > 0.0, rise * prandial * np.minimum(1.5, gain**-RISE_BY_BALANCE), rise)

    def _weigh(self, diet: np.ndarray, intake: np.ndarray) -> None:
        person, fat_change, tissue = self.person, self.fat - self.first_fat, self.tissue
        asked = np.abs(diet) + np.abs(intake)
        resisting = np.divide(np.abs(intake), asked, out=np.zeros_like(asked), where=asked > 0.0)
        eaten = diet + intake - APPETITE_KCAL_PER_KG * tissue * resisting
        resting = 9.99 * person.weight_kg + 625.0 * person.height_m - 4.92 * person.age_y
        resting += -161.0 if person.female else 5.0
        activity = ((1.0 - THERMIC) * ACTIVITY_LEVEL - 1.0) * resting / person.weight_kg
        spent = FAT_COST * fat_change + LEAN_COST * self.lean + activity * tissue
        balance = eaten * (1.0 - THERMIC) - spent - self.adaptation
        lean_per_fat = 10.4 / self.fat
        gained = STEP_D * balance / (FAT_KCAL_PER_KG + LEAN_KCAL_PER_KG * lean_per_fat)
        self.fat = np.maximum(2.0, self.fat + gained)
        self.lean = np.maximum(-LARGEST_LEAN_LOSS * person.weight_kg, self.lean + lean_per_fat * gained)
        self.adaptation = self.adaptation + (ADAPTIVE * eaten - self.adaptation) * -np.expm1(-STEP_D / ADAPTATION_D)


class _Dosing:
    """Doses of a titrated insulin: up each week by fasting glucose, or by mean glucose where meals are dosed for."""

    def __init__(self, table: TitratedTable, count: int) -> None:
        self.table = table
        self.dose, self.felt = np.zeros(count), np.zeros(count)

    def step(self, step: int, glucose: np.ndarray, response: np.ndarray) -> np.ndarray:
        """Sets the doses of a step; returns their effects, ``(draws, columns)``."""
        table = self.table
        if not table.begin_step <= step < table.end_step:
            self.dose = np.zeros_like(self.dose)
        elif step == table.begin_step:
            self.dose = np.full_like(self.dose, table.first_dose)
        elif (step - table.begin_step) % 2 == 0:
            self.dose = self._titrated(glucose, 1.0 / np.sqrt(response))
        self.felt = self.felt + (self.dose - self.felt) * table.felt_share
        columns = [np.interp(self.felt, table.doses, one) for one in table.values.T]
        return np.stack(columns, axis=1)

    def _titrated(self, glucose: np.ndarray, careful: np.ndarray) -> np.ndarray:
        table, by_mean = self.table, self.table.rule.by_mean
        steps, spread = (MEAN_STEPS_U, MEAN_SPREAD) if by_mean else (TITRATION_STEPS_U, FASTING_SPREAD)
        above = np.array([one for one, _ in steps][::-1])
        units = np.array([0.0, *[one for _, one in steps][::-1]]) * table.days
        step = units[np.searchsorted(above, glucose, side="right")]
        step = np.where(glucose * (1.0 - ONE_IN_TWENTY * spread * careful) < LOWEST_MMOLL, 0.0, step)
        return np.minimum(self.dose + step, table.rule.largest_u_per_kg * table.weight_kg * table.days)


def _places(glucose_mmoll: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which rows of a table glucose lies, and how far, ``(draws, 1)``."""
    place = np.clip(glucose_mmoll - FASTING_MMOLL[0], 0.0, len(FASTING_MMOLL) - 1.001)
    below = place.astype(int)
    return below, (place - below)[:, None]


def _solved(secretion: np.ndarray, added: np.ndarray, product: np.ndarray) -> np.ndarray:
    linear = added - THRESHOLD_MMOLL * secretion
    return (-linear + np.sqrt(linear**2 + 4.0 * secretion * product)) / (2.0 * secretion)


def _held_up(glucose_mmoll: np.ndarray) -> np.ndarray:
    return COUNTER_MMOLL + COUNTER_WIDTH_MMOLL * np.logaddexp(
        0.0, (glucose_mmoll - COUNTER_MMOLL) / COUNTER_WIDTH_MMOLL
    )


def _hba1c(mean_mmoll: np.ndarray) -> np.ndarray:
    return (mean_mmoll * MGDL_PER_MMOLL + 46.7) / 28.7
