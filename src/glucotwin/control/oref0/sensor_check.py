"""What is done when the latest reading can't be dosed on."""

from dataclasses import replace

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import DecisionInput
from glucotwin.control.oref0.glucose_status import GlucoseStatus
from glucotwin.control.oref0.local_clock import MS_PER_MIN, written_out_from_ms
from glucotwin.control.oref0.number import shown
from glucotwin.control.oref0.rounding import round_half_up, round_rate

_LOWEST_TRUE_MGDL = 10
_ERROR_CODE_MGDL = 38
_TOO_NOISY = 3
_OLDEST_MIN = 12
_FURTHEST_AHEAD_MIN = -5
_FLAT_ABOVE_MGDL = 60
_JUST_CALIBRATED = 3
_LONGEST_ZERO_TEMP_MIN = 30


def refuse_reading(inputs: DecisionInput) -> Decision | None:
    """Back to the scheduled basal, when the latest reading is wrong, old or stuck; None when it can be used."""
    reason = _fault(inputs)
    if reason is None:
        return None
    current = inputs.current_temp
    rate = 0.0 if current.rate_u_per_h is None else current.rate_u_per_h
    basal = round_rate(inputs.profile.basal_u_per_h or 0.0, inputs.profile.pump_model)
    changed = Decision(is_absolute=True, deliver_at_ms=inputs.now_ms, duration_min=_LONGEST_ZERO_TEMP_MIN)
    if rate > basal:
        told = f"{reason}. Replacing high temp basal of {shown(rate)} with neutral temp of {shown(basal)}"
        return replace(changed, reason=told, rate_u_per_h=basal)
    if rate == 0 and current.left_min > _LONGEST_ZERO_TEMP_MIN:
        told = f"{reason}. Shortening {shown(current.left_min)}m long zero temp to 30m. "
        return replace(changed, reason=told, rate_u_per_h=0.0)
    return Decision(reason=f"{reason}. Temp {shown(rate)} <= current basal {shown(basal)}U/hr; doing nothing. ")


def _fault(inputs: DecisionInput) -> str | None:
    glucose = inputs.glucose
    age_min = None if glucose.moment_ms is None else round_half_up((inputs.now_ms - glucose.moment_ms) / MS_PER_MIN, 1)
    if age_min is not None and not _FURTHEST_AHEAD_MIN <= age_min <= _OLDEST_MIN:
        now, then = written_out_from_ms(inputs.now_ms), written_out_from_ms(glucose.moment_ms or 0)
        return (
            f"If current system time {now} is correct, then BG data is too old. "
            f"The last BG data was read {shown(age_min)}m ago at {then}"
        )
    if _is_flat(glucose):
        return _flat_text(glucose)
    is_wrong = glucose.glucose_mgdl <= _LOWEST_TRUE_MGDL or glucose.glucose_mgdl == _ERROR_CODE_MGDL
    if is_wrong or (glucose.noise or 0) >= _TOO_NOISY:
        return "CGM is calibrating, in ??? state, or noise is high"
    return None


def _is_flat(glucose: GlucoseStatus) -> bool:
    short, long = glucose.short_mean_delta, glucose.long_mean_delta
    if glucose.glucose_mgdl <= _FLAT_ABOVE_MGDL or glucose.delta != 0 or short is None or long is None:
        return False
    return -1 < short < 1 and -1 < long < 1


def _flat_text(glucose: GlucoseStatus) -> str:
    if 0 < glucose.readings_since_calibration < _JUST_CALIBRATED:
        return "CGM was just calibrated"
    return (
        f"CGM data is unchanged ({shown(glucose.glucose_mgdl)}+{shown(glucose.delta)}) for 5m "
        f"w/ {shown(glucose.short_mean_delta)} mg/dL ~15m change & {shown(glucose.long_mean_delta)} mg/dL ~45m change"
    )
