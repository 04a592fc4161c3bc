"""The experiment ``guided-t2d``: people on metformin, four ways of treating them, and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from glucotwin.advise.regimen.spell import Spell, Visit, taken_on, with_plan
from glucotwin.months.table import read_rows as read_months_rows
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import AbstractExperiment, Covariate, Unit
from glucotwin.trial.part import Adherence, read_options
from glucotwin.workflows.trial.guided.cohort import SCREENING_D, People, people_frame, true_people
from glucotwin.workflows.trial.guided.option import GuidedArm, GuidedPopulation
from glucotwin.workflows.trial.guided.policy import POLICIES, AbstractPolicy, Record, changes_between
from glucotwin.workflows.trial.guided.table import hashes, numbers
from glucotwin.workflows.trial.guided.truth import INSULIN, TrueLives

DAYS_PER_WEEK = 7
SCREENING, START = 0, 1
"""Numbers of the visits before the first one of the arm."""


class GuidedT2d(AbstractExperiment):
    """Choice and titration of medicines by a twin, beside usual care, a rule, chance and a wrong twin."""

    name = "guided-t2d"
    summary = "Medicines added to metformin for six months: by a twin, as usual, by a rule, by chance, by a wrong twin."

    def check(self, design: Design) -> None:
        """Passes when the options are possible."""
        _population(design)
        for arm in design.arms:
            _arm(design, arm.name)

    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        """What the baseline table shows."""
        return (
            Covariate(name="hba1c_pct", label="HbA1c at the start", unit="%", decimals=2),
            Covariate(name="screening_hba1c_pct", label="HbA1c at screening", unit="%", decimals=2),
            Covariate(name="fasting_mmoll", label="Fasting glucose", unit="mmol/L"),
            Covariate(name="age_y", label="Age", unit="years"),
            Covariate(name="sex", label="Sex", kind="category"),
            Covariate(name="bmi", label="BMI", unit="kg/m²"),
            Covariate(name="weight_kg", label="Weight", unit="kg"),
            Covariate(name="duration_y", label="Duration of diabetes", unit="years", kind="skewed"),
            Covariate(name="egfr", label="eGFR", unit="mL/min/1.73 m²", decimals=0),
            Covariate(name="hba1c_group", label="HbA1c group", kind="category"),
        )

    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        """People at screening and when the lot is drawn, three months later and on metformin alone."""
        lives = _screened(design, numbers, attended=False)
        screened = lives.measured(SCREENING)
        lives.live(SCREENING_D)
        return people_frame(lives.people, screened, lives.measured(START))

    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        """Visits when the lot is drawn and at each visit of the design but the last, which only measures."""
        arm, population = _arm(design, unit.arm), _population(design)
        policy = POLICIES[arm.policy](population, arm, seed=design.seed)
        lives = _screened(design, unit.people, attended=arm.policy != "usual")
        records = _first_records(lives.people, people)
        lives.live(SCREENING_D)
        lives.begin()
        visits = [0, *(round(one * DAYS_PER_WEEK) for one in design.period.visits)]
        rows: list[pl.DataFrame] = []
        for visit, day in enumerate(visits):
            lives.live(SCREENING_D + day - lives.day)
            records, stops = _with_stops(records, lives)
            if visit > 0:
                records = _with_visit(records, lives, visit=START + visit)
            changes = np.array([float(one) for one in stops])
            if visit < len(visits) - 1:
                records, made = _treated(records, policy, lives, visit=visit)
                changes = changes + made
            rows.append(_outcomes(unit, lives, records, week=day / DAYS_PER_WEEK, changes=changes))
        return _folded(rows, target_pct=population.target_pct)

    def adherence(self, design: Design) -> Adherence:
        """Share of doses taken, an option of the population."""
        population = _population(design)
        return Adherence(mean=population.adherence_mean, sd=population.adherence_sd)

    def inputs(self, design: Design) -> Mapping[str, str]:
        """Hashes of the tables of the trial."""
        return hashes()


def _population(design: Design) -> GuidedPopulation:
    return read_options(design.population, GuidedPopulation, place="population")


def _arm(design: Design, name: str) -> GuidedArm:
    return read_options(design.arm(name).options, GuidedArm, place=f"arms.{name}.options")


def _screened(design: Design, who: Sequence[int], *, attended: bool) -> TrueLives:
    people = true_people(design.seed, who)
    return TrueLives(people=people, seed=design.seed, truth=_population(design), attended=attended)


def _first_records(people: People, frame: pl.DataFrame) -> list[Record]:
    """What is known when the lot is drawn: two visits, on metformin."""
    records: list[Record] = []
    for place, row in enumerate(frame.iter_rows(named=True)):
        fasting, weight = float(row["screening_fasting_mmoll"]), float(people.weight_kg[place])
        known = people.known(place, hba1c_pct=float(row["screening_hba1c_pct"]), fasting_mmoll=fasting)
        visits = (
            Visit(day=0, hba1c_pct=known.hba1c_pct, fasting_mmoll=fasting, weight_kg=weight),
            Visit(
                day=SCREENING_D,
                hba1c_pct=float(row["hba1c_pct"]),
                fasting_mmoll=float(row["fasting_mmoll"]),
                weight_kg=float(row["weight_kg"]),
            ),
        )
        spells = (Spell(medicine="metformin", dose=numbers("cohort.csv")["metformin_mg"]),)
        records.append(Record(number=int(row["person"]), person=known, spells=spells, visits=visits, today=SCREENING_D))
    return records


def _with_stops(records: Sequence[Record], lives: TrueLives) -> tuple[list[Record], list[int]]:
    """What people have stopped by themselves since the last visit ends in their history."""
    answer: list[Record] = []
    counts: list[int] = []
    for place, record in enumerate(records):
        stopped = lives.taking.stopped[place]
        spells = tuple(
            replace(one, end_d=stopped[one.medicine]) if one.end_d is None and one.medicine in stopped else one
            for one in record.spells
        )
        answer.append(
            replace(record, spells=spells, today=lives.day, intolerant=frozenset(lives.taking.intolerant[place]))
        )
        counts.append(len(stopped))
        lives.taking.stopped[place] = {}
    return answer, counts


def _with_visit(records: Sequence[Record], lives: TrueLives, *, visit: int) -> list[Record]:
    measured = lives.measured(visit)
    return [
        replace(
            record,
            visits=(*record.visits, Visit(day=lives.day, **{name: float(one[n]) for name, one in measured.items()})),
        )
        for n, record in enumerate(records)
    ]


def _treated(
    records: Sequence[Record], policy: AbstractPolicy, lives: TrueLives, *, visit: int
) -> tuple[list[Record], np.ndarray]:
    answer: list[Record] = []
    made = np.zeros(len(records))
    for place, record in enumerate(records):
        plan = policy.plan(record, visit=visit)
        made[place] = changes_between(record.taken, plan)
        lives.prescribe(place, plan)
        answer.append(replace(record, spells=with_plan(record.spells, plan, day=record.today)))
    return answer, made


def _outcomes(
    unit: Unit, lives: TrueLives, records: Sequence[Record], *, week: float, changes: np.ndarray
) -> pl.DataFrame:
    taken = [taken_on(one.spells, lives.day) for one in records]
    last = [one.visits[-1] for one in records]
    values = {
        "hba1c_pct": np.array([one.hba1c_pct for one in last], dtype=np.float64),
        "weight_kg": np.array([one.weight_kg for one in last], dtype=np.float64),
        "changes": changes,
        "lows": lives.lows.copy(),
        "gut": lives.gut.astype(np.float64),
        "medicines": np.array([float(len(one)) for one in taken]),
        "cost_class": np.array([_cost(one) for one in taken]),
        "insulin": np.array([float(any(s.medicine == INSULIN for s in one)) for one in taken]),
    }
    frames = [
        pl.DataFrame({"person": np.asarray(unit.people, dtype=np.int64), "endpoint": name, "value": one})
        for name, one in values.items()
    ]
    return pl.concat(frames).with_columns(
        pl.lit(unit.arm).alias("arm"), pl.lit(unit.period).alias("period"), pl.lit(week).alias("visit")
    )


def _folded(rows: Sequence[pl.DataFrame], *, target_pct: float) -> pl.DataFrame:
    """Rows of the visits after the first; what is counted since the lot was drawn counts as it stands then."""
    every = pl.concat(rows)
    counted = every.filter(pl.col("endpoint") == "changes").sort("visit")
    counted = counted.with_columns(pl.col("value").cum_sum().over("person"))
    reached = every.filter(pl.col("endpoint") == "hba1c_pct").with_columns(
        pl.lit("on_target").alias("endpoint"), (pl.col("value") <= target_pct).cast(pl.Float64).alias("value")
    )
    rest = every.filter(pl.col("endpoint") != "changes")
    columns = rest.columns
    return pl.concat([rest, counted.select(columns), reached.select(columns)]).filter(pl.col("visit") > 0.0)


def _cost(taken: Sequence[Spell]) -> float:
    """Class of cost, 1 to 4, of the dearest medicine."""
    classes = {row["applies_to"]: float(row["cost_class"]) for row in read_months_rows("costs.csv")}
    return max((classes[one.kind] for one in taken), default=0.0)
