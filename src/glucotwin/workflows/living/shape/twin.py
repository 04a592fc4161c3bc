"""Shapes of what a twin knows, of its versions, and of the compact twin for a phone."""

from typing import Literal

from typing_extensions import TypedDict

from glucotwin.advise.effect_curve import EffectCurveJson
from glucotwin.core.json_value import Instant, Numbers
from glucotwin.twin.diagnostic import Verdict


class FittedWindow(TypedDict):
    """Which days a twin was fitted to."""

    start: Instant
    end: Instant
    readings: int


class TwinParameter(TypedDict):
    """A parameter with its 90 % interval, what was known before, and how much the data said about it."""

    name: str
    words: str
    unit: str
    median: float
    low: float
    high: float
    prior_median: float
    prior_low: float
    prior_high: float
    informed_fraction: float
    informed_words: str


class TwinEffect(TypedDict):
    """What a unit of insulin and a gram of carbohydrate do to glucose, with 90 % intervals."""

    anchor: str
    anchored_share: float
    correction_factor_mgdl_per_u: float
    correction_factor_low: float
    correction_factor_high: float
    carb_factor_mgdl_per_g: float
    carb_factor_low: float
    carb_factor_high: float


class FitQuality(TypedDict):
    """Whether the fit may be used."""

    verdict: Verdict
    residual_sd_mgdl: float
    warnings: list[str]


class TwinEvent(TypedDict):
    """Something that became of a version."""

    at: Instant
    event: str
    version: str
    why: str


class TwinValidity(TypedDict):
    """Whether the model was validated for such a person."""

    valid: bool
    reasons_against: list[str]
    cautions: list[str]


class TwinAnswer(TypedDict):
    """What the twin knows of the person."""

    person_id: str
    version: str
    body: str
    fitted: FittedWindow
    parameters: list[TwinParameter]
    effect: TwinEffect
    fit_quality: FitQuality
    history: list[TwinEvent]
    frozen: bool
    validity: TwinValidity


class OfflineTwin(TypedDict):
    """The hours after the newest reading draw by draw, and what food and insulin do to them."""

    format: Literal["glucotwin-offline"]
    version: int
    person_id: str
    origin: Instant
    t_min: list[int]
    mean_mgdl: list[Numbers]
    spread_mgdl: list[Numbers]
    half_mgdl: float
    effects: list[EffectCurveJson]
    twin_version: str
    limits: str
