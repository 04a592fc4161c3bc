"""The contract of an experiment: it recruits virtual people and lets them live through an arm.

The engine asks for people by number and for lives by *unit*: some people, one arm, one period. Both answers depend on
nothing but the design and the numbers, so that any executor may ask in any order, anywhere, and again after a failure.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from glucotwin.core.error import DataError, ErrorCode, ModelError
from glucotwin.trial.design import Design
from glucotwin.trial.part import MAIN, Adherence, Part

PERSON, ELIGIBLE, REASON = "person", "eligible", "reason"
ARM, PERIOD, VISIT, ENDPOINT, VALUE = "arm", "period", "visit", "endpoint", "value"

PEOPLE_COLUMNS: Mapping[str, pl.DataType] = {PERSON: pl.Int64(), ELIGIBLE: pl.Boolean(), REASON: pl.String()}
"""What every frame of recruited people has, beside the experiment's own columns."""

OUTCOME_COLUMNS: Mapping[str, pl.DataType] = {
    PERSON: pl.Int64(),
    ARM: pl.String(),
    PERIOD: pl.Int64(),
    VISIT: pl.Float64(),
    ENDPOINT: pl.String(),
    VALUE: pl.Float64(),
}
"""The columns of outcome rows."""


class Unit(Part):
    """A piece of work: some people live through one arm in one period. JSON in, rows out.

    Attributes:
        variant: of the design; the design that comes with the unit is that variant's already.
        arm: name.
        period: from 0; above 0 in crossovers only, where earlier arms and washouts lie before it.
        earlier: names of the arms that these people lived through before, in order.
        people: their numbers, rising.
    """

    variant: str = MAIN
    arm: str
    period: int = 0
    earlier: tuple[str, ...] = ()
    people: tuple[int, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """A column of the recruited people that the baseline table shows.

    Attributes:
        name: of the column.
        label: for people.
        unit: of the values; empty where there is none.
        kind: ``number`` (mean and standard deviation), ``skewed`` (median and quartiles) or ``category`` (counts).
        decimals: to show.
    """

    name: str
    label: str
    unit: str = ""
    kind: Literal["number", "skewed", "category"] = "number"
    decimals: int = 1


class AbstractExperiment(ABC):
    """People and what becomes of them in each arm.

    An experiment holds no state. All its chance comes from ``glucotwin.trial.chance`` (or named streams of
    ``glucotwin.core.random``) by the design's seed and the person's number; two arms of a parallel trial never have a
    person in common. It leaves dropout and missed visits to the engine, and takes adherence from
    ``glucotwin.trial.conduct.adherence_of``.
    """

    name: ClassVar[str]
    """By which designs and the registry know it."""

    summary: ClassVar[str]
    """What it is, in one sentence."""

    @abstractmethod
    def check(self, design: Design) -> None:
        """Passes when the options of the design's population and arms are possible (see ``read_options``).

        Raises:
            DataError: they are not; says which.
        """

    @abstractmethod
    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        """The columns of recruited people, beside those that all have."""

    @abstractmethod
    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        """People as they are when the lot is drawn: one row for each number, in that order.

        Args:
            design: of the trial (of the variant's).
            numbers: of people, from 0; the same number is the same person in every call.

        Returns:
            ``person``, ``eligible``, ``reason`` (why not, in words; empty for the eligible) and the covariates, from
            the run-in or from what is known of the person. Nothing in it may depend on an arm.
        """

    @abstractmethod
    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        """What becomes of some people in one arm.

        Args:
            design: of the trial (of the variant's).
            unit: who, which arm, which period.
            people: the rows that ``recruit`` gave for them, in the order of ``unit.people``.

        Returns:
            One row per person, visit and endpoint: ``person``, ``arm``, ``period``, ``visit`` (week of the arm),
            ``endpoint``, ``value`` (NaN where nothing could be measured). Endpoints are the design's; not every one has
            to be there at every visit.
        """

    def adherence(self, design: Design) -> Adherence:
        """Which share of what an arm asks people do, for the report: the design's, unless the options say more."""
        return design.adherence

    def inputs(self, design: Design) -> Mapping[str, str]:
        """SHA-256 of data files that the answers rest on, by role; kept with the run's manifest."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPlace:
    """Where an experiment is imported from, in this process or another.

    Attributes:
        module: as ``glucotwin.workflows.trial.experiment.known_effect``.
        attribute: a class of that module, made without arguments.
    """

    module: str
    attribute: str

    def load(self) -> AbstractExperiment:
        """The experiment.

        Raises:
            ModelError: there is none at this place.
        """
        made = getattr(importlib.import_module(self.module), self.attribute)()
        if not isinstance(made, AbstractExperiment):
            raise ModelError(ErrorCode.BROKEN_PLUGIN, f"{self.module}:{self.attribute} is no experiment.")
        return made


def checked_people(frame: pl.DataFrame, numbers: Sequence[int], *, experiment: str) -> pl.DataFrame:
    """The people of an experiment, with the columns that all have in front.

    Raises:
        DataError: a column is missing or other people came than were asked for.
    """
    missing = next((name for name in PEOPLE_COLUMNS if name not in frame.columns), None)
    if missing is not None:
        raise _broken(experiment, f"its people have no column {missing!r}")
    checked = frame.with_columns(pl.col(name).cast(kind) for name, kind in PEOPLE_COLUMNS.items())
    if checked[PERSON].to_list() != list(numbers):
        raise _broken(experiment, "it recruited other people than it was asked for")
    return checked.select(*PEOPLE_COLUMNS, pl.exclude(*PEOPLE_COLUMNS))


def checked_outcomes(frame: pl.DataFrame, design: Design, unit: Unit, *, experiment: str) -> pl.DataFrame:
    """The outcome rows of an experiment, in a fixed order.

    Raises:
        DataError: a column is missing, or rows are of other people, arms or endpoints, or there twice.
    """
    missing = next((name for name in OUTCOME_COLUMNS if name not in frame.columns), None)
    if missing is not None:
        raise _broken(experiment, f"its outcomes have no column {missing!r}")
    rows = frame.select(pl.col(name).cast(kind) for name, kind in OUTCOME_COLUMNS.items())
    strangers = rows.filter(
        ~pl.col(PERSON).is_in(unit.people)
        | (pl.col(ARM) != unit.arm)
        | (pl.col(PERIOD) != unit.period)
        | ~pl.col(ENDPOINT).is_in([one.name for one in design.endpoints])
    )
    if strangers.height:
        raise _broken(experiment, f"it gave a row that nobody asked for: {strangers.row(0)}")
    keys = [PERSON, ENDPOINT, VISIT]
    if rows.select(keys).is_duplicated().any():
        raise _broken(experiment, "it gave an outcome twice")
    return rows.sort(keys)


def _broken(experiment: str, what: str) -> DataError:
    return DataError(ErrorCode.BROKEN_PLUGIN, f"The experiment {experiment!r} breaks its contract: {what}.")
