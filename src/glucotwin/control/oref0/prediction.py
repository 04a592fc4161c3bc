"""Four lines of glucose for the next four hours, each with another idea of what the rise of now comes from."""

import math
from dataclasses import dataclass

from glucotwin.control.oref0.decision_input import DecisionInput
from glucotwin.control.oref0.insulin_on_board import Insulin
from glucotwin.control.oref0.local_clock import MS_PER_MIN
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.target import Aim
from glucotwin.control.oref0.trend import Trend

UNKNOWN_MGDL = 999.0
_STEP_MIN = 5
_STEPS_PER_H = 12
_LONGEST_LINE = 48
_FASTEST_ABSORPTION_G_PER_H = 30
_SLOWEST_ABSORPTION_G_PER_H = 20
_SHORTEST_ABSORPTION_H = 3.0
_CARBS_CAP_G = 90.0
_UNANNOUNCED_STEPS = 36
_FAR_AHEAD = 18
_UNANNOUNCED_AHEAD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbImpact:
    """What carbs do, in mg/dL per 5 minutes.

    Attributes:
        per_g_mgdl: rise of glucose by a gram.
        now: rise now, no faster than carbs can be absorbed.
        unlimited: rise now without that limit.
        steps: half the steps of five minutes over which the rise of now fades.
        absorption_h: hours until all carbs are absorbed.
        peak: highest rise by carbs that the rise of now does not account for.
        slope: change of the rise per step, by the deviations of the last 45 minutes.
    """

    per_g_mgdl: float
    now: float
    unlimited: float
    steps: float
    absorption_h: float
    peak: float
    slope: float

    @property
    def is_expected(self) -> bool:
        """Whether any carbs are expected to act."""
        return self.steps > 0 or self.peak > 0


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of glucose, in mg/dL per five minutes, and the extremes met on the way.

    Attributes:
        values_mgdl: now and up to 48 points.
        latest_mgdl: the newest point, also beyond those.
        guard_mgdl: lowest point.
        min_mgdl: lowest point after the insulin given now acts.
        max_mgdl: highest point.
    """

    values_mgdl: list[float]
    latest_mgdl: float
    guard_mgdl: float = UNKNOWN_MGDL
    min_mgdl: float = UNKNOWN_MGDL
    max_mgdl: float = 0.0

    def add(self, *changes_mgdl: float) -> None:
        """Go one step on by several changes, added one after the other: halves fall as they do in the original."""
        self.latest_mgdl = self.values_mgdl[-1]
        for change_mgdl in changes_mgdl:
            self.latest_mgdl += change_mgdl
        if len(self.values_mgdl) < _LONGEST_LINE:
            self.values_mgdl.append(self.latest_mgdl)
        if self.latest_mgdl < self.guard_mgdl:
            self.guard_mgdl = round_half_up(self.latest_mgdl)

    def note_min(self, wait_steps: int) -> None:
        """Keep the newest point as the lowest one if it is, once some steps have passed."""
        if len(self.values_mgdl) > wait_steps and self.latest_mgdl < self.min_mgdl:
            self.min_mgdl = round_half_up(self.latest_mgdl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The four lines.

    Attributes:
        insulin: insulin alone, with the deviation of now fading within an hour.
        stopped: insulin alone with the basal stopped.
        carbs: with the carbs on board.
        unannounced: with a rise that fades as its slope says, whatever it comes from.
        impact: what carbs do.
    """

    insulin: Line
    stopped: Line
    carbs: Line
    unannounced: Line
    impact: CarbImpact


def find_carb_impact(inputs: DecisionInput, aim: Aim, trend: Trend) -> CarbImpact:
    """What carbs do now and later, by the rise that insulin does not explain."""
    meal, profile = inputs.meal, inputs.profile
    ratio = profile.carb_ratio_g_per_u
    per_g = aim.sensitivity_mgdl_per_u / ratio if ratio else math.nan
    unlimited = round_half_up(trend.min_delta - trend.impact, 1)
    fastest = round_half_up(_FASTEST_ABSORPTION_G_PER_H * per_g * _STEP_MIN / 60, 1)
    now = fastest if unlimited > fastest else unlimited
    absorption_h = _absorption_h(inputs, aim)
    accounted_g = max(0.0, now / _STEP_MIN * 60 * absorption_h / 2) / per_g
    remaining_g = _remaining_g(inputs, accounted_g)
    steps = 0.0
    if now != 0 and not math.isnan(per_g):
        steps = min(absorption_h * _STEPS_PER_H / 2, max(0.0, meal.cob_g * per_g / now))
    slope_down, slope_up = (
        round_half_up(0.0 if math.isnan(slope) else slope, 2)
        for slope in (meal.absorption.slope_from_highest, meal.absorption.slope_from_lowest)
    )
    return CarbImpact(
        per_g_mgdl=per_g,
        now=now,
        unlimited=unlimited,
        steps=steps,
        absorption_h=absorption_h,
        peak=remaining_g * per_g * _STEP_MIN / 60 / (absorption_h / 2),
        slope=min(slope_down, -slope_up / 3),
    )


