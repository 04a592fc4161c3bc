"""What becomes of true people: indirect responses to shares that trials measured, not the twin's balance.

Every medicine takes a share of HbA1c above 5.5 % and of fasting glucose above 5.0 mmol/L (so that effects grow with the
start and combine below their sum), by dose, after a delay, times the person's own answer and the doses that are taken.
HbA1c follows through three transits of the person's red cells. Fasting glucose, weight, lows, gut events and
discontinuation have courses of their own. There is no insulin secretion, sensitivity or liver fat in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import betaincinv, ndtri

from glucotwin.advise.regimen.spell import Spell
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.trial.chance import person_normals, person_uniforms
from glucotwin.workflows.trial.guided.cohort import People
from glucotwin.workflows.trial.guided.option import Truth
from glucotwin.workflows.trial.guided.table import numbers, read_rows

DRUGS = ("glimepiride", "sitagliptin", "empagliflozin", "pioglitazone", "semaglutide")
INSULIN = "glargine"
GLP1 = "glp1_agonist"
TITRATION = ((10.0, 8.0), (7.8, 6.0), (6.7, 4.0), (5.6, 2.0))
"""Fasting glucose in mmol/L from which a dose of insulin goes up by so many units a week (Riddle 2003)."""

LAST_U_PER_KG, LOWEST_FASTING_MMOLL = 1.0, 4.2
LARGEST_SHARE = 0.95
WEEKS_OF_STOPS, DAYS = 26.0, 7


@dataclass(slots=True)
class Taking:
    """Prescriptions of the people: dose aimed at and day of its beginning, ``(people, drugs)``; insulin beside them.

    Attributes:
        aimed: dose; 0 where it is not taken.
        since: day on which it was begun or changed.
        insulin: whether it is titrated.
        stopped: days on which a person stopped by themselves, by person and medicine.
        intolerant: medicines that a person does not tolerate.
    """

    aimed: np.ndarray
    since: np.ndarray
    insulin: np.ndarray
    stopped: list[dict[str, int]]
    intolerant: list[set[str]]


@dataclass(slots=True)
class TrueLives:
    """True people on the way; days count from screening.

    Args:
        people: who.
        seed: of the trial.
        truth: which truth.
        attended: whether visits of a study come with attention.
    """

    people: People
    seed: int
    truth: Truth
    attended: bool
    day: int = 0
    taking: Taking = field(init=False)
    lows: np.ndarray = field(init=False)
    gut: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.people.numbers)
        self.taking = Taking(
            aimed=np.zeros((count, len(DRUGS))),
            since=np.zeros((count, len(DRUGS)), dtype=int),
            insulin=np.zeros(count, dtype=bool),
            stopped=[{} for _ in range(count)],
            intolerant=[set() for _ in range(count)],
        )
        self.lows, self.gut = np.zeros(count), np.zeros(count, dtype=bool)
        self._own = _Own.of(self.people, self.seed, self.truth)
        self._felt, self._felt_fasting, self._kilos = (np.zeros((count, len(DRUGS))) for _ in range(3))
        self._units, self._felt_units = np.zeros(count), np.zeros(count)
        self._stages = np.repeat(self.people.hba1c_pct[:, None] / 3.0, 3, axis=1)
        self._fasting = self.people.fasting_mmoll.copy()
        self._weight_change = np.zeros(count)
        self._begun_d: int | None = None

    _own: "_Own" = field(init=False)
    _felt: np.ndarray = field(init=False)
    _felt_fasting: np.ndarray = field(init=False)
    _kilos: np.ndarray = field(init=False)
    _units: np.ndarray = field(init=False)
    _felt_units: np.ndarray = field(init=False)
    _stages: np.ndarray = field(init=False)
    _fasting: np.ndarray = field(init=False)
    _weight_change: np.ndarray = field(init=False)
    _begun_d: int | None = field(init=False)

    def begin(self) -> None:
        """The lot is drawn today: events count and attention comes from now on."""
        self._begun_d = self.day

    def prescribe(self, place: int, plan: Sequence[Spell]) -> None:
        """What one person is to take from today on; metformin goes on whatever the plan says."""
        taking, doses = self.taking, {one.medicine: one.dose for one in plan if one.medicine in DRUGS}
        for column, name in enumerate(DRUGS):
            dose = doses.get(name, 0.0)
            if dose != taking.aimed[place, column]:
                if taking.aimed[place, column] == 0.0 or dose == 0.0:
                    taking.since[place, column] = self.day
                taking.aimed[place, column] = dose
        taking.insulin[place] = any(one.medicine == INSULIN for one in plan)

    def live(self, days: int) -> None:
        """Days go by."""
        for _ in range(days):
            self.day += 1
            self._take()
            self._turn_over()
            if self._begun_d is not None and self.day % DAYS == 0:
                self._weekly()

    def measured(self, visit: int) -> dict[str, np.ndarray]:
        """HbA1c, fasting glucose and weight of today as a laboratory tells them.

        Args:
            visit: number of the visit, for its chance.
        """
        known = numbers("truth.csv")
        chance = person_normals(self.seed, self.people.numbers, stream=f"guided-visit-{visit}", count=3)
        noise = known["hba1c_noise_pct"] * self.truth.noise_factor
        return {
            "hba1c_pct": np.clip(self.hba1c_pct + noise * chance[:, 0], 4.0, 16.0),
            "fasting_mmoll": self._fasting * np.exp(known["fasting_noise"] * chance[:, 1]),
            "weight_kg": self.people.weight_kg + self._weight_change + known["weight_noise_kg"] * chance[:, 2],
        }

    @property
    def hba1c_pct(self) -> np.ndarray:
        """True HbA1c of today, season and all."""
        return self._stages.sum(axis=1)

    @property
    def units(self) -> np.ndarray:
        """Insulin of today in units a day."""
        return self._units

    def _take(self) -> None:
        own, taking = self._own, self.taking
        for column, name in enumerate(DRUGS):
            dose = self._dose(column)
            effects = _effects(name)
            hba1c, fasting, kilos = (np.interp(dose, effects["dose"], effects[one]) for one in EFFECTS)
            share = own.adherence
            delay = 1.0 - np.exp(-1.0 / effects["onset_d"][0])
            answer = own.answer[:, column] * share
            for felt, full in ((self._felt, hba1c), (self._felt_fasting, fasting)):
                felt[:, column] += (np.minimum(LARGEST_SHARE, full * answer) - felt[:, column]) * delay
            self._kilos[:, column] = kilos * share * own.weight_answer[:, column]
        self._felt_units += (np.where(taking.insulin, self._units, 0.0) * own.adherence - self._felt_units) * 0.4

    def _dose(self, column: int) -> np.ndarray:
        """Doses of today: on the way up by the steps of the label."""
        taking, medicine = self.taking, MEDICINES[DRUGS[column]]
        aimed, since = taking.aimed[:, column], taking.since[:, column]
        if not medicine.escalation or not aimed.any():
            return aimed
        days = self.day - since
        return np.array(
            [medicine.dose_on(float(one), int(day)) if one > 0.0 else 0.0 for one, day in zip(aimed, days, strict=True)]
        )

    def _turn_over(self) -> None:
        known, own = numbers("truth.csv"), self._own
        years = self.day / 365.0
        begun = self._begun_d if self.attended else None
        attended = 0.0 if begun is None else 1.0 - np.exp(-(self.day - begun) / known["attention_d"])
        grown = own.progression * years + known["attention_pct"] * attended
        left, left_fasting = np.prod(1.0 - self._felt, axis=1), np.prod(1.0 - self._felt_fasting, axis=1)
        normal = known["normal_hba1c"]
        fallen = known["insulin_mmoll_per_u_per_kg"] * self._felt_units / self.people.weight_kg * own.insulin_answer
        free = known["normal_fasting"]
        free = free + np.maximum(0.0, self.people.fasting_mmoll - free) * left_fasting
        self._fasting = np.maximum(LOWEST_FASTING_MMOLL, free + grown - fallen)
        by_insulin = known["insulin_hba1c_per_mmoll"] * (free + grown - self._fasting)
        above = np.maximum(0.0, self.people.hba1c_pct - normal) * left
        goal = np.minimum(self.people.hba1c_pct, normal) + above + grown - by_insulin + own.season(self.day)
        before = np.concatenate([goal[:, None] / 3.0, self._stages[:, :2]], axis=1)
        self._stages = self._stages + (before - self._stages) * (3.0 / own.transit_d[:, None])
        kilos = self._kilos.sum(axis=1) + known["insulin_kg"] * self._felt_units / self.people.weight_kg / 0.45
        self._weight_change += (kilos - self._weight_change) / known["weight_d"]

    def _weekly(self) -> None:
        week = (self.day - (self._begun_d or 0)) // DAYS
        chance = person_uniforms(self.seed, self.people.numbers, stream=f"guided-week-{week}", count=2 + 2 * len(DRUGS))
        self._count_lows(chance[:, 0])
        self._titrate(chance[:, 1])
        for column, name in enumerate(DRUGS):
            self._gut_and_stops(column, name, chance[:, 2 + column], chance[:, 2 + len(DRUGS) + column])

    def _count_lows(self, chance: np.ndarray) -> None:
        known, taking = numbers("truth.csv"), self.taking
        sulfonylurea = (taking.aimed[:, DRUGS.index("glimepiride")] > 0.0) * self._own.adherence
        rate = known["lows_per_y_sulfonylurea"] * sulfonylurea
        rate = rate + known["lows_per_y_basal_insulin"] * taking.insulin * self._own.adherence
        rate = rate * np.exp(known["lows_log_per_pct"] * (self.hba1c_pct - 7.0)) + known["lows_per_y"]
        mean = rate * DAYS / 365.0
        self.lows += (chance < 1.0 - np.exp(-mean)).astype(float)

    def _titrate(self, chance: np.ndarray) -> None:
        taking, first = self.taking, numbers("truth.csv")["insulin_first_u"]
        noise = numbers("truth.csv")["fasting_noise"] / np.sqrt(3.0)
        seen = self._fasting * np.exp(noise * ndtri(np.clip(chance, 1e-6, 1.0 - 1e-6)))
        step = np.zeros(len(seen))
        for above, units in reversed(TITRATION):
            step = np.where(seen >= above, units, step)
        step = np.where(seen < 4.4, -2.0, step)
        raised = np.where(self._units > 0.0, self._units + step * self._own.adherence, first)
        self._units = np.where(taking.insulin, np.clip(raised, 0.0, LAST_U_PER_KG * self.people.weight_kg), 0.0)

    def _gut_and_stops(self, column: int, name: str, gut: np.ndarray, stop: np.ndarray) -> None:
        known, kind, taking = numbers("truth.csv"), MEDICINES[name].kind, self.taking
        taken = taking.aimed[:, column] > 0.0
        whole = max(0.0, known.get(f"gut_pct_{kind}", 0.0) - known["gut_pct"]) / 100.0
        usual = known["gut_pct"] / 100.0 / len(DRUGS)
        # Most gut events come while the dose goes up: half of them within each eight weeks.
        weeks = np.maximum(0, (self.day - taking.since[:, column]) // DAYS)
        caused = -np.log1p(-whole) * np.log(2.0) / 8.0 / (1.0 - 2.0 ** (-26.0 / 8.0)) * 2.0 ** (-weeks / 8.0)
        hazard = np.where(taken, caused, 0.0) + usual / WEEKS_OF_STOPS
        event = gut < 1.0 - np.exp(-hazard)
        self.gut |= event
        stops = known.get(f"stops_26w_{kind}", known["stops_26w"]) * self.truth.stops_factor
        leaves = stop < 1.0 - (1.0 - min(0.9, stops)) ** (1.0 / WEEKS_OF_STOPS)
        not_tolerated = taken & event & (stop < known["gut_stops"]) & (kind == GLP1)
        for place in np.flatnonzero(taken & (leaves | not_tolerated)):
            taking.aimed[place, column] = 0.0
            taking.since[place, column] = self.day
            taking.stopped[place][name] = self.day
            if not_tolerated[place]:
                taking.intolerant[place].add(name)


EFFECTS = ("hba1c_share", "fasting_share", "weight_kg")


def _effects(name: str) -> dict[str, np.ndarray]:
    rows = [row for row in read_rows("effects.csv") if row["medicine"] == name]
    columns = ("dose", *EFFECTS, "onset_d")
    answer = {one: np.array([float(row[one]) for row in rows]) for one in columns}
    return {one: values if one == "onset_d" else np.concatenate([[0.0], values]) for one, values in answer.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What is a person's own: answers ``(people, drugs)``, everything else ``(people,)``."""

    answer: np.ndarray
    weight_answer: np.ndarray
    insulin_answer: np.ndarray
    adherence: np.ndarray
    progression: np.ndarray
    transit_d: np.ndarray
    phase: np.ndarray

    @classmethod
    def of(cls, people: People, seed: int, truth: Truth) -> "_Own":
        known, who = numbers("truth.csv"), people.numbers
        drawn = person_normals(seed, who, stream="guided-answer", count=len(DRUGS) + 1)
        kilos = person_normals(seed, who, stream="guided-kilos", count=len(DRUGS))
        body = person_normals(seed, who, stream="guided-body", count=2)
        chance = person_uniforms(seed, who, stream="guided-taking", count=2)
        spread = np.array([known.get(f"response_spread_{_kind(one)}", known["response_spread"]) for one in DRUGS])
        spread = spread * truth.response_factor
        answer = np.exp(spread * drawn[:, :-1] - spread**2 / 2.0) * _by_features(people, truth)
        whole = known["response_spread"] * truth.response_factor
        heavy = known["weight_response_spread"]
        return cls(
            answer=answer,
            weight_answer=np.exp(heavy * kilos - heavy**2 / 2.0),
            insulin_answer=np.exp(whole * drawn[:, -1] - whole**2 / 2.0),
            adherence=_adherence(chance[:, 0], truth) / known["trial_adherence"],
            progression=known["progression_pct_per_y"] + known["progression_spread"] * body[:, 0],
            transit_d=known["transit_d"] * np.exp(known["transit_spread"] * body[:, 1]),
            phase=2.0 * np.pi * chance[:, 1],
        )

    def season(self, day: int) -> np.ndarray:
        swing = np.sin(2.0 * np.pi * day / 365.0 + self.phase) - np.sin(self.phase)
        return numbers("truth.csv")["season_pct"] * swing


