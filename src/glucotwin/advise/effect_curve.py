"""What a gram and a unit do to the hours ahead, draw by draw: enough for a device without the twin to forecast on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from typing_extensions import TypedDict

from glucotwin.advise.change import AddBolus, AddMeal
from glucotwin.advise.look_ahead import Prospect, difference_of
from glucotwin.core.json_value import Numbers
from glucotwin.forecast.forecast import rounded

STARTS_MIN = tuple(range(0, 240, 30))
"""When after the origin an effect is worked out: how strongly insulin acts depends on the time of day."""
CARBS_G, INSULIN_U = 30.0, 2.0
"""Amounts that effects are worked out with; they are told per gram and per unit."""
LEAST_MGDL = 20.0
"""Insulin is told by what it divides glucose by, which has no meaning below this."""


class EffectCurveJson(TypedDict):
    """What food or insulin at a moment does to glucose after it, draw by draw."""

    stream: Literal["meal", "bolus"]
    start_min: int
    response: list[Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectCurve:
    """What food or insulin at a moment does to glucose after it.

    Food adds and insulin divides: so told, 60 g or 3 U keep to what the mechanism says, though the curves come from
    other amounts. What insulin takes away gets smaller where there is less glucose.

    Attributes:
        stream: ``meal`` or ``bolus``.
        start_min: minutes from the origin when it is eaten or given.
        response: of every draw at the forecast's points after the start, ``(draw, points)``: mg/dL added per g of
            carbohydrate, or the logarithm per U of the factor by which glucose is multiplied.
    """

    stream: Literal["meal", "bolus"]
    start_min: int
    response: np.ndarray

    def to_json(self) -> EffectCurveJson:
        """As JSON values."""
        return {
            "stream": self.stream,
            "start_min": self.start_min,
            "response": [rounded(one, 4) for one in self.response],
        }


def effect_curves(prospect: Prospect, starts_min: Sequence[int] = STARTS_MIN) -> tuple[EffectCurve, ...]:
    """Effects of food and of insulin at several times of the hours ahead, from the same mechanism as what-ifs.

    Args:
        prospect: the hours ahead.
        starts_min: minutes after its origin; those at or beyond its end are left out.

    Raises:
        SolverError: most draws run away.
    """
    ahead = [minute for minute in starts_min if minute < prospect.coming.duration_min]
    return tuple(make(prospect, minute) for make in (_of_food, _of_insulin) for minute in ahead)


def _of_food(prospect: Prospect, start_min: int) -> EffectCurve:
    meal = AddMeal(at=prospect.coming.start + timedelta(minutes=start_min), carbs_g=CARBS_G)
    added = difference_of(prospect, (meal,))[:, prospect.t_min > start_min]
    return EffectCurve(stream="meal", start_min=start_min, response=added / CARBS_G)


def _of_insulin(prospect: Prospect, start_min: int) -> EffectCurve:
    bolus = AddBolus(at=prospect.coming.start + timedelta(minutes=start_min), insulin_u=INSULIN_U)
    after = prospect.t_min > start_min
    taken, mean = difference_of(prospect, (bolus,))[:, after], prospect.mean_mgdl[:, after]
    factor = np.maximum(mean + taken, LEAST_MGDL) / np.maximum(mean, LEAST_MGDL)
    return EffectCurve(stream="bolus", start_min=start_min, response=np.log(factor) / INSULIN_U)
