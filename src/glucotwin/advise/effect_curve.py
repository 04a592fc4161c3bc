"""What food and insulin do to the hours ahead, draw by draw: enough for a device without the twin to forecast on."""

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
from glucotwin.physiology.minimal_causal import minimal_causal_parameters

STARTS_MIN = tuple(range(0, 240, 30))
"""When after the origin an effect is worked out: how strongly insulin acts depends on the time of day."""
CARBS_G, INSULIN_U = (20.0, 60.0), (1.0, 4.0)
"""Amounts that effects are worked out with: a gram or a unit does less, or more, beside others."""
LEAST_MGDL = 20.0
"""Insulin is told by what it divides glucose by, which has no meaning below this."""
HALF_MGDL = minimal_causal_parameters()["glucose.half_mgdl"].typical
"""What insulin takes away is half of its largest at this glucose."""


class EffectCurveJson(TypedDict):
    """What food or insulin at a moment does to glucose after it, draw by draw."""

    stream: Literal["meal", "bolus"]
    start_min: int
    amount: float
    response: list[Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectCurve:
    """What an amount of food or insulin at a moment does to glucose after it.

    Food adds and insulin divides. Per gram or unit both change in a line with all that is eaten or given: the kidney
    loses what rises high, and insulin saturates.

    Attributes:
        stream: ``meal`` or ``bolus``.
        start_min: minutes from the origin when it is eaten or given.
        amount: grams or units.
        response: of every draw at the forecast's points after the start, ``(draw, points)``: mg/dL added per g of
            carbohydrate, or the logarithm per U of the factor by which glucose is multiplied.
    """

    stream: Literal["meal", "bolus"]
    start_min: int
    amount: float
    response: np.ndarray

    def to_json(self) -> EffectCurveJson:
        """As JSON values."""
        return {
            "stream": self.stream,
            "start_min": self.start_min,
            "amount": self.amount,
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
    fed = (_of_food(prospect, minute, amount) for minute in ahead for amount in CARBS_G)
    return (*fed, *(_of_insulin(prospect, minute, amount) for minute in ahead for amount in INSULIN_U))


def _of_food(prospect: Prospect, start_min: int, carbs_g: float) -> EffectCurve:
    meal = AddMeal(at=prospect.coming.start + timedelta(minutes=start_min), carbs_g=carbs_g)
    added = difference_of(prospect, (meal,))[:, prospect.t_min > start_min]
    return EffectCurve(stream="meal", start_min=start_min, amount=carbs_g, response=added / carbs_g)


def _of_insulin(prospect: Prospect, start_min: int, insulin_u: float) -> EffectCurve:
    bolus = AddBolus(at=prospect.coming.start + timedelta(minutes=start_min), insulin_u=insulin_u)
    after = prospect.t_min > start_min
    taken, mean = difference_of(prospect, (bolus,))[:, after], prospect.mean_mgdl[:, after]
    factor = np.maximum(mean + taken, LEAST_MGDL) / np.maximum(mean, LEAST_MGDL)
    return EffectCurve(stream="bolus", start_min=start_min, amount=insulin_u, response=np.log(factor) / insulin_u)
