"""Advice on a moment as it is kept: all that was looked at, in numbers, to be told again and followed up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from typing_extensions import TypedDict

from glucotwin.advise.moment_option import MomentAdvice, MomentKind, MomentOption, MomentStepJson, Step
from glucotwin.advise.refusal import Refusal, RefusalReason
from glucotwin.advise.situation import Situation
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.json_value import Instant, Numbers
from glucotwin.core.message import message
from glucotwin.domain.record import as_utc

MOMENT_SCHEMA = "glucotwin-moment/1"


class KeptRefusal(TypedDict):
    """A reason with what was found, to be told in any language."""

    reason: RefusalReason
    found: dict[str, str]


class KeptOption(TypedDict):
    """An option; attributes as in ``glucotwin.advise.moment_option.MomentOption``."""

    step: MomentStepJson
    median_mgdl: Numbers
    low_mgdl: Numbers
    high_mgdl: Numbers
    in_range_pct: float
    below_70_pct: float
    above_180_pct: float
    low_probability: float
    added_very_low: float
    refusals: list[KeptRefusal]


class KeptSituation(TypedDict):
    """What was known; None for what was not."""

    glucose_mgdl: float | None
    age_min: float | None
    trend_mgdl_per_min: float | None
    sensor_age_min: float | None
    artefacts: list[str]
    on_board_u: float


class KeptMoment(TypedDict):
    """An advice as it is kept; ``chosen`` is the place among the options, from 0."""

    schema: str
    kind: MomentKind
    at: Instant
    start: Instant
    situation: KeptSituation
    t_min: Numbers
    calculator_u: float | None
    chosen: int
    options: list[KeptOption]


def kept_moment(advice: MomentAdvice) -> KeptMoment:
    """An advice as JSON values."""
    told, now = advice.to_json(), advice.situation
    return {
        "schema": MOMENT_SCHEMA,
        "kind": told["kind"],
        "at": told["at"],
        "start": told["start"],
        "situation": {
            "glucose_mgdl": _finite(now.glucose_mgdl),
            "age_min": _finite(now.age_min),
            "trend_mgdl_per_min": _finite(now.trend_mgdl_per_min),
            "sensor_age_min": _finite(now.sensor_age_min),
            "artefacts": list(now.artefacts),
            "on_board_u": round(now.on_board_u, 3),
        },
        "t_min": told["t_min"],
        "calculator_u": told["calculator_u"],
        "chosen": next(place for place, one in enumerate(advice.options) if one is advice.chosen),
        "options": [_kept_option(one) for one in advice.options],
    }


def moment_from_kept(kept: Mapping[str, Any]) -> MomentAdvice:
    """An advice that was kept.

    Raises:
        DataError: it is of another kind of document.
    """
    if kept.get("schema") != MOMENT_SCHEMA:
        raise DataError(ErrorCode.UNSUPPORTED_VERSION, message("moment-other-schema", schema=MOMENT_SCHEMA))
    options = tuple(_option(one) for one in kept["options"])
    at, now = as_utc(datetime.fromisoformat(kept["at"])), kept["situation"]
    return MomentAdvice(
        kind=MomentKind(kept["kind"]),
        at=at,
        start=as_utc(datetime.fromisoformat(kept["start"])),
        situation=Situation(
            at=at,
            glucose_mgdl=_or(now["glucose_mgdl"], "nan"),
            age_min=_or(now["age_min"], "inf"),
            trend_mgdl_per_min=_or(now["trend_mgdl_per_min"], "nan"),
            sensor_age_min=_or(now["sensor_age_min"], "inf"),
            artefacts=tuple(now["artefacts"]),
            on_board_u=float(now["on_board_u"]),
        ),
        t_min=np.asarray(kept["t_min"], dtype=np.float64),
        chosen=options[kept["chosen"]],
        options=options,
        calculator_u=kept["calculator_u"],
    )


def _kept_option(option: MomentOption) -> KeptOption:
    told = option.to_json()
    return {
        "step": told["step"],
        "median_mgdl": told["median_mgdl"],
        "low_mgdl": told["low_mgdl"],
        "high_mgdl": told["high_mgdl"],
        "in_range_pct": told["in_range_pct"],
        "below_70_pct": told["below_70_pct"],
        "above_180_pct": told["above_180_pct"],
        "low_probability": told["low_probability"],
        "added_very_low": told["added_very_low"],
        "refusals": [{"reason": one.reason, "found": dict(one.found)} for one in option.refusals],
    }


def _option(kept: Mapping[str, Any]) -> MomentOption:
    step = dict(kept["step"])
    split = step.pop("split")
    return MomentOption(
        step=Step(**step, split=None if split is None else (float(split[0]), float(split[1]))),
        median_mgdl=np.asarray(kept["median_mgdl"], dtype=np.float64),
        low_mgdl=np.asarray(kept["low_mgdl"], dtype=np.float64),
        high_mgdl=np.asarray(kept["high_mgdl"], dtype=np.float64),
        in_range_pct=float(kept["in_range_pct"]),
        below_70_pct=float(kept["below_70_pct"]),
        above_180_pct=float(kept["above_180_pct"]),
        low_probability=float(kept["low_probability"]),
        added_very_low=float(kept["added_very_low"]),
        refusals=tuple(
            Refusal(reason=RefusalReason(one["reason"]), found=dict(one["found"])) for one in kept["refusals"]
        ),
    )


def _finite(value: float) -> float | None:
    return round(float(value), 3) if np.isfinite(value) else None


def _or(value: float | None, unknown: str) -> float:
    return float(unknown) if value is None else float(value)
