"""What a clinician may propose to a person: kinds, their limits, and whether they are about doses.

Limits keep slips of the pen out; they are no judgement of what is right for somebody. A setting of a pump or a bolus
calculator is changed by a fifth at most at a time: guidelines change settings in steps of 10 to 20 %.

Source: American Diabetes Association, Standards of Care in Diabetes, section 9 (titration of insulin in steps of
10-20 %); ISPAD Clinical Practice Consensus Guidelines 2022, "Insulin treatment in children and adolescents".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.core.profile import Capability

LARGEST_STEP_FRACTION = 0.2
DAY_MIN = 1440
ROUNDING = 1e-9


class ProposalKind(StrEnum):
    """What is proposed."""

    CARB_RATIO = "carb-ratio"
    CORRECTION_FACTOR = "correction-factor"
    BASAL = "basal"
    RESCUE_CARBS = "rescue-carbs"
    MEAL_LEAD = "meal-lead"
    WALK = "walk"
    MEDICINES = "medicines"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRule:
    """How a kind of proposal is given.

    Attributes:
        unit: of its value.
        low, high: limits of its value.
        is_setting: whether the present value is told besides, from which it may differ by a fifth.
    """

    unit: str
    low: float
    high: float
    is_setting: bool = False

    @property
    def capability(self) -> Capability:
        """What the profile has to grant to whoever proposes or signs it."""
        return Capability.ADVISE_DOSE if self.is_setting else Capability.WHAT_IF_LIFESTYLE


RULES: Mapping[ProposalKind, ProposalRule] = MappingProxyType(
    {
        ProposalKind.CARB_RATIO: ProposalRule(unit="g/U", low=1.0, high=150.0, is_setting=True),
        ProposalKind.CORRECTION_FACTOR: ProposalRule(unit="mg/dL/U", low=5.0, high=400.0, is_setting=True),
        ProposalKind.BASAL: ProposalRule(unit="U/h", low=0.02, high=10.0, is_setting=True),
        ProposalKind.RESCUE_CARBS: ProposalRule(unit="g", low=3.0, high=30.0),
        ProposalKind.MEAL_LEAD: ProposalRule(unit="min", low=0.0, high=45.0),
        ProposalKind.WALK: ProposalRule(unit="min", low=5.0, high=90.0),
    }
)
"""Kinds that are a number; a plan of medicines is a ``MedicineProposal``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Something to do from now on.

    Attributes:
        kind: what.
        value: how much, in the unit of its rule.
        present: the value of a setting today; None for what is no setting.
        from_minute, to_minute: part of the local day in which it holds; the whole day by default.
        why: the clinician's words.

    Raises:
        DataError: it lies outside its limits, or differs too much from the present value.
    """

    kind: ProposalKind
    value: float
    present: float | None = None
    from_minute: int = 0
    to_minute: int = DAY_MIN
    why: str

    def __post_init__(self) -> None:
        if self.kind not in RULES:
            raise DataError(ErrorCode.INVALID_VALUE, message("advice-plan-missing"))
        rule = RULES[self.kind]
        if not rule.low <= self.value <= rule.high:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                message("advice-outside", low=plain_number(rule.low), high=plain_number(rule.high), unit=rule.unit),
            )
        if not 0 <= self.from_minute < self.to_minute <= DAY_MIN:
            raise DataError(ErrorCode.INVALID_VALUE, message("advice-hours"))
        if rule.is_setting:
            _require_small_step(self.value, self.present)

    @property
    def rule(self) -> ProposalRule:
        """How its kind is given."""
        return RULES[self.kind]

    def sentence(self) -> str:
        """In words, in mg/dL where glucose is in it."""
        words = message(
            f"advice-{self.kind}",
            value=plain_number(self.value),
            present="" if self.present is None else plain_number(self.present),
        )
        if (self.from_minute, self.to_minute) == (0, DAY_MIN):
            return words
        return message("advice-at-hours", words=words, start=_clock(self.from_minute), end=_clock(self.to_minute))


def _require_small_step(value: float, present: float | None) -> None:
    if present is None or present <= 0.0:
        raise DataError(ErrorCode.INVALID_VALUE, message("advice-present"))
    if abs(value / present - 1.0) > LARGEST_STEP_FRACTION + ROUNDING:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("advice-large-step", percent=f"{100.0 * LARGEST_STEP_FRACTION:.0f}"),
            hint=message("advice-large-step-hint"),
        )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
