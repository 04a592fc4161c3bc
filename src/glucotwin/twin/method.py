"""Methods of fitting by name: each is given a problem and gives back a posterior with what it knows of its quality."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.progress import ProgressCallback
from glucotwin.twin.mode import fit_map
from glucotwin.twin.problem import FitProblem, Fitted

FitFunction = Callable[[FitProblem, ProgressCallback], Fitted]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitMethod:
    """One way of fitting.

    Attributes:
        name: as given to ``fit_twin`` and ``glucotwin fit --method``.
        load: gives the function; what only this method needs is imported then.
    """

    name: str
    load: Callable[[], FitFunction]


def _nuts() -> FitFunction:
    from glucotwin.twin.nuts import fit_nuts

    return fit_nuts


DEFAULT_METHOD = "map"

FIT_METHODS: Mapping[str, FitMethod] = MappingProxyType(
    {
        one.name: one
        for one in (
            FitMethod(name=DEFAULT_METHOD, load=lambda: fit_map),
            FitMethod(name="nuts", load=_nuts),
        )
    }
)


def fit_method(name: str) -> FitMethod:
    """The method of a name.

    Raises:
        ModelError: there is none.
    """
    if name not in FIT_METHODS:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no fit method {name!r}.",
            hint=f"The methods are {', '.join(FIT_METHODS)}.",
        )
    return FIT_METHODS[name]
