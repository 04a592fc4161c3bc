"""Decision support in type 1 diabetes: settings reviewed with a twin, by rule, at random, or as usual."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.conduct import adherence_of
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import AbstractExperiment, Covariate, Unit
from glucotwin.trial.part import Part, PeriodKind, read_options
from glucotwin.twin.twin import Twin
from glucotwin.workflows.trial.t1d.cohort import T1dPopulation, Volunteers, cohort_sha256, volunteers
from glucotwin.workflows.trial.t1d.life import Condition, Livers, Weeks, at_start, days_of
from glucotwin.workflows.trial.t1d.outcome import LEAST_WEAR_PCT, outcomes_of, wear_pct
from glucotwin.workflows.trial.t1d.record import timeline_of
from glucotwin.workflows.trial.t1d.rule import pattern_step, titration_numbers, titration_sha256
from glucotwin.workflows.trial.t1d.setting import Step
from glucotwin.workflows.trial.t1d.support import TWINS_ASKED, Support, Supported, supported
from glucotwin.workflows.trial.t1d.twin_step import Review, advised_steps, fitted_twins

REVIEW_WEEKS = 2.0
LEFT = "_late"
"""What ends the name of a measure of the second half of the arm, after the last review."""

BASELINE = "baseline_"


class Policy(StrEnum):
    """Who changes the settings, and by what.

    ``usual``: quarterly visits, at each the rule. ``rule``: the rule at every review. ``twin``: the person's twin at
    every review. ``sham``: the twin's steps with the direction of each by the toss of a coin. ``wrong-twin``: the twin
    of somebody else. ``needed``: at once what the body needs, which only a simulation knows; the most that settings can
    do.
    """

    USUAL = "usual"
    RULE = "rule"
    TWIN = "twin"
    SHAM = "sham"
    WRONG_TWIN = "wrong-twin"
    NEEDED = "needed"


class DecisionArm(Part):
    """Options of an arm.

    Attributes:
        policy: who changes the settings.
        support: who warns of lows within the hour and limits corrections; begins after the run-in.
        refit_every: after so many reviews the twin is fitted anew.
    """

    policy: Policy
    support: Support = Support.NONE
    refit_every: Annotated[int, Field(ge=1, le=20)] = 2


class DecisionPopulation(T1dPopulation):
    """Options of the population.

    Attributes:
        least_tbr70_pct, most_tbr70_pct: time below 70 mg/dL in the run-in of those who are eligible.
    """

    least_tbr70_pct: Annotated[float, Field(ge=0.0, le=100.0)] = 1.0
    most_tbr70_pct: Annotated[float, Field(ge=0.0, le=100.0)] = 20.0


class DecisionSupport(AbstractExperiment):
    """Virtual adults and adolescents on pumps with a sensor, whose settings are reviewed every two weeks.

    The truth is the full type 1 body; twins are fitted with the minimal body to what is on record. Reviews stop in the
    middle of the arm, so that its second half measures settings that stand still.
    """

    name = "decision-support"
    summary = "Type 1 diabetes: pump settings reviewed with a twin, by rule, at random, or as usual."

    def check(self, design: Design) -> None:
        """Passes when the options are possible."""
        _population(design)
        for arm in design.arms:
            _arm(design, arm.name)
        if design.period.kind is PeriodKind.CROSSOVER:
            raise DataError(ErrorCode.INVALID_VALUE, "Settings stay changed: this experiment knows no crossover.")
        if design.period.weeks % REVIEW_WEEKS or design.period.run_in_weeks != REVIEW_WEEKS:
            raise DataError(ErrorCode.INVALID_VALUE, "The arms last whole fortnights, and the run-in is one fortnight.")

    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        """Who they are, and what the run-in showed."""
        return (
            Covariate(name="age_group", label="Age group", kind="category"),
            Covariate(name="age_years", label="Age", unit="years", decimals=0),
            Covariate(name="weight_kg", label="Weight", unit="kg", decimals=0),
            Covariate(name="way_of_living", label="Behaviour profile", kind="category"),
            Covariate(name="low_alarm", label="Low alarm set", kind="category"),
            Covariate(name=f"{BASELINE}tbr70_pct", label="Time below 70 mg/dL", unit="%", kind="skewed"),
            Covariate(name=f"{BASELINE}tbr54_pct", label="Time below 54 mg/dL", unit="%", kind="skewed", decimals=2),
            Covariate(name=f"{BASELINE}tir_pct", label="Time in range", unit="%"),
            Covariate(name=f"{BASELINE}tar180_pct", label="Time above 180 mg/dL", unit="%"),
            Covariate(name=f"{BASELINE}mean_mgdl", label="Mean glucose", unit="mg/dL", decimals=0),
            Covariate(name=f"{BASELINE}cv_pct", label="Coefficient of variation", unit="%"),
            Covariate(name=f"{BASELINE}insulin_u_per_day", label="Insulin", unit="U/day"),
        )

    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        """People after the run-in; eligible are those with lows, but not too many, and a sensor that was worn."""
        options = _population(design)
        who = volunteers(options, numbers, seed=design.seed)
        weeks, _ = _run_in(design, who)
        measured, worn = outcomes_of([weeks]), wear_pct(weeks)
        low = measured["tbr70_pct"]
        enough, bearable = low >= options.least_tbr70_pct, low <= options.most_tbr70_pct
        known = worn >= LEAST_WEAR_PCT
        reason = np.select(
            [~known, ~enough, ~bearable],
            ["sensor worn too little", "too little time below 70 mg/dL", "too much time below 70 mg/dL"],
            "",
        )
        return pl.DataFrame(
            {
                "person": np.asarray(numbers, dtype=np.int64),
                "eligible": known & enough & bearable,
                "reason": reason,
                "age_group": [one.group for one in who.subjects],
                "age_years": [one.age_years for one in who.subjects],
                "weight_kg": [one.weight_kg for one in who.subjects],
                "way_of_living": np.where(who.careless, "careless", "typical"),
                "low_alarm": np.where(who.alarmed, "yes", "no"),
                **{f"{BASELINE}{name}": values for name, values in measured.items()},
            }
        )

    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        """The run-in again, then fortnights with reviews before them."""
        who = volunteers(_population(design), unit.people, seed=design.seed)
        run_in, condition = _run_in(design, who)
        return _rows(design, unit, _Reviewed(design, unit, who).live(run_in, condition))

    def inputs(self, design: Design) -> Mapping[str, str]:
        """The cohort's and the rule's numbers."""
        return {"cohort": cohort_sha256(), "titration": titration_sha256()}


def _population(design: Design) -> DecisionPopulation:
    return read_options(design.population, DecisionPopulation, place="population")


def _arm(design: Design, arm: str) -> DecisionArm:
    return read_options(design.arm(arm).options, DecisionArm, place=f"arms.{arm}.options")


def _run_in(design: Design, who: Volunteers) -> tuple[Weeks, Condition]:
    livers = Livers.of(who, _population(design), seed=design.seed)
    return livers.live_on(at_start(), who.settings, days=days_of(design.period.run_in_weeks))


class _Reviewed:
    """People of one unit on their way through an arm."""

    def __init__(self, design: Design, unit: Unit, who: Volunteers) -> None:
        self._design, self._unit, self._who = design, unit, who
        self._options = _arm(design, unit.arm)
        self._livers = Livers.of(who, _population(design), seed=design.seed)
        self._adherence = adherence_of(design, unit.people)
        self._twins: list[Twin | None] = []
        self._fitted_at: int | None = None
        self._total = Step.none(len(who))

    def live(self, weeks: Weeks, condition: Condition) -> list[tuple[Weeks, np.ndarray]]:
        """The arm's fortnights, each with how many settings were changed before it, ``(people,)``."""
        settings, lived = self._who.settings, [weeks]
        found: list[tuple[Weeks, np.ndarray]] = []
        support: Supported | None = None
        for number in range(_fortnights(self._design)):
            step = self._step(number, lived)
            settings, self._total = settings.times(step), self._total.plus(step)
            support = self._support(number, lived) or support
            weeks, condition = self._livers.live_on(condition, settings, days=days_of(REVIEW_WEEKS), support=support)
            lived = [lived[-1], weeks]
            found.append((weeks, np.count_nonzero(step.table, axis=1)))
        return found

    def _step(self, number: int, lived: list[Weeks]) -> Step:
        """What is changed before a fortnight: proposed, cut to the limits, and as far as people do it."""
        if self._options.policy is Policy.NEEDED:
            return self._who.to_need() if number == 0 else Step.none(len(self._who))
        wanted = self._wanted(number, lived).within(self._total)
        table = wanted.table
        drawn = self._drawn(f"t1d-adherence-{number}", table.shape[1])
        return wanted.taken(drawn < self._adherence[:, None])

    def _wanted(self, number: int, lived: list[Weeks]) -> Step:
        if self._options.policy is Policy.USUAL:
            return self._at_visit(number, lived[-1])
        if number > _fortnights(self._design) // 2:
            return Step.none(len(self._who))
        if self._options.policy is Policy.RULE:
            return pattern_step(lived[-1])
        return self._by_twin(number, lived)

    def _at_visit(self, number: int, weeks: Weeks) -> Step:
        """The rule at the quarterly visit, for those whose visit falls into this fortnight."""
        interval = titration_numbers()["visit_interval_weeks"]
        visit = self._drawn("t1d-visit", 1)[:, 0] * interval
        here = (visit >= REVIEW_WEEKS * number) & (visit < REVIEW_WEEKS * (number + 1))
        return pattern_step(weeks).taken(here[:, None])

    def _support(self, number: int, lived: list[Weeks]) -> Supported | None:
        """Support from a review on whose models are made anew at it; None where the last goes on."""
        kind, twins = self._options.support, self._options.support in TWINS_ASKED
        if kind is Support.NONE or (number > 0 and not (twins and self._fitted_at == number)):
            return None
        if twins and self._fitted_at is None:
            timelines = [timeline_of(self._who, row, lived) for row in range(len(self._who))]
            self._twins, self._fitted_at = fitted_twins([Review.of(one) for one in timelines]), number
        return supported(kind, self._twins, self._adherence)

    def _by_twin(self, number: int, lived: list[Weeks]) -> Step:
        reviews = [Review.of(timeline_of(self._who, row, lived)) for row in range(len(self._who))]
        if number % self._options.refit_every == 0:
            self._twins, self._fitted_at = fitted_twins(reviews), number
        wrong = self._options.policy is Policy.WRONG_TWIN
        step = advised_steps(reviews, self._twins[1:] + self._twins[:1] if wrong else self._twins)
        if self._options.policy is not Policy.SHAM:
            return step
        coin = self._drawn(f"t1d-sham-{number}", step.table.shape[1])
        return Step.of_table(np.where(coin < 0.5, -1.0, 1.0) * step.table)

    def _drawn(self, stream: str, count: int) -> np.ndarray:
        return person_uniforms(self._design.seed, self._unit.people, stream=stream, count=count)


