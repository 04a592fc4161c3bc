"""What the four lines of glucose amount to: how low it may get, and what to dose for."""

import math
from dataclasses import dataclass

from glucotwin.control.oref0.decision_input import DecisionInput
from glucotwin.control.oref0.prediction import UNKNOWN_MGDL, Prediction
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.target import Aim
from glucotwin.control.oref0.trend import Trend

_LOWEST_SHOWN_MGDL = 39
_HIGHEST_SHOWN_MGDL = 401
_LONG_LINE = 12
_LONG_LINE_IF_STOPPED = 6
_HORIZON_MIN = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Glucose ahead, in mg/dL.

    Attributes:
        lines: lines to show, by the names of the original.
        eventual_mgdl: where glucose ends up.
        guard_mgdl: lowest glucose ahead.
        min_mgdl: lowest glucose once insulin given now acts: what is dosed for.
        min_insulin_mgdl: the same by insulin alone.
        above_threshold_min: minutes until glucose falls below the threshold; 240 when it does not.
    """

    lines: dict[str, list[float]]
    eventual_mgdl: float
    guard_mgdl: float
    min_mgdl: float
    min_insulin_mgdl: float
    above_threshold_min: float


def find_outlook(inputs: DecisionInput, aim: Aim, trend: Trend, prediction: Prediction) -> Outlook:
    """Sum the four lines up."""
    lines = _lines(inputs, aim, prediction)
    eventual = trend.eventual_mgdl
    for name in ("COB", "UAM"):
        if name in lines:
            eventual = max(eventual, lines[name][-1])
    blend = _Blend.of(inputs, aim, prediction)
    steered = lines["COB"] if "COB" in lines else lines["IOB"]
    return Outlook(
        lines=lines,
        eventual_mgdl=eventual,
        guard_mgdl=blend.guard_mgdl(),
        min_mgdl=blend.min_mgdl(),
        min_insulin_mgdl=blend.insulin_mgdl,
        above_threshold_min=_minutes_above(steered, aim.threshold_mgdl),
    )


def _lines(inputs: DecisionInput, aim: Aim, prediction: Prediction) -> dict[str, list[float]]:
    impact = prediction.impact
    lines = {
        "IOB": _without_flat_end(_within_range(prediction.insulin.values_mgdl)),
        "ZT": _without_rising_end(_within_range(prediction.stopped.values_mgdl), aim.target_mgdl),
    }
    if not (impact.now > 0 or impact.peak > 0):
        return lines
    if inputs.meal.cob_g > 0:
        lines["COB"] = _without_flat_end(_within_range(prediction.carbs.values_mgdl))
    if inputs.profile.uam_enabled:
        lines["UAM"] = _without_flat_end(_within_range(prediction.unannounced.values_mgdl))
    return lines


def _within_range(values_mgdl: list[float]) -> list[float]:
    return [round_half_up(min(_HIGHEST_SHOWN_MGDL, max(_LOWEST_SHOWN_MGDL, value))) for value in values_mgdl]


def _without_flat_end(values_mgdl: list[float]) -> list[float]:
    end = len(values_mgdl)
    while end - 1 > _LONG_LINE and values_mgdl[end - 2] == values_mgdl[end - 1]:
        end -= 1
    return values_mgdl[:end]


def _without_rising_end(values_mgdl: list[float], target_mgdl: float) -> list[float]:
    end = len(values_mgdl)
    while end - 1 > _LONG_LINE_IF_STOPPED and target_mgdl < values_mgdl[end - 1] > values_mgdl[end - 2]:
        end -= 1
    return values_mgdl[:end]


def _minutes_above(values_mgdl: list[float], threshold_mgdl: float) -> float:
    below = (place for place, value in enumerate(values_mgdl) if value < threshold_mgdl)
    place = next(below, None)
    return _HORIZON_MIN if place is None else 5.0 * place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blend:
    """The lowest points of the lines, weighted by the share of carbs that is left."""

    inputs: DecisionInput
    aim: Aim
    prediction: Prediction
    insulin_mgdl: float
    carbs_mgdl: float
    unannounced_mgdl: float
    carbs_left: float

    @classmethod
    def of(cls, inputs: DecisionInput, aim: Aim, prediction: Prediction) -> "_Blend":
        meal = inputs.meal
        return cls(
            inputs=inputs,
            aim=aim,
            prediction=prediction,
            insulin_mgdl=max(_LOWEST_SHOWN_MGDL, prediction.insulin.min_mgdl),
            carbs_mgdl=max(_LOWEST_SHOWN_MGDL, prediction.carbs.min_mgdl),
            unannounced_mgdl=max(_LOWEST_SHOWN_MGDL, prediction.unannounced.min_mgdl),
            carbs_left=meal.cob_g / meal.carbs_g if meal.carbs_g else math.nan,
        )

    def guard_mgdl(self) -> float:
        carbs, unannounced = self.prediction.carbs.guard_mgdl, self.prediction.unannounced.guard_mgdl
        uam_enabled = self.inputs.profile.uam_enabled
        if self.prediction.impact.is_expected:
            return round_half_up(self._mixed(carbs, unannounced) if uam_enabled else carbs)
        return round_half_up(unannounced if uam_enabled else self.prediction.insulin.guard_mgdl)

    def min_mgdl(self) -> float:
        prediction = self.prediction
        lowest = min(self._lowest_applicable(), self._mean_mgdl())
        # A line of carbs that ends early is trusted more than the rise of now.
        if prediction.carbs.max_mgdl > self.inputs.glucose.glucose_mgdl:
            lowest = min(lowest, prediction.carbs.max_mgdl)
        return lowest

    def _mean_mgdl(self) -> float:
        insulin, carbs = self.prediction.insulin.latest_mgdl, self.prediction.carbs.latest_mgdl
        unannounced = self.prediction.unannounced.latest_mgdl
        knows_carbs, knows_unannounced = self.carbs_mgdl < UNKNOWN_MGDL, self.unannounced_mgdl < UNKNOWN_MGDL
        if knows_carbs and knows_unannounced:
            mean = self._mixed(carbs, unannounced)
        elif knows_carbs:
            mean = (insulin + carbs) / 2
        elif knows_unannounced:
            mean = (insulin + unannounced) / 2
        else:
            mean = insulin
        return max(round_half_up(mean), self.prediction.stopped.guard_mgdl)

    def _lowest_applicable(self) -> float:
        uam_enabled = self.inputs.profile.uam_enabled
        cautious = self._cautious_unannounced_mgdl()
        if not self.inputs.meal.carbs_g:
            return round_half_up(max(self.insulin_mgdl, cautious) if uam_enabled else self.insulin_mgdl)
        if self.carbs_mgdl < UNKNOWN_MGDL:
            candidates = [self.insulin_mgdl, self.carbs_mgdl]
            if uam_enabled:
                candidates.append(self._mixed(self.carbs_mgdl, cautious))
            return round_half_up(max(candidates))
        return cautious if uam_enabled else self.guard_mgdl()

    def _cautious_unannounced_mgdl(self) -> float:
        """The lowest point with an unannounced rise, pulled towards the lowest one with the basal stopped."""
        stopped, unannounced = self.prediction.stopped.guard_mgdl, self.unannounced_mgdl
        threshold, target = self.aim.threshold_mgdl, self.aim.target_mgdl
        if stopped < threshold:
            return round_half_up((unannounced + stopped) / 2)
        if stopped < target:
            share = (stopped - threshold) / (target - threshold)
            blended = unannounced * share + stopped * (1 - share)
            return round_half_up((unannounced + blended) / 2)
        return round_half_up((unannounced + stopped) / 2 if stopped > unannounced else unannounced)

    def _mixed(self, with_carbs: float, without: float) -> float:
        # With no carbs entered there is no share of them: the original then reckons with no number at all.
        return self.carbs_left * with_carbs + (1 - self.carbs_left) * without
