"""The input of a decision as a caller writes it: the JSON of the original."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from glucotwin.control.loop.absorption_model import Linear, PiecewiseLinear
from glucotwin.control.loop.carb_status import CarbEntry, CarbRule
from glucotwin.control.loop.counteraction import Glucose
from glucotwin.control.loop.dose import Dose
from glucotwin.control.loop.insulin_model import PRESETS
from glucotwin.control.loop.loop_input import LoopInput, RecommendationKind
from glucotwin.control.loop.timeline import TargetRange, Timeline
from glucotwin.core.error import DataError, ErrorCode

_CONFIG = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
_HINT = "Write it as the AlgorithmInputFixture of LoopAlgorithm: mg/dL, U, U/h, g, s, ISO 8601 times with a zone."
_REACH = timedelta(days=31)
InsulinName = Literal[
    "novolog", "humalog", "apidra", "fiasp", "lyumjev", "afrezza", "rapidActingAdult", "rapidActingChild"
]


_Span = TypeVar("_Span", "ValueRow", "PositiveRow", "RangeRow")


class GlucoseRow(BaseModel):
    """A reading, mg/dL."""

    model_config = _CONFIG
    date: AwareDatetime
    value: float = Field(gt=0, le=1000)
    isDisplayOnly: bool = False  # noqa: N815 - the name in the original
    provenanceIdentifier: str = ""  # noqa: N815


class DoseRow(BaseModel):
    """A dose, U."""

    model_config = _CONFIG
    type: Literal["basal", "bolus"]
    startDate: AwareDatetime  # noqa: N815
    endDate: AwareDatetime  # noqa: N815
    volume: float = Field(ge=0, le=1000)
    insulinType: InsulinName = "novolog"  # noqa: N815


class CarbRow(BaseModel):
    """A meal, g, with its absorption time, s."""

    model_config = _CONFIG
    date: AwareDatetime
    grams: float = Field(ge=0, le=10_000)
    absorptionTime: float = Field(default=10_800, gt=0, le=172_800)  # noqa: N815


class ValueRow(BaseModel):
    """A setting over a time."""

    model_config = _CONFIG
    startDate: AwareDatetime  # noqa: N815
    endDate: AwareDatetime  # noqa: N815
    value: float = Field(ge=0)


class PositiveRow(ValueRow):
    """A setting that cannot be 0."""

    value: float = Field(gt=0)


class RangeRow(BaseModel):
    """A range of glucose over a time, mg/dL."""

    model_config = _CONFIG
    startDate: AwareDatetime  # noqa: N815
    endDate: AwareDatetime  # noqa: N815
    lowerBound: float = Field(gt=0)  # noqa: N815
    upperBound: float = Field(gt=0)  # noqa: N815


class LoopRequest(BaseModel):
    """Everything that Loop's algorithm reads, by the names of the original."""

    model_config = _CONFIG
    predictionStart: AwareDatetime  # noqa: N815
    glucoseHistory: tuple[GlucoseRow, ...]  # noqa: N815
    doses: tuple[DoseRow, ...]
    carbEntries: tuple[CarbRow, ...] = ()  # noqa: N815
    basal: tuple[ValueRow, ...]
    sensitivity: tuple[PositiveRow, ...]
    carbRatio: tuple[PositiveRow, ...]  # noqa: N815
    target: tuple[RangeRow, ...]
    suspendThreshold: float | None = Field(default=None, gt=0)  # noqa: N815
    maxBolus: float = Field(ge=0)  # noqa: N815
    maxBasalRate: float = Field(ge=0)  # noqa: N815
    recommendationInsulinType: InsulinName = "novolog"  # noqa: N815
    recommendationType: RecommendationKind = RecommendationKind.AUTOMATIC_BOLUS  # noqa: N815
    useIntegralRetrospectiveCorrection: bool = False  # noqa: N815
    includePositiveVelocityAndRC: bool = True  # noqa: N815
    useMidAbsorptionISF: bool = False  # noqa: N815
    carbAbsorptionModel: Literal["linear", "piecewiseLinear"] = "piecewiseLinear"  # noqa: N815
    automaticBolusApplicationFactor: float = Field(default=0.4, ge=0, le=1)  # noqa: N815
    maxActiveInsulinMultiplier: float = Field(default=2.0, ge=0)  # noqa: N815
    gradualTransitionsThreshold: float = Field(default=40.0, gt=0)  # noqa: N815


def input_from_json(document: Mapping[str, object]) -> LoopInput:
    """Check a document and read it; fields that are null count as absent.

    Raises:
        DataError: a field is missing, not what it should be, or out of order; the message says which.
    """
    given = {name: value for name, value in document.items() if value is not None}
    try:
        request = LoopRequest.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise _wrong(".".join(str(part) for part in first["loc"]), f"{first['msg']}") from error
    _check(request)
    return _input(request)


def _wrong(place: str, what: str) -> DataError:
    return DataError(ErrorCode.INVALID_VALUE, f"The input of Loop is wrong at {place}: {what}.", hint=_HINT)


