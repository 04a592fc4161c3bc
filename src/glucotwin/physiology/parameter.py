"""Parameter records: what a parameter is, in which unit, how large, how sure, and who says so."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from glucotwin.physiology.table import read_rows


class PriorKind(StrEnum):
    """Scale on which a prior is normal."""

    NORMAL = "normal"
    LOG_NORMAL = "lognormal"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an organ.

    Attributes:
        name: ``organ.parameter``, as in code.
        symbol: in the paper.
        unit: UCUM-like text.
        typical: central value; the prior's median.
        low, high: bounds outside of which the model is not meant.
        prior: scale on which people differ normally; ``fixed`` parameters are not fitted.
        spread: SD of the prior: of the logarithm if lognormal, else in the parameter's unit.
        source: paper, table or reasoning.
        description: in plain words, for people.
    """

    name: str
    symbol: str
    unit: str
    typical: float
    low: float
    high: float
    prior: PriorKind
    spread: float
    source: str
    description: str

    def unconstrained(self, value: float) -> float:
        """The value on the scale on which the prior is standard normal."""
        if self.prior is PriorKind.LOG_NORMAL:
            return (math.log(value) - math.log(self.typical)) / self.spread
        return (value - self.typical) / self.spread if self.prior is PriorKind.NORMAL else 0.0


def read_parameters(file_name: str, *, package: str = "glucotwin.physiology") -> Mapping[str, Parameter]:
    """The parameter records of a package's data file, by full name."""
    return MappingProxyType({row["name"]: _parameter(row) for row in read_rows(file_name, package=package)})


def _parameter(row: dict[str, str]) -> Parameter:
    return Parameter(
        name=row["name"],
        symbol=row["symbol"],
        unit=row["unit"],
        typical=float(row["typical"]),
        low=float(row["low"]),
        high=float(row["high"]),
        prior=PriorKind(row["prior"]),
        spread=float(row["spread"]),
        source=row["source"],
        description=row["description"],
    )
