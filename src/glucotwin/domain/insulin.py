"""Insulin as it was delivered: boluses, basal segments, pen doses."""

from dataclasses import dataclass
from enum import StrEnum

from glucotwin.domain.record import Record, check_range

LONG_ACTING = ("long", "nph", "detemir", "glargine-u100", "glargine-u300", "degludec", "icodec")
"""Products of which a dose acts for a day and more."""


class BolusKind(StrEnum):
    """Shape of a pump bolus."""

    NORMAL = "normal"
    SQUARE = "square"
    DUAL = "dual"


class BasalKind(StrEnum):
    """Why a basal rate ran."""

    SCHEDULED = "scheduled"
    TEMPORARY = "temporary"
    AUTOMATED = "automated"
    SUSPENDED = "suspended"


class DosePurpose(StrEnum):
    """What a dose was for."""

    MEAL = "meal"
    CORRECTION = "correction"
    BASAL = "basal"
    AUTOMATED = "automated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus(Record):
    """A pump bolus: ``insulin_u`` at once and ``extended_u`` evenly over ``extended_min``.

    A square bolus has only the extended part, a dual one both.
    """

    insulin_u: float
    extended_u: float = 0.0
    extended_min: float = 0.0
    purpose: DosePurpose = DosePurpose.UNKNOWN
    product: str = "rapid"

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("insulin_u", self.insulin_u, 0.0, 300.0)
        check_range("extended_u", self.extended_u, 0.0, 300.0)
        check_range("extended_min", self.extended_min, 1.0 if self.extended_u > 0 else 0.0, 1440.0)

    @property
    def kind(self) -> BolusKind:
        """Normal, square or dual, from the two parts."""
        if self.extended_u == 0.0:
            return BolusKind.NORMAL
        return BolusKind.SQUARE if self.insulin_u == 0.0 else BolusKind.DUAL

    @property
    def total_u(self) -> float:
        """Both parts together."""
        return self.insulin_u + self.extended_u


@dataclass(frozen=True, slots=True, kw_only=True)
class BasalSegment(Record):
    """A basal rate that ran from ``time`` for ``duration_min``."""

    duration_min: float
    rate_u_per_h: float
    kind: BasalKind = BasalKind.SCHEDULED
    product: str = "rapid"

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("duration_min", self.duration_min, 0.0)
        check_range("rate_u_per_h", self.rate_u_per_h, 0.0, 50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PenDose(Record):
    """An injection by pen or syringe."""

    insulin_u: float
    product: str
    purpose: DosePurpose = DosePurpose.UNKNOWN

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("insulin_u", self.insulin_u, 0.0, 500.0)
