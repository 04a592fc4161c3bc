"""Shapes of advice on settings."""

from typing_extensions import TypedDict

from glucotwin.advise.proposal import ProposalKind
from glucotwin.advise.setting_space import SettingKind
from glucotwin.advise.therapy import UsualDayJson
from glucotwin.advise.what_if import OutcomeJson
from glucotwin.core.json_value import Instant


class AdvisedChangeJson(TypedDict):
    """A setting before and after, with its reason, and as what it may be proposed."""

    kind: SettingKind
    proposal_kind: ProposalKind | None
    name: str
    before: float
    after: float
    before_text: str
    after_text: str
    from_minute: int
    to_minute: int
    why: str


class SettingAdviceAnswer(TypedDict):
    """What is advised on settings, and why not where nothing is."""

    start: Instant
    end: Instant
    days: float
    certainty: float | None
    outcomes: list[OutcomeJson]
    changes: list[AdvisedChangeJson]
    alternatives: list[str]
    titration: list[str]
    habits: list[str]
    withheld: list[str]
    today: UsualDayJson | None
    advised: UsualDayJson | None
    uncertainty: str
    limits: str
    twin_version: str
