"""Ray as the executor: the same tasks on one machine or on several (Moritz et al., OSDI 2018)."""

import socket
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.trial.executor import RETRIES, AbstractExecutor, worker_death
from glucotwin.trial.task import Answer, Order, perform

if TYPE_CHECKING:
    from types import ModuleType

STARTS = 3
"""How often a cluster is started: Ray gives its processes 30 seconds, too few on a busy machine."""

REACH_S = 10.0
"""How long a cluster's port is waited for."""

IN_FLIGHT_PER_CPU = 4
"""Tasks handed to Ray at once, so that a million of them do not lie in its store."""


class RayExecutor(AbstractExecutor):
    """Tasks on a Ray cluster, or on one that is started here and ends with the work.

    Answers come back to this process, which alone writes files: nodes need no common disk.

    Attributes:
        address: of a running cluster, as ``ray://head:10001`` or ``head:6379``; empty starts one on this machine.
        workers: processors of the cluster that is started here; all of them when None.
        retries: of a task whose worker or node died.
    """

    def __init__(self, address: str = "", *, workers: int | None = None, retries: int = RETRIES) -> None:
        self.address = address
        self.workers = workers
        self.retries = retries
        self._connected = False

    def run(self, job: str, orders: Sequence[Order]) -> Iterator[Answer]:
        """The answers as they come.

        Raises:
            NotFoundError: Ray is not installed, or no cluster answers at the address.
            ModelError: a task's workers died again and again.
        """
        if self.address and not self._connected:
            _check_reachable(self.address)
        ray = _ray()
        if not ray.is_initialized():
            self._connect(ray)
        yield from self._answers(ray, job, orders)

    def close(self) -> None:
        """Leaves the cluster; one that was started here ends."""
        if self._connected:
            _ray().shutdown()
            self._connected = False

    def _connect(self, ray: "ModuleType") -> None:
        with warnings.catch_warnings():
            # Ray starts its processes by fork and exec, which JAX's threads survive.
            warnings.simplefilter("ignore", RuntimeWarning)
            for start in range(STARTS):
                try:
                    self._start(ray)
                except Exception as error:  # Ray raises a bare Exception when its own processes do not come up
                    if start < STARTS - 1 and not self.address:
                        continue
                    raise _no_cluster(self.address or "this machine", error) from error
                self._connected = True
                return

    def _start(self, ray: "ModuleType") -> None:
        quiet = {"log_to_driver": False, "logging_level": "error"}
        if self.address:
            ray.init(address=self.address, **quiet)
        else:
            ray.init(num_cpus=self.workers, include_dashboard=False, **quiet)

    def _answers(self, ray: "ModuleType", job: str, orders: Sequence[Order]) -> Iterator[Answer]:
        remote = ray.remote(num_cpus=1, max_retries=self.retries)(perform)
        shared = ray.put(job)
        at_once = IN_FLIGHT_PER_CPU * max(1, int(ray.cluster_resources().get("CPU", 1)))
        waiting, pending = iter(orders), dict[object, str]()

        def hand_out() -> None:
            for order in waiting:
                reference = remote.remote(shared, order.task.model_dump_json(), order.people)
                pending[reference] = order.task.identifier
                if len(pending) >= at_once:
                    return

        hand_out()
        while pending:
            done, _ = ray.wait(list(pending), num_returns=1)
            for reference in done:
                identifier = pending.pop(reference)
                try:
                    answer: Answer = ray.get(reference)
                except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError) as error:
                    raise worker_death(identifier) from error
                yield answer
            hand_out()


def _check_reachable(address: str) -> None:
    """Passes when something listens at ``host:port``; Ray itself would wait for minutes, and then end the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        return  # a word that Ray knows, as ``auto``
    try:
        socket.create_connection((host, int(port)), timeout=REACH_S).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(address, error) from error


def _no_cluster(where: str, error: Exception) -> NotFoundError:
    return NotFoundError(
        ErrorCode.SOURCE_UNREACHABLE,
        f"No Ray cluster answers at {where}: {error}.",
        hint="Start one with `ray start --head`, and give its address.",
    )


def _ray() -> "ModuleType":
    try:
        import ray  # pyright: ignore[reportMissingImports]  # an extra
    except ModuleNotFoundError as error:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, "Ray is not installed.", hint="Install it: pip install 'glucotwin[cluster]'."
        ) from error
    return ray
