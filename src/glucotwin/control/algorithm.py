"""Every dosing algorithm that can be asked for one decision, by name."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError

Decide = Callable[[Mapping[str, object]], dict[str, object]]
"""From the input of the original, as JSON values, to the answer of the original, as JSON values."""

ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {
        "loop": "glucotwin.control.loop.oracle",
        "oref0": "glucotwin.control.oref0.oracle",
    }
)
"""Modules by the name of their algorithm; each has a function ``decide``. Imported only when they are asked."""


def find_algorithm(name: str) -> Decide:
    """The function that decides as an algorithm does.

    Raises:
        NotFoundError: there is no such algorithm.
    """
    module = ALGORITHMS.get(name)
    if module is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no dosing algorithm {name!r}.",
            hint=f"Choose one of: {', '.join(ALGORITHMS)}.",
        )
    decide: Decide = import_module(module).decide
    return decide
