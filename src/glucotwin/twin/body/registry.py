"""Bodies that a twin can be fitted with, by name: one line each."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.domain.person import DiabetesType
from glucotwin.twin.body.fit_body import FitBody
from glucotwin.twin.body.minimal import MINIMAL
from glucotwin.twin.body.minimal_t2d import MINIMAL_T2D
from glucotwin.twin.body.padova_t1d_reduced import PADOVA_T1D_REDUCED

DEFAULT_BODY = MINIMAL.name

FIT_BODIES: Mapping[str, FitBody] = MappingProxyType(
    {one.name: one for one in (MINIMAL, PADOVA_T1D_REDUCED, MINIMAL_T2D)}
)


def default_body(kind: DiabetesType) -> str:
    """Name of the body that is fitted where none is asked for."""
    return MINIMAL_T2D.name if kind is DiabetesType.TYPE_2 else DEFAULT_BODY


def fit_body(name: str) -> FitBody:
    """The body of a name; underscores may stand for hyphens.

    Raises:
        ModelError: there is none.
    """
    found = FIT_BODIES.get(name.replace("_", "-"))
    if found is None:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"No twin can be fitted with a body {name!r}.",
            hint=f"The bodies to fit are {', '.join(FIT_BODIES)}.",
        )
    return found