def _kind(name: str) -> str:
    return MEDICINES[name].kind


def _adherence(chance: np.ndarray, truth: Truth) -> np.ndarray:
    mean, sd = truth.adherence_mean, truth.adherence_sd
    size = mean * (1.0 - mean) / sd**2 - 1.0
    return betaincinv(mean * size, (1.0 - mean) * size, chance)


def _by_features(people: People, truth: Truth) -> np.ndarray:
    """Factors on the answer, ``(people, drugs)``: the kidney always; in one truth what nobody measures or models."""
    known = numbers("truth.csv")
    kidney = (people.egfr / 96.0) ** known["sglt2_egfr_exponent"]
    factor = {name: np.ones(len(people.numbers)) for name in DRUGS} | {"empagliflozin": kidney}
    if truth.features:
        heavy = people.weight_kg / people.height_m**2 > HEAVY_BMI
        weak_kidney = people.egfr < WEAK_EGFR
        for name, per_reserve in BY_RESERVE.items():
            factor[name] = factor[name] * np.exp(per_reserve * people.reserve - per_reserve**2 / 2.0)
        factor["pioglitazone"] = factor["pioglitazone"] * np.where(heavy, 1.0 + BY_STRATUM, 1.0 - BY_STRATUM)
        factor["sitagliptin"] = factor["sitagliptin"] * np.where(heavy, 1.0 - BY_STRATUM, 1.0 + BY_STRATUM)
        factor["sitagliptin"] = factor["sitagliptin"] * np.where(weak_kidney, 1.0 + BY_STRATUM, 1.0 - BY_STRATUM)
    return np.stack([factor[name] for name in DRUGS], axis=1)


HEAVY_BMI, WEAK_EGFR = 30.0, 90.0
BY_STRATUM = 0.2
"""TriMaster (Shields 2023): pioglitazone beside sitagliptin 0.26 % apart by BMI of 30, sitagliptin beside canagliflozin
0.26 % apart by eGFR of 90, of about 0.65 %; half of it in each medicine."""

BY_RESERVE = {"semaglutide": 0.35, "sitagliptin": 0.35, "glimepiride": 0.35}
"""Answer by beta cell reserve: GLP-1 agonists -0.2 against -1.4 % at low C-peptide (Jones 2016); size chosen."""
