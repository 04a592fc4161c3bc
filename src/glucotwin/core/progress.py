"""Progress of long work, told through a plain function, so that no workflow knows a terminal or a browser."""

from collections.abc import Callable
from typing import TypeAlias

ProgressCallback: TypeAlias = Callable[[str, float], None]
"""Called with the stage being worked on (text for people) and the fraction of the whole work done, 0 to 1."""


def silent(stage: str, fraction: float) -> None:
    """The progress callback that tells nobody."""


def part_of(progress: ProgressCallback, *, start: float, end: float) -> ProgressCallback:
    """A callback for one part of a longer work: its 0 to 1 becomes ``start`` to ``end`` of the whole.

    Args:
        progress: the callback of the whole work.
        start: fraction of the whole that is done when the part begins.
        end: fraction of the whole that is done when the part ends.

    Raises:
        ValueError: the part does not lie in order within 0 to 1.
    """
    if not 0.0 <= start <= end <= 1.0:
        raise ValueError(f"A part of the work must lie within 0 to 1, in order; got {start} to {end}.")

    def tell(stage: str, fraction: float) -> None:
        progress(stage, start + (end - start) * fraction)

    return tell