def _fortnights(design: Design) -> int:
    return round(design.period.weeks / REVIEW_WEEKS)


def _rows(design: Design, unit: Unit, lived: list[tuple[Weeks, np.ndarray]]) -> pl.DataFrame:
    """Outcome rows: measures of the fortnights up to each visit since the last, and of the second half alone."""
    endpoints = {one.name for one in design.endpoints}
    half, first = _fortnights(design) // 2, 0
    frames: list[pl.DataFrame] = []
    for visit in design.period.visits:
        last = round(visit / REVIEW_WEEKS)
        parts = lived[first:last]
        late = [weeks for number, (weeks, _) in enumerate(lived[:last]) if number >= max(first, half)]
        values = dict(outcomes_of([weeks for weeks, _ in parts]))
        values["changes"] = np.sum([changed for _, changed in parts], axis=0).astype(float)
        if late:
            values |= {f"{name}{LEFT}": one for name, one in outcomes_of(late).items()}
        frames += [_frame(unit, visit, name, one) for name, one in values.items() if name in endpoints]
        first = last
    return pl.concat(frames)


def _frame(unit: Unit, visit: float, endpoint: str, values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": np.asarray(unit.people, dtype=np.int64),
            "arm": unit.arm,
            "period": unit.period,
            "visit": float(visit),
            "endpoint": endpoint,
            "value": values,
        }
    )
