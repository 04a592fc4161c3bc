"""Use case: run a trial with any executor, from where an interrupted run of it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.trial.conduct import observed
from glucotwin.trial.design import Design
from glucotwin.trial.executor import AbstractExecutor, LocalExecutor, ProcessExecutor
from glucotwin.trial.experiment import ELIGIBLE, OUTCOME_COLUMNS
from glucotwin.trial.lot import draw_lots
from glucotwin.trial.part import MAIN
from glucotwin.trial.result import Lived
from glucotwin.trial.schedule import living_orders, recruiting_tasks
from glucotwin.trial.task import Job, Order
from glucotwin.workflows.trial.folder import TrialFolder
from glucotwin.workflows.trial.registry import experiment_place

SEEN, VARIANT = "seen", "variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRun:
    """A trial, lived to its end.

    Attributes:
        folder: where its files are.
        design: of the whole.
        variants: the trial itself first.
    """

    folder: TrialFolder
    design: Design
    variants: tuple[Lived, ...]

    @property
    def main(self) -> Lived:
        """The trial itself."""
        return self.variants[0]


EXECUTORS = ("local", "processes", "ray")
"""Names of the executors."""


def executor_named(name: str, *, workers: int | None = None, address: str = "") -> AbstractExecutor:
    """An executor by name.

    Args:
        name: one of ``EXECUTORS``.
        workers: how many at once; as many as there are processors when None. One for ``local``, always.
        address: of a Ray cluster; empty starts one.
    """
    if name == "processes":
        return ProcessExecutor(workers)
    if name == "ray":
        from glucotwin.trial.ray_executor import RayExecutor

        return RayExecutor(address, workers=workers)
    return LocalExecutor()


def run_trial(
    design: Design, folder: Path, *, executor: AbstractExecutor | None = None, progress: ProgressCallback = silent
) -> TrialRun:
    """Recruits, draws lots, and lets everybody live; the design and its hash are written before the first life.

    The folder then holds ``people.parquet`` and ``outcomes.parquet`` beside every single answer.

    Args:
        design: of the trial.
        folder: for the results; repeat the call to go on after an interruption.
        executor: who does the work; this process when None.
        progress: told how far it is.

    Raises:
        NotFoundError: the experiment does not exist.
        ConflictError: the folder holds something else.
        DataError: too few people are eligible.
        ModelError: the experiment failed.
    """
    place = experiment_place(design.experiment)
    experiment = place.load()
    experiment.check(design)
    kept = TrialFolder(folder, design, experiment.inputs(design))
    job = Job(module=place.module, attribute=place.attribute, design=design).model_dump_json()
    work = _Work(job=job, folder=kept, executor=executor or LocalExecutor())
    names = (MAIN, *(one.name for one in design.variants))
    sizes = [design.of_variant(name).people for name in names]
    done, variants = 0, list[Lived]()
    for name, size in zip(names, sizes, strict=True):
        share = part_of(progress, start=done / sum(sizes), end=(done + size) / sum(sizes))
        variants.append(_run_variant(work, design, name, share))
        done += size
    run = TrialRun(folder=kept, design=design, variants=tuple(variants))
    _write(run)
    return run


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    job: str
    folder: TrialFolder
    executor: AbstractExecutor

    def answers(self, orders: Sequence[Order], stage: str, progress: ProgressCallback) -> list[pl.DataFrame]:
        """The answer of each order, in their order; those of an earlier run are read."""
        found: dict[str, pl.DataFrame] = {}
        left: list[Order] = []
        for order in orders:
            before = self.folder.answer(order.task.identifier)
            if before is None:
                left.append(order)
            else:
                found[order.task.identifier] = before
        progress(stage, len(found) / max(1, len(orders)))
        for answer in self.executor.run(self.job, left) if left else ():
            found[answer.identifier] = answer.frame()
            self.folder.keep(answer.identifier, answer.table)
            progress(stage, len(found) / len(orders))
        return [found[order.task.identifier] for order in orders]


def _run_variant(work: _Work, design: Design, name: str, progress: ProgressCallback) -> Lived:
    own = design.of_variant(name)
    label = next((one.label for one in design.variants if one.name == name), design.title)
    screened = _recruited(work, own, name, part_of(progress, start=0.0, end=0.3), label)
    people = draw_lots(own, screened.filter(pl.col(ELIGIBLE)).head(own.people))
    orders = list(living_orders(own, people, variant=name))
    stage = message("trial-progress-live", variant=label)
    answers = work.answers(orders, stage, part_of(progress, start=0.3, end=1.0))
    outcomes = pl.concat([pl.DataFrame(schema=dict(OUTCOME_COLUMNS)), *answers])
    outcomes = outcomes.sort("endpoint", "arm", "period", "person", "visit")
    return Lived(
        name=name,
        design=own,
        screened=screened,
        people=people,
        outcomes=outcomes,
        seen=observed(own, outcomes, people),
    )


def _recruited(work: _Work, design: Design, name: str, progress: ProgressCallback, label: str) -> pl.DataFrame:
    """Everybody who was looked at until enough were eligible, the last one eligible too."""
    stage = message("trial-progress-recruit", variant=label)
    frames: list[pl.DataFrame] = []
    batches, eligible = 0, 0
    while eligible < design.people:
        # As many more batches as the share of the eligible so far lets expect; it decides nothing but the waiting.
        share = max(eligible, 1) / max(1, batches * design.batch_people) if batches else 1.0
        wanted = max(1, round((design.people - eligible) / share / design.batch_people + 0.5))
        tasks = recruiting_tasks(design, first=batches, count=wanted, variant=name)
        if not tasks:
            raise _too_few(design, eligible)
        frames += work.answers([Order(task=task) for task in tasks], stage, progress)
        batches += len(tasks)
        eligible = sum(int(one[ELIGIBLE].sum()) for one in frames)
    screened = pl.concat(frames)
    last = screened.with_columns(pl.col(ELIGIBLE).cum_sum().alias("so_far"))
    return screened.head(int((last["so_far"] < design.people).sum()) + 1)


def _too_few(design: Design, eligible: int) -> DataError:
    return DataError(
        ErrorCode.TOO_LITTLE_DATA,
        message("trial-too-few", looked=design.screening_limit, eligible=eligible, people=design.people),
        hint=message("trial-too-few-hint"),
    )


def _write(run: TrialRun) -> None:
    people = [
        one.screened.join(one.people.select("person", "stratum", "sequence", "arm"), on="person", how="left").select(
            pl.lit(one.name).alias(VARIANT), pl.all()
        )
        for one in run.variants
    ]
    run.folder.write_table("people", pl.concat(people, how="diagonal"))
    keys = ["person", "arm", "period", "visit", "endpoint"]
    outcomes = [
        one.outcomes.join(one.seen.select(*keys, pl.lit(True).alias(SEEN)), on=keys, how="left", maintain_order="left")
        .with_columns(pl.col(SEEN).fill_null(False))
        .select(pl.lit(one.name).alias(VARIANT), pl.all())
        for one in run.variants
    ]
    run.folder.write_table("outcomes", pl.concat(outcomes))
