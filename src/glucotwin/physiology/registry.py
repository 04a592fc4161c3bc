"""Named bodies: one line each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import minimal_body

BODIES: Mapping[str, Callable[[str], Body]] = MappingProxyType(
    {
        "minimal": lambda subject: minimal_body(weight_kg=75.0, basal_u_per_min=0.8 / 60.0),
    }
)
"""Makers of bodies by name, called with a subject's name."""


def make_body(name: str, *, subject: str = "") -> Body:
    """The named body of a named subject.

    Raises:
        NotFoundError: there is no such body or subject.
    """
    maker = BODIES.get(name.replace("_", "-"))
    if maker is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no body {name!r}.", hint=f"Known bodies: {', '.join(BODIES)}."
        )
    return maker(subject)