def predict(inputs: DecisionInput, aim: Aim, trend: Trend) -> Prediction:
    """Four lines of glucose; of one point only when insulin on board is known for now alone."""
    impact = find_carb_impact(inputs, aim, trend)
    glucose_mgdl = inputs.glucose.glucose_mgdl
    lines = [
        Line(values_mgdl=[glucose_mgdl], latest_mgdl=latest_mgdl, max_mgdl=glucose_mgdl)
        for latest_mgdl in (trend.eventual_mgdl, glucose_mgdl, glucose_mgdl, glucose_mgdl)
    ]
    prediction = Prediction(insulin=lines[0], stopped=lines[1], carbs=lines[2], unannounced=lines[3], impact=impact)
    insulin = inputs.insulin
    if insulin is None:
        return prediction
    for as_is, if_stopped in zip(insulin.as_is, insulin.if_stopped, strict=False):
        _step(prediction, aim, as_is, if_stopped)
        _note_extremes(prediction, uam_enabled=inputs.profile.uam_enabled)
    return prediction


def _step(prediction: Prediction, aim: Aim, as_is: Insulin, if_stopped: Insulin) -> None:
    impact = prediction.impact
    step = len(prediction.insulin.values_mgdl)
    fading = impact.now * (1 - min(1.0, step / _STEPS_PER_H))
    prediction.insulin.add(_by_insulin(as_is, prediction.insulin, aim), fading)
    prediction.stopped.add(_by_insulin(if_stopped, prediction.stopped, aim))
    step = len(prediction.carbs.values_mgdl)
    by_carbs = max(0.0, max(0.0, impact.now) * (1 - step / max(impact.steps * 2, 1)))
    later = min(step, impact.absorption_h * _STEPS_PER_H - step)
    by_later_carbs = max(0.0, later / (impact.absorption_h / 2 * _STEPS_PER_H) * impact.peak)
    by_insulin = round_half_up(-as_is.activity_u_per_min * aim.sensitivity_mgdl_per_u * _STEP_MIN, 2)
    prediction.carbs.add(by_insulin, min(0.0, fading), by_carbs, by_later_carbs)
    step = len(prediction.unannounced.values_mgdl)
    by_slope = max(0.0, impact.unlimited + step * impact.slope)
    by_time = max(0.0, impact.unlimited * (1 - step / _UNANNOUNCED_STEPS))
    by_insulin = _by_insulin(as_is, prediction.unannounced, aim)
    prediction.unannounced.add(by_insulin, min(0.0, fading), min(by_slope, by_time))


def _by_insulin(insulin: Insulin, line: Line, aim: Aim) -> float:
    sensitivity = aim.sensitivity_at(line.values_mgdl[-1])
    return round_half_up(-insulin.activity_u_per_min * sensitivity * _STEP_MIN, 2)


def _note_extremes(prediction: Prediction, *, uam_enabled: bool) -> None:
    insulin, carbs = prediction.insulin, prediction.carbs
    insulin.note_min(_FAR_AHEAD)
    insulin.max_mgdl = max(insulin.max_mgdl, insulin.latest_mgdl)
    if prediction.impact.is_expected:
        carbs.note_min(_FAR_AHEAD)
        # The original compares with the other line's highest point, not with this line's own.
        if carbs.latest_mgdl > insulin.max_mgdl:
            carbs.max_mgdl = carbs.latest_mgdl
    if uam_enabled:
        prediction.unannounced.note_min(_UNANNOUNCED_AHEAD)


def _absorption_h(inputs: DecisionInput, aim: Aim) -> float:
    meal = inputs.meal
    shortest_h = _SHORTEST_ABSORPTION_H / aim.ratio if aim.ratio else _SHORTEST_ABSORPTION_H
    if not meal.carbs_g:
        return shortest_h
    shortest_h = max(shortest_h, meal.cob_g / _SLOWEST_ABSORPTION_G_PER_H)
    age_min = round_half_up((inputs.now_ms - meal.last_carbs_ms) / MS_PER_MIN)
    return round_half_up(shortest_h + 1.5 * age_min / 60, 1)


def _remaining_g(inputs: DecisionInput, accounted_g: float) -> float:
    meal, profile = inputs.meal, inputs.profile
    cap_g = min(_CARBS_CAP_G, profile.remaining_carbs_cap_g or _CARBS_CAP_G)
    fraction = min(1.0, profile.remaining_carbs_fraction or 1.0)
    left_g = meal.cob_g - accounted_g - meal.carbs_g * (1 - fraction)
    return min(cap_g, max(0.0, left_g))