def _check(request: LoopRequest) -> None:
    _check_reach(request)
    if request.suspendThreshold is not None and not request.target:
        raise _wrong("target", "there is no range to aim for")
    _check_order("glucoseHistory", [row.date.timestamp() for row in request.glucoseHistory])
    settings: tuple[tuple[str, Sequence[ValueRow | RangeRow]], ...] = (
        ("basal", request.basal),
        ("sensitivity", request.sensitivity),
        ("carbRatio", request.carbRatio),
        ("target", request.target),
    )
    for name, rows in settings:
        _check_order(name, [row.startDate.timestamp() for row in rows])
        _check_ends(name, rows)
    _check_ends("doses", request.doses)
    for index, row in enumerate(request.target):
        if row.lowerBound > row.upperBound:
            raise _wrong(f"target.{index}", "its lower bound is above its upper bound")
    if request.carbEntries and not (request.carbRatio and request.sensitivity):
        raise _wrong("carbRatio", "meals need a carb ratio and a sensitivity")


def _check_reach(request: LoopRequest) -> None:
    moments = {
        "glucoseHistory": [row.date for row in request.glucoseHistory],
        "doses": [moment for row in request.doses for moment in (row.startDate, row.endDate)],
        "carbEntries": [row.date for row in request.carbEntries],
    }
    for name, times in moments.items():
        if any(abs(moment - request.predictionStart) > _REACH for moment in times):
            raise _wrong(name, f"a record is more than {_REACH.days} days from predictionStart")


def _check_ends(name: str, rows: Sequence[DoseRow | ValueRow | RangeRow]) -> None:
    for index, row in enumerate(rows):
        if row.endDate < row.startDate:
            raise _wrong(f"{name}.{index}", "it ends before it begins")


def _check_order(name: str, times_s: list[float]) -> None:
    for index, (one, other) in enumerate(pairwise(times_s)):
        if other < one:
            raise _wrong(f"{name}.{index + 1}", "it is older than the one before it; give the oldest first")


def _input(request: LoopRequest) -> LoopInput:
    sensitivity = _timeline(request.sensitivity, lambda row: row.value)
    return LoopInput(
        moment_s=request.predictionStart.timestamp(),
        glucose=_glucose(request.glucoseHistory),
        doses=tuple(
            Dose(
                start_s=row.startDate.timestamp(),
                end_s=row.endDate.timestamp(),
                insulin_u=row.volume,
                model=PRESETS[row.insulinType],
                is_basal=row.type == "basal",
            )
            for row in sorted(request.doses, key=lambda row: row.startDate)
        ),
        carbs=_carbs(request, sensitivity),
        basal_u_per_h=_timeline(request.basal, lambda row: row.value),
        sensitivity_mgdl_per_u=sensitivity,
        target=TargetRange(
            lower=_timeline(request.target, lambda row: row.lowerBound),
            upper=_timeline(request.target, lambda row: row.upperBound),
        ),
        suspend_mgdl=request.suspendThreshold,
        max_basal_u_per_h=request.maxBasalRate,
        max_bolus_u=request.maxBolus,
        model=PRESETS[request.recommendationInsulinType],
        kind=request.recommendationType,
        max_insulin_on_board_multiple=request.maxActiveInsulinMultiplier,
        bolus_share=request.automaticBolusApplicationFactor,
        carb_rule=CarbRule(model=Linear() if request.carbAbsorptionModel == "linear" else PiecewiseLinear()),
        integral_correction=request.useIntegralRetrospectiveCorrection,
        with_rises=request.includePositiveVelocityAndRC,
        sensitivity_by_time_of_action=request.useMidAbsorptionISF,
        largest_jump_mgdl=request.gradualTransitionsThreshold,
    )


def _timeline(rows: Sequence[_Span], value: Callable[[_Span], float]) -> Timeline:
    return Timeline(
        start_s=np.array([row.startDate.timestamp() for row in rows], dtype=np.float64),
        end_s=np.array([row.endDate.timestamp() for row in rows], dtype=np.float64),
        value=np.array([value(row) for row in rows], dtype=np.float64),
    )


def _glucose(rows: Sequence[GlucoseRow]) -> Glucose:
    return Glucose(
        time_s=np.array([row.date.timestamp() for row in rows], dtype=np.float64),
        value_mgdl=np.array([row.value for row in rows], dtype=np.float64),
        is_calibration=np.array([row.isDisplayOnly for row in rows], dtype=bool),
        source=tuple(row.provenanceIdentifier for row in rows),
    )


def _carbs(request: LoopRequest, sensitivity: Timeline) -> tuple[CarbEntry, ...]:
    ratio = _timeline(request.carbRatio, lambda row: row.value)
    return tuple(
        CarbEntry(
            start_s=(start_s := row.date.timestamp()),
            carbs_g=row.grams,
            absorption_s=row.absorptionTime,
            rise_mgdl_per_g=sensitivity.at_moment(start_s) / ratio.at_moment(start_s),
        )
        for row in sorted(request.carbEntries, key=lambda row: row.date)
    )
