"""How often somebody may ask: a bucket per caller, and a growing wait after failed sign-ins. Kept in memory."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from glucotwin.core.error import ErrorCode
from glucotwin.core.message import message
from glucotwin.service.problem import TooManyRequestsError

MOST_KEYS = 100_000
FREE_FAILURES = 3
LONGEST_WAIT_S = 900.0


@dataclass(slots=True)
class RateLimit:
    """A token bucket per key: ``burst`` at once, ``per_s`` in the long run.

    Attributes:
        burst, per_s: of each key.
        clock: seconds that only rise.
    """

    burst: float
    per_s: float
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str) -> None:
        """Takes one token.

        Raises:
            TooManyRequestsError: none is left.
        """
        now = self.clock()
        with self._lock:
            left, then = self._left.pop(key, (self.burst, now))
            left = min(self.burst, left + (now - then) * self.per_s)
            self._left[key] = (left - 1.0 if left >= 1.0 else left, now)
            while len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        if left < 1.0:
            raise too_many((1.0 - left) / self.per_s)


@dataclass(slots=True)
class BackOff:
    """After three failures each further one doubles the wait, up to a quarter of an hour; a success forgets them.

    Attributes:
        clock: seconds that only rise.
    """

    clock: Callable[[], float] = time.monotonic
    _failures: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, key: str) -> None:
        """Passes when there is nothing to wait for.

        Raises:
            TooManyRequestsError: the wait is not over.
        """
        with self._lock:
            count, until = self._failures.get(key, (0, 0.0))
        if count > FREE_FAILURES and until > self.clock():
            raise too_many(until - self.clock())

    def failed(self, key: str) -> None:
        """Counts a failure."""
        with self._lock:
            count = self._failures.pop(key, (0, 0.0))[0] + 1
            wait = min(LONGEST_WAIT_S, 2.0 ** (count - FREE_FAILURES)) if count > FREE_FAILURES else 0.0
            self._failures[key] = (count, self.clock() + wait)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forgets the failures."""
        with self._lock:
            self._failures.pop(key, None)


def too_many(wait_s: float) -> TooManyRequestsError:
    """The error of asking too often."""
    wait = max(1.0, wait_s)
    return TooManyRequestsError(
        ErrorCode.TOO_MANY_REQUESTS,
        message("service-too-many"),
        hint=message("service-wait", seconds=f"{wait:.0f}"),
        retry_after_s=wait,
    )
