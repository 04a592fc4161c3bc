"""Use case: a service that takes in what a live source has new again and again, until it is told to stop."""

import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from glucotwin.ingest.live.backoff import Backoff
from glucotwin.ingest.live.source import BusyError, SourceError
from glucotwin.workflows.sync import SyncAnswer

LONGEST_WAIT_S = 60.0
"""A service looks at least this often at the clock, and so notices that the computer slept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollEvent:
    """What a polling service tells.

    Attributes:
        answer: of a sync; None when it failed.
        error: why it failed; None when it did not.
        wait_s: seconds until the next sync.
    """

    answer: SyncAnswer | None = None
    error: SourceError | None = None
    wait_s: float


def poll(
    sync_once: Callable[[], SyncAnswer],
    *,
    every: timedelta,
    stop: threading.Event,
    tell: Callable[[PollEvent], object],
    backoff: Backoff | None = None,
    wait: Callable[[float], object] | None = None,
) -> int:
    """Syncs again and again until it is told to stop.

    After a failure that may pass it waits longer each time, at least as long as the source asks for. Refused
    credentials and data that cannot be right end it: trying again would lock an account, or go on unnoticed.

    Args:
        sync_once: does one sync.
        every: time from the end of one sync to the next.
        stop: ends the service; a sync that runs is finished first.
        tell: is told of every sync.
        backoff: waiting times after failures.
        wait: waits for some seconds, or less when told to stop; default: on ``stop``.

    Returns:
        How many syncs succeeded.

    Raises:
        GlucoTwinError: every one but a ``SourceError`` that may pass.
    """
    backoff = backoff or Backoff()
    wait = wait or _waiter(stop)
    every_s = every.total_seconds()
    failures = succeeded = 0
    while not stop.is_set():
        try:
            answer = sync_once()
        except SourceError as error:
            if not error.passing:
                raise
            failures += 1
            asked_s = error.retry_after_s if isinstance(error, BusyError) else None
            wait_s = max(every_s, backoff.wait_s(failures, asked_s=asked_s))
            tell(PollEvent(error=error, wait_s=wait_s))
        else:
            failures, wait_s = 0, every_s
            succeeded += 1
            tell(PollEvent(answer=answer, wait_s=wait_s))
        wait(wait_s)
    return succeeded


def _waiter(stop: threading.Event) -> Callable[[float], None]:
    def wait(seconds: float) -> None:
        # By the wall clock: after the computer slept, the next sync is due at once.
        due = time.time() + seconds
        while not stop.is_set() and (left := due - time.time()) > 0:
            stop.wait(min(left, LONGEST_WAIT_S))

    return wait


@contextmanager
def stopped_by_signals() -> Generator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; the second one has its usual effect.

    Only in the main thread; elsewhere nothing sets it.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()
