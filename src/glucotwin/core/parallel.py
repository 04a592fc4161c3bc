"""Calls that go on side by side, in threads: compiled numerics leave the interpreter to others while they run."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.progress import ProgressCallback, silent

Found = TypeVar("Found")


def call_side_by_side(
    calls: Sequence[Callable[[], Found]], *, workers: int, stage: str = "", progress: ProgressCallback = silent
) -> tuple[Found | GlucoTwinError, ...]:
    """What calls give, in their order; one that fails gives its error and stops no other.

    The first call goes alone, so that the programs that it compiles are there for the others.

    Args:
        calls: without arguments.
        workers: how many go on at once.
        stage: what progress is told.
        progress: told how many are done.
    """
    lock, done = Lock(), 0

    def one(call: Callable[[], Found]) -> Found | GlucoTwinError:
        nonlocal done
        try:
            found: Found | GlucoTwinError = call()
        except GlucoTwinError as error:
            found = error
        with lock:
            done += 1
            progress(stage, done / len(calls))
        return found

    first = [one(call) for call in calls[:1]]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return (*first, *pool.map(one, calls[1:]))


def usual_workers() -> int:
    """As many as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
