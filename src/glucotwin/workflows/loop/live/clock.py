"""What a live run waits by."""

import abc
import time


class AbstractClock(abc.ABC):
    """Seconds that pass, and waiting."""

    @abc.abstractmethod
    def elapsed_s(self) -> float:
        """Seconds since some moment; never goes back."""

    @abc.abstractmethod
    def sleep(self, seconds: float) -> None:
        """Waits.

        Args:
            seconds: how long; more than 0.
        """


class WallClock(AbstractClock):
    """The machine's own."""

    def elapsed_s(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Waits; Ctrl-C ends it."""
        time.sleep(seconds)


class Pace:
    """Steps that fall due one after the other, at so many times the speed of life.

    Steps that are late are made at once, until the run has caught up.
    """

    def __init__(self, clock: AbstractClock, *, step_s: float, speed: float) -> None:
        """The first step is due now.

        Args:
            clock: what to wait by.
            step_s: seconds of life between steps.
            speed: seconds of life per second.
        """
        self._clock, self._every_s = clock, step_s / speed
        self._due_s = clock.elapsed_s()

    def wait(self) -> float:
        """Waits until the next step is due.

        Returns:
            Seconds by which it is late.
        """
        left = self._due_s - self._clock.elapsed_s()
        if left > 0.0:
            self._clock.sleep(left)
        self._due_s += self._every_s
        return max(-left, 0.0)
