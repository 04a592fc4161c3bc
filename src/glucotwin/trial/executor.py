"""Executors: who does the tasks of a trial. All give the same answers; they differ in where, and how many at once."""

import multiprocessing
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.parallel import usual_workers
from glucotwin.trial.task import Answer, Order, perform

RETRIES = 3
"""How often a task is given to another worker after its worker died."""


class AbstractExecutor(ABC):
    """Does tasks. Answers come in any order, each exactly once; a task whose worker died is done again.

    Workers start with the first task and end with the ``with`` block around the executor.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027  # most executors have nothing to end
        """Ends the workers; where there are none, nothing."""

    @abstractmethod
    def run(self, job: str, orders: Sequence[Order]) -> Iterator[Answer]:
        """The answers as they come.

        Args:
            job: what the tasks share, as JSON.
            orders: what to do.

        Raises:
            ModelError: a task's worker died again and again.
        """


class LocalExecutor(AbstractExecutor):
    """One task after the other in this process; what is compiled serves all of them."""

    def run(self, job: str, orders: Sequence[Order]) -> Iterator[Answer]:
        """The answers in the order of the tasks."""
        for order in orders:
            yield perform(job, order.task.model_dump_json(), order.people)


class ProcessExecutor(AbstractExecutor):
    """Processes side by side on this machine, started afresh (``spawn``), because JAX does not survive a fork.

    Attributes:
        workers: how many; as many as there are processors when None.
        retries: after a worker's death.
    """

    def __init__(self, workers: int | None = None, *, retries: int = RETRIES) -> None:
        self.workers = workers or usual_workers()
        self.retries = retries
        self._pool: ProcessPoolExecutor | None = None

    def run(self, job: str, orders: Sequence[Order]) -> Iterator[Answer]:
        """The answers as they come; when a worker dies, the tasks that are left get new ones."""
        left = {order.task.identifier: order for order in orders}
        deaths = 0
        while left:
            before = len(left)
            try:
                for answer in self._answers(job, list(left.values())):
                    del left[answer.identifier]
                    yield answer
            except BrokenProcessPool:
                self.close()
                deaths = deaths + 1 if len(left) == before else 1
                if deaths > self.retries:
                    raise worker_death(next(iter(left))) from None

    def close(self) -> None:
        """Ends the processes; what they have not begun is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _answers(self, job: str, orders: Sequence[Order]) -> Iterator[Answer]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.workers, mp_context=multiprocessing.get_context("spawn"))
        pool = self._pool
        pending: set[Future[Answer]] = {
            pool.submit(perform, job, order.task.model_dump_json(), order.people) for order in orders
        }
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for one in done:
                yield one.result()


def worker_death(identifier: str) -> ModelError:
    """The error of a task whose workers died again and again."""
    return ModelError(
        ErrorCode.NOT_CONVERGED,
        f"The workers of {identifier} died again and again.",
        hint="They may need more memory: use fewer workers or fewer people in a batch. Repeat the command to go on.",
    )
