"""What a body goes through besides food, insulin and movement: illness, stress, drinks, sites that absorb badly."""

from dataclasses import dataclass
from enum import StrEnum

from glucotwin.domain.record import Record, check_range


class ConditionKind(StrEnum):
    """A state of the body or of an injection site that changes how insulin works."""

    ILLNESS = "illness"
    STRESS = "stress"
    SLEEP_LOSS = "sleep-loss"
    LUTEAL_PHASE = "luteal-phase"
    LIPOHYPERTROPHY = "lipohypertrophy"
    HEAT = "heat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Record):
    """A condition that began at ``time`` and lasted ``duration_min``; severity 1 is as bad as the sources describe."""

    kind: ConditionKind
    duration_min: float
    severity_fraction: float = 1.0

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("duration_min", self.duration_min, 1.0, 525_600.0)
        check_range("severity_fraction", self.severity_fraction, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlcoholIntake(Record):
    """Pure ethanol in g (a US standard drink holds 14 g, a British unit 8 g), drunk evenly over ``duration_min``."""

    alcohol_g: float
    duration_min: float = 30.0

    def __post_init__(self) -> None:
        Record.__post_init__(self)
        check_range("alcohol_g", self.alcohol_g, 0.0, 500.0)
        check_range("duration_min", self.duration_min, 1.0, 1440.0)
