"""Lows at night in type 1 diabetes: eaten against when the twin foresees them, woken up for, or neither."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import AbstractExperiment, Covariate, Unit
from glucotwin.trial.part import Part, PeriodKind, read_options
from glucotwin.twin.twin import Twin
from glucotwin.workflows.trial.t1d.cohort import T1dPopulation, Volunteers, cohort_sha256, volunteers
from glucotwin.workflows.trial.t1d.evening import foreseen_carbs_g, night_numbers, night_sha256
from glucotwin.workflows.trial.t1d.life import Condition, Livers, Night, Weeks, at_start, days_of
from glucotwin.workflows.trial.t1d.outcome import LEAST_WEAR_PCT, night_outcomes_of, wear_pct
from glucotwin.workflows.trial.t1d.record import timeline_of
from glucotwin.workflows.trial.t1d.twin_step import Review, fitted_twins

BASELINE = "baseline_"


class AlarmPolicy(StrEnum):
    """What is done about lows at night, beside the urgent alarm that every sensor has.

    ``none``: nothing. ``threshold``: the low alarm. ``foreseen``: in the evening the person eats what the twin advises.
    ``sham``: what somebody else's twin advised that evening, so that as much is eaten by chance.
    """

    NONE = "none"
    THRESHOLD = "threshold"
    FORESEEN = "foreseen"
    SHAM = "sham"


class AlarmArm(Part):
    """Options of an arm."""

    policy: AlarmPolicy


class AlarmPopulation(T1dPopulation):
    """Options of the population.

    Attributes:
        least_night_tbr70_pct: time below 70 mg/dL between midnight and six in the run-in of those who are eligible.
    """

    least_night_tbr70_pct: Annotated[float, Field(ge=0.0, le=100.0)] = 1.0


class NightAlarm(AbstractExperiment):
    """Virtual adults and adolescents with lows at night. The truth is the full body; twins are fitted to the run-in."""

    name = "night-alarm"
    summary = "Type 1 diabetes: lows at night foreseen by a twin and eaten against, woken up for, or neither."

    def check(self, design: Design) -> None:
        """Passes when the options are possible."""
        _population(design)
        for arm in design.arms:
            _policy(design, arm.name)
        if design.period.kind is PeriodKind.CROSSOVER or design.period.run_in_weeks != 2.0:
            words = "Nights are compared in parallel or paired, after a run-in of two weeks."
            raise DataError(ErrorCode.INVALID_VALUE, words)

    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        """Who they are, and what the nights of the run-in showed."""
        return (
            Covariate(name="age_group", label="Age group", kind="category"),
            Covariate(name="age_years", label="Age", unit="years", decimals=0),
            Covariate(name=f"{BASELINE}night_tbr70_pct", label="Nights below 70 mg/dL", unit="%", kind="skewed"),
            Covariate(name=f"{BASELINE}night_tar180_pct", label="Nights above 180 mg/dL", unit="%"),
            Covariate(name=f"{BASELINE}low_nights_pct", label="Nights with a low", unit="%"),
        )

    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        """People after the run-in; eligible are those with lows at night and a sensor that was worn."""
        options = _population(design)
        who = volunteers(options, numbers, seed=design.seed)
        weeks, _ = _run_in(design, who)
        measured, known = night_outcomes_of([weeks]), wear_pct(weeks) >= LEAST_WEAR_PCT
        enough = measured["night_tbr70_pct"] >= options.least_night_tbr70_pct
        return pl.DataFrame(
            {
                "person": np.asarray(numbers, dtype=np.int64),
                "eligible": known & enough,
                "reason": np.select([~known, ~enough], ["sensor worn too little", "too few lows at night"], ""),
                "age_group": [one.group for one in who.subjects],
                "age_years": [one.age_years for one in who.subjects],
                **{f"{BASELINE}{name}": values for name, values in measured.items()},
            }
        )

    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        """The run-in again, then one evening after the other."""
        who = volunteers(_population(design), unit.people, seed=design.seed)
        run_in, condition = _run_in(design, who)
        nights = _Nights(design, unit, who)
        lived, eaten_g = nights.live(run_in, condition)
        values = dict(night_outcomes_of(lived))
        values["eaten_g_per_night"] = eaten_g.mean(axis=1)
        values["eaten_nights_pct"] = 100.0 * (eaten_g > 0.0).mean(axis=1)
        names = {one.name for one in design.endpoints}
        return pl.concat([_frame(unit, design, name, one) for name, one in values.items() if name in names])

    def inputs(self, design: Design) -> Mapping[str, str]:
        """The cohort's and the nights' numbers."""
        return {"cohort": cohort_sha256(), "night": night_sha256()}


def _population(design: Design) -> AlarmPopulation:
    return read_options(design.population, AlarmPopulation, place="population")


def _policy(design: Design, arm: str) -> AlarmPolicy:
    return read_options(design.arm(arm).options, AlarmArm, place=f"arms.{arm}.options").policy


def _run_in(design: Design, who: Volunteers) -> tuple[Weeks, Condition]:
    livers = Livers.of(who, _population(design), seed=design.seed)
    evening = at_start(hour=round(night_numbers()["evening_hour"]))
    return livers.live_on(evening, who.settings, days=days_of(design.period.run_in_weeks))


class _Nights:
    """People of one unit, evening by evening."""

    def __init__(self, design: Design, unit: Unit, who: Volunteers) -> None:
        self._design, self._unit, self._who = design, unit, who
        self._policy = _policy(design, unit.arm)
        self._livers = Livers.of(who, _population(design), seed=design.seed)
        self._twins: list[Twin | None] = []

    def live(self, weeks: Weeks, condition: Condition) -> tuple[list[Weeks], np.ndarray]:
        """The days from evening to evening, and what was eaten in each, ``(people, nights)``."""
        lived, eaten = [weeks], list[np.ndarray]()
        if self._policy in (AlarmPolicy.FORESEEN, AlarmPolicy.SHAM):
            everybody = range(len(self._who))
            self._twins = fitted_twins([Review.of(timeline_of(self._who, row, [weeks])) for row in everybody])
        for number in range(days_of(self._design.period.weeks)):
            night = Night(wakes_below_mgdl=self._wakes_below(number), carbs_g=self._carbs_g(lived))
            day, condition = self._livers.live_on(condition, self._who.settings, days=1, night=night)
            lived.append(day)
            eaten.append(night.carbs_g)
        return lived[1:], np.stack(eaten, axis=1)

    def _wakes_below(self, number: int) -> np.ndarray:
        """What wakes each person in a night: the alarm in some, symptoms in others."""
        known = night_numbers()
        alarm = "low_alarm_mgdl" if self._policy is AlarmPolicy.THRESHOLD else "urgent_alarm_mgdl"
        drawn = person_uniforms(self._design.seed, self._unit.people, stream=f"t1d-woken-{number}")[:, 0]
        return np.where(drawn < known["woken_share"], known[alarm], known["symptoms_mgdl"])

    def _carbs_g(self, lived: list[Weeks]) -> np.ndarray:
        if not self._twins:
            return np.zeros(len(self._who))
        # The last two evenings' days are more than a forecast looks back.
        known = lived[-2:] if len(lived) > 2 else lived[-1:]
        timelines = [timeline_of(self._who, row, known) for row in range(len(self._who))]
        grams = foreseen_carbs_g(self._twins, timelines, at=lived[-1].end)
        return np.roll(grams, 1) if self._policy is AlarmPolicy.SHAM else grams


def _frame(unit: Unit, design: Design, endpoint: str, values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "person": np.asarray(unit.people, dtype=np.int64),
            "arm": unit.arm,
            "period": unit.period,
            "visit": float(design.period.weeks),
            "endpoint": endpoint,
            "value": values,
        }
    )
