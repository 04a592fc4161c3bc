"""Measurements by the target they answer."""

from collections.abc import Callable

Measurement = Callable[[], float]
MEASUREMENTS: dict[str, Measurement] = {}


def measures(target: str) -> Callable[[Measurement], Measurement]:
    """Registers a measurement under the ``id`` of a row of ``targets.csv``."""

    def register(function: Measurement) -> Measurement:
        if target in MEASUREMENTS:
            raise ValueError(f"{target} is measured twice.")
        MEASUREMENTS[target] = function
        return function

    return register
