"""Pieces of work of a trial: what to ask an experiment, as JSON; and the asking, in this process or another."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import polars as pl

from glucotwin.core.error import ErrorCode, GlucoTwinError, ModelError
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import AbstractExperiment, ExperimentPlace, Unit, checked_outcomes, checked_people
from glucotwin.trial.part import MAIN, Part


class Job(Part):
    """What all tasks of a trial share.

    Attributes:
        module, attribute: where the experiment is.
        design: the whole trial's.
    """

    module: str
    attribute: str
    design: Design


class Task(Part):
    """A question to the experiment.

    Attributes:
        kind: ``recruit`` the people of these numbers, or ``live`` through a unit.
        number: of the task among those of its kind and variant, for the name of its file.
        variant: of the design.
        numbers: of people to recruit.
        unit: to live through.
    """

    kind: Literal["recruit", "live"]
    number: int
    variant: str = MAIN
    numbers: tuple[int, ...] = ()
    unit: Unit | None = None

    @property
    def identifier(self) -> str:
        """Name of the task, and of the file of its answer."""
        if self.unit is None:
            return f"{self.kind}-{self.variant}-{self.number:06d}"
        return f"{self.kind}-{self.variant}-{self.unit.arm}-{self.unit.period}-{self.number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A task with what it needs: the recruited rows of a unit's people, as Parquet."""

    task: Task
    people: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a worker sends back: a table as Parquet, or why there is none; plain values that any process can carry.

    Attributes:
        identifier: of the task.
        table: Parquet; empty after a failure.
        code, message, hint: of the error; empty after success.
    """

    identifier: str
    table: bytes = b""
    code: str = ""
    message: str = ""
    hint: str = ""

    def frame(self) -> pl.DataFrame:
        """The table.

        Raises:
            ModelError: the experiment failed.
        """
        if self.code:
            where = f"{self.identifier}: {self.message}"
            raise ModelError(ErrorCode(self.code), where, hint=self.hint)
        return pl.read_parquet(io.BytesIO(self.table))


def perform(job: str, task: str, people: bytes) -> Answer:
    """Asks the experiment; an error of GlucoTwin's becomes part of the answer, since errors travel badly.

    Args:
        job: as JSON.
        task: as JSON.
        people: recruited rows as Parquet, for a unit.
    """
    asked = Task.model_validate_json(task)
    try:
        experiment, design = _prepared(job, asked.variant)
        return Answer(identifier=asked.identifier, table=parquet_of(_asked(experiment, design, asked, people)))
    except GlucoTwinError as error:
        return Answer(identifier=asked.identifier, code=str(error.code), message=error.message, hint=error.hint)


def parquet_of(frame: pl.DataFrame) -> bytes:
    """A table as Parquet."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _asked(experiment: AbstractExperiment, design: Design, task: Task, people: bytes) -> pl.DataFrame:
    if task.unit is None:
        return checked_people(experiment.recruit(design, task.numbers), task.numbers, experiment=experiment.name)
    frame = pl.read_parquet(io.BytesIO(people))
    return checked_outcomes(experiment.live(design, task.unit, frame), design, task.unit, experiment=experiment.name)


@lru_cache(maxsize=16)
def _prepared(job: str, variant: str) -> tuple[AbstractExperiment, Design]:
    read = Job.model_validate_json(job)
    return ExperimentPlace(module=read.module, attribute=read.attribute).load(), read.design.of_variant(variant)
