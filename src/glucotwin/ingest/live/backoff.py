"""How long to wait after a source failed: longer each time, and as long as it asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waiting times that double.

    Attributes:
        first_s: after the first failure.
        most_s: never longer than this, unless the source asks for it.
    """

    first_s: float = 30.0
    most_s: float = 1800.0

    def wait_s(self, failures: int, *, asked_s: float | None = None) -> float:
        """Seconds until the next attempt.

        Args:
            failures: how many attempts have failed in a row, at least one.
            asked_s: what the source asks for, which is honoured.
        """
        own = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return own if asked_s is None else max(own, asked_s)
