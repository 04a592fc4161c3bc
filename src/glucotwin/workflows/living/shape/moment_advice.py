"""Shapes of advice on a moment, and of what became of it."""

from typing import Literal

from typing_extensions import TypedDict

from glucotwin.advise.moment_follow_up import MomentFollowUpJson
from glucotwin.advise.moment_option import MomentKind, MomentStepJson
from glucotwin.advise.refusal import RefusalReason
from glucotwin.core.json_value import Instant, Numbers
from glucotwin.domain.activity import ActivityType

FollowUpStatus = Literal["open", "waiting", "too-few-readings", "followed"]
"""Not taken; its hours are not over; readings are missing; followed up."""


class PlannedMealJson(TypedDict):
    """A meal that was about to be eaten."""

    carbs_g: float
    fat_g: float | None
    protein_g: float | None


class PlannedExerciseJson(TypedDict):
    """Exercise that was about to begin."""

    in_min: float
    duration_min: float
    intensity_fraction: float
    activity_type: ActivityType


class MomentQuestionJson(TypedDict):
    """What was asked, and what today's settings were said to be; None for those on record."""

    meal: PlannedMealJson | None
    exercise: PlannedExerciseJson | None
    ketone_mmoll: float | None
    step_u: float
    may_split: bool | None
    carb_ratio_g_per_u: float | None
    correction_factor_mgdl_per_u: float | None
    target_mgdl: float | None


class MomentRefusalJson(TypedDict):
    """A reason against an option."""

    reason: RefusalReason
    text: str


class MomentChoiceJson(TypedDict):
    """An option, by its place from 1: what is done, glucose with its 90 % band, expected shares, what is against it."""

    option: int
    text: str
    is_nothing: bool
    has_insulin: bool
    step: MomentStepJson
    median_mgdl: Numbers
    low_mgdl: Numbers
    high_mgdl: Numbers
    in_range_pct: float
    below_70_pct: float
    above_180_pct: float
    low_probability: float
    refusals: list[MomentRefusalJson]


class SickDayJson(TypedDict):
    """A sick-day rule that was looked up; the extra insulin that it names is for those who may be told doses."""

    rule: str
    text: str
    call: str
    recheck_min: float | None
    extra_fraction: float | None
    source: str


class MomentLimitsJson(TypedDict):
    """The signed limits that held."""

    signed_by: str
    valid_until: Instant


class MomentTakenJson(TypedDict):
    """That an option was done: which, when, and who told it."""

    option: int
    done_at: Instant
    told_by: str
    told_at: Instant


class MomentGivenJson(TypedDict):
    """What all forms of an advice tell of it; ``start`` is when its curves begin, ``at`` when something is done."""

    advice_id: str
    kind: MomentKind
    kind_text: str
    at: Instant
    start: Instant
    end: Instant
    asked_by: str
    asked_at: Instant
    question: MomentQuestionJson
    t_min: Numbers
    chosen: int
    twin_version: str
    taken: MomentTakenJson | None
    limits: str


class MomentAdviceAnswer(MomentGivenJson):
    """Advice on a moment: every option, the best first and what is refused last."""

    situation: str
    glucose_mgdl: float | None
    age_min: float | None
    calculator: str | None
    reason: str
    all_refused: bool
    options: list[MomentChoiceJson]
    sick_day: SickDayJson | None
    signed_limits: MomentLimitsJson | None
    uncertainty: str
    cautions: list[str]


class MomentRecordJson(MomentGivenJson):
    """An advice that was given: what of it was done, or came first, and what became of it."""

    option: MomentChoiceJson
    status: FollowUpStatus
    status_text: str
    follow_up: MomentFollowUpJson | None


class MomentTallyJson(TypedDict):
    """All advice that was followed up, together: means over it."""

    followed: int
    done_as_advised: int
    inside_fraction: float | None
    predicted_in_range_pct: float | None
    achieved_in_range_pct: float | None
    predicted_below_70_pct: float | None
    achieved_below_70_pct: float | None


class MomentList(TypedDict):
    """Advice that was given, the newest first, and how right it was; what may be asked about."""

    items: list[MomentRecordJson]
    tally: MomentTallyJson
    may_ask_doses: bool
    has_settings: bool
    has_pump: bool
