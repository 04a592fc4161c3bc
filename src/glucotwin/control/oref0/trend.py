"""Where glucose is heading by insulin and by what is not explained by it, in a few numbers."""

from dataclasses import dataclass

from glucotwin.control.oref0.decision_input import DecisionInput
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.target import Aim

_STEPS_OF_DEVIATION = 6
_STEPS_TO_TARGET = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Changes in mg/dL per 5 minutes, and what comes of them.

    Attributes:
        impact: change that insulin alone would bring.
        delta: change that was measured.
        min_delta: the smaller of the last change and the mean of 15 minutes.
        max_delta: the largest of all changes.
        deviation_mgdl: what the unexplained change adds within 30 minutes.
        naive_eventual_mgdl: glucose once all insulin has acted.
        eventual_mgdl: the same with the deviation.
        expected_delta: change that is to be expected on the way to the target.
    """

    impact: float
    delta: float
    min_delta: float
    max_delta: float
    deviation_mgdl: float
    naive_eventual_mgdl: float
    eventual_mgdl: float
    expected_delta: float


def find_trend(inputs: DecisionInput, aim: Aim) -> Trend:
    """The trend of a situation; insulin on board has to be known."""
    glucose, insulin = inputs.glucose, inputs.insulin
    if insulin is None:
        raise ValueError("a trend needs insulin on board")
    now = insulin.now
    sensitivity = aim.sensitivity_mgdl_per_u
    delta, short, long = glucose.delta or 0.0, glucose.short_mean_delta or 0.0, glucose.long_mean_delta or 0.0
    impact = round_half_up(-now.activity_u_per_min * sensitivity * 5, 2)
    min_delta = min(delta, short)
    deviation = _deviation(impact, min_delta, min(short, long), long)
    # Insulin that is missing raises glucose by no more than the profile's own sensitivity says.
    if now.iob_u > 0:
        drop_mgdl = now.iob_u * sensitivity
    else:
        drop_mgdl = now.iob_u * min(sensitivity, inputs.profile.sensitivity_mgdl_per_u or sensitivity)
    naive = round_half_up(glucose.glucose_mgdl - drop_mgdl)
    eventual = naive + deviation
    return Trend(
        impact=impact,
        delta=delta,
        min_delta=min_delta,
        max_delta=max(delta, short, long),
        deviation_mgdl=deviation,
        naive_eventual_mgdl=naive,
        eventual_mgdl=eventual,
        expected_delta=round_half_up(impact + (aim.target_mgdl - eventual) / _STEPS_TO_TARGET, 1),
    )


def _deviation(impact: float, min_delta: float, min_mean_delta: float, long: float) -> float:
    deviation = 0.0
    for delta in (min_delta, min_mean_delta, long):  # one sudden fall does not count if the longer means do not fall
        deviation = round_half_up(_STEPS_OF_DEVIATION * (delta - impact))
        if deviation >= 0:
            break
    return deviation
