"""Every dosing algorithm that can be asked for one decision, by name."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from glucotwin.control.safety import Proposal
from glucotwin.core.error import ErrorCode, NotFoundError

Decide = Callable[[Mapping[str, object]], dict[str, object]]
"""From the input of the original, as JSON values, to the answer of the original, as JSON values."""

Propose = Callable[[Mapping[str, object], Mapping[str, object]], Proposal | None]
"""From input and answer to the dose, as the limits outside the algorithms take it; None without a dose."""

ALGORITHMS: Mapping[str, str] = MappingProxyType(
    {
        "loop": "glucotwin.control.loop.oracle",
        "oref0": "glucotwin.control.oref0.oracle",
    }
)
"""Modules by their algorithm's name; each has a function ``decide``, and a neighbour ``proposal`` with ``propose``.

Imported only when they are asked.
"""


def find_algorithm(name: str) -> Decide:
    """The function that decides as an algorithm does.

    Raises:
        NotFoundError: there is no such algorithm.
    """
    decide: Decide = import_module(_module(name)).decide
    return decide


def find_proposal(name: str) -> Propose:
    """The function that reads the dose out of an algorithm's answer.

    Raises:
        NotFoundError: there is no such algorithm.
    """
    propose: Propose = import_module(_module(name).replace(".oracle", ".proposal")).propose
    return propose


def _module(name: str) -> str:
    module = ALGORITHMS.get(name)
    if module is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no dosing algorithm {name!r}.",
            hint=f"Choose one of: {', '.join(ALGORITHMS)}.",
        )
    return module
