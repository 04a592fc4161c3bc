"""Shapes of how a person is now: glucose, forecast, what may come, alarms."""

from typing import Literal, NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant
from glucotwin.forecast.alarm.event import AlarmAction
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.forecast import CurveJson

RiskKind = Literal["low", "high", "none"]
Trend = Literal["falling-fast", "falling", "steady", "rising", "rising-fast", "unknown"]


class ShownReading(TypedDict):
    """A reading of a curve."""

    time: Instant
    glucose_mgdl: float


class NewestReading(ShownReading):
    """The newest reading, and how old it is."""

    kind: str
    censoring: Literal["none", "low", "high"]
    age_min: float
    stale: bool


@with_config(ConfigDict(extra="allow"))
class LifeEvent(TypedDict):
    """Something that happened, with the fields of its stream, units in their names; rarer ones are not listed."""

    event_id: str
    stream: str
    time: Instant
    source: NotRequired[str]
    carbs_g: NotRequired[float | None]
    protein_g: NotRequired[float | None]
    fat_g: NotRequired[float | None]
    insulin_u: NotRequired[float | None]
    extended_u: NotRequired[float | None]
    extended_min: NotRequired[float | None]
    duration_min: NotRequired[float | None]
    rate_u_per_h: NotRequired[float | None]
    activity_type: NotRequired[str | None]
    intensity_fraction: NotRequired[float | None]
    kind: NotRequired[str | None]
    text: NotRequired[str | None]


class IssuedCurve(CurveJson):
    """A forecast that stands in the ledger."""

    forecast_id: int
    twin_version: str
    issued_at: Instant


class Withheld(TypedDict):
    """Why there is no forecast."""

    code: str
    detail: str


class NextRisk(TypedDict):
    """What may come next."""

    kind: RiskKind
    probability: float
    in_min: int | None
    sentence: str


class BandPerformance(TypedDict):
    """How often a band held what came; the share is None until there were forecasts in enough different hours."""

    level: float
    inside_fraction: float | None
    forecasts: int
    hours: int
    hours_needed: int


class SeenJson(TypedDict):
    """Who took care of an alarm by silencing it, and when."""

    account_id: str
    name: str
    time: Instant


class AlarmJson(TypedDict):
    """An alarm as it was told, whether it is on and silent for a while, who was told besides, and who has seen it.

    ``contact`` is the account for which it was passed on; None for everybody's alarm. The sentence is made from
    ``reason`` and ``values`` in the reader's language; an alarm of which nothing was told yet has no reason.
    """

    kind: AlarmKind
    title: str
    on: bool
    snoozed_until: Instant | None
    action: AlarmAction
    time: Instant
    sentence: str
    reason: str
    values: dict[str, float]
    do: str
    since: Instant
    urgent: bool
    audible: bool
    probability: float | None
    lead_min: float | None
    contact: str | None
    told_contacts: list[str]
    seen: SeenJson | None


class Alarms(TypedDict):
    """Alarms that are on, the most pressing first, and what was told lately."""

    active: list[AlarmJson]
    recent: list[AlarmJson]


class Now(TypedDict):
    """How a person is now; what needs a twin is None without one."""

    person_id: str
    as_of: Instant
    reading: NewestReading | None
    trend_mgdl_per_min: float | None
    trend: Trend
    insulin_on_board_u: float | None
    carbs_on_board_g: float | None
    recent: list[ShownReading]
    events: list[LifeEvent]
    forecast: IssuedCurve | None
    forecast_withheld: Withheld | None
    next_risk: NextRisk | None
    sentence: str
    band_performance: BandPerformance | None
    twin_version: str | None
    limits: str


class NowAnswer(Now):
    """How a person is now, with the alarms that are on."""

    alarms: list[AlarmJson]
