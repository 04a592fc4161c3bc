"""The part of a step that runs in Python: from arrays of one or many people to their decisions."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import CurrentTemp
from glucotwin.control.oref0.dynamic_sensitivity import Variant
from glucotwin.control.oref0.insulin_on_board import STEP_MIN
from glucotwin.control.oref0.local_clock import MS_PER_MIN
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.stepwise.record import Record
from glucotwin.control.oref0.stepwise.setting_profile import Schedules, at_slot
from glucotwin.control.oref0.stepwise.stage import Stepped, decide_from_record

STEPPED: tuple[str, ...] = (
    "temp_u_per_h",
    "temp_left_min",
    "micro_bolus_u",
    "autosens_ratio",
    "iob_u",
    "activity_u_per_min",
    "has_decision",
)
"""What comes back, in order."""

_MIN_PER_DAY = 1440
_DAY_MS = 1_735_689_600_000
"""2025-01-01 in UTC."""

_AUTOSENS_EVERY_STEPS = 6
_SCHEDULES = ("basal_u_per_h", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u", "target_mgdl")


class HostCall(NamedTuple):
    """What goes to Python; fields as in ``controller.Oref0State`` and ``control.controller.Seen``."""

    setting: Any
    record: dict[str, Any]
    steps: Any
    minute_of_day: Any
    autosens_ratio: Any
    temp_u_per_h: Any
    temp_left_min: Any
    exercise: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a decision depends on beyond the settings.

    Attributes:
        micro_bolus: whether super micro boluses are given, and unannounced meals reckoned with.
        variant: dynamic sensitivity of Trio or AndroidAPS; None for autosens alone.
    """

    micro_bolus: bool
    variant: Variant | None = None

    def fields(self) -> dict[str, object]:
        """Fields of the profile: the preferences of oref0's documentation."""
        shared: dict[str, object] = {
            "curve": "rapid-acting",
            "max_cob_g": 120.0,
            "remaining_carbs_cap_g": 90.0,
            "daily_safety_multiplier": 3.0,
            "current_safety_multiplier": 4.0,
            "exercise_mode": True,
            "half_basal_target_mgdl": 160.0,
        }
        return {**shared, "uam_enabled": self.micro_bolus, "smb_always": self.micro_bolus, "smb_max_min": 30.0}

    def decide(self, call: HostCall) -> tuple[np.ndarray, ...]:
        """Decide for everybody in a call; leading axes are people."""
        return decide_batch(call, self)


def decide_batch(call: HostCall, options: Options) -> tuple[np.ndarray, ...]:
    """Decide for everybody in a call.

    Args:
        call: arrays with any leading axes, the same for all.
        options: what the decision depends on beyond the settings.

    Returns:
        Arrays with these axes, in the order of ``STEPPED``.
    """
    shape = np.shape(call.steps)
    rows = int(np.prod(shape))
    flat = {name: np.reshape(np.asarray(ring), (rows, -1)) for name, ring in call.record.items()}
    scalars = {
        name: np.reshape(np.asarray(getattr(call, name)), rows)
        for name in HostCall._fields
        if name not in ("setting", "record")
    }
    schedules = {name: np.reshape(np.asarray(getattr(call.setting, name)), (rows, -1)) for name in _SCHEDULES}
    personal = {
        name: np.reshape(np.asarray(getattr(call.setting, name)), rows)
        for name in ("insulin_duration_min", "daily_insulin_u")
    }

    def decide(row: int) -> tuple[float, ...]:
        return _decide_one(
            {name: ring[row] for name, ring in flat.items()},
            {name: float(values[row]) for name, values in scalars.items()},
            _schedules_of(
                *(schedules[name][row].tobytes() for name in _SCHEDULES),
                *(float(personal[name][row]) for name in personal),
            ),
            options,
        )

    # A cohort's last chunk is filled up with its last person, who needs one decision only.
    repeats = _repeats([*flat.values(), *schedules.values(), *scalars.values(), *personal.values()])
    decided: list[tuple[float, ...]] = []
    for row in range(rows):
        decided.append(decided[-1] if repeats[row] else decide(row))
    columns = np.asarray(decided, dtype=np.float64).reshape(*shape, len(STEPPED))
    return tuple(columns[..., place] for place in range(len(STEPPED)))


def _repeats(arrays: list[np.ndarray]) -> np.ndarray:
    """Which rows are the same, bit for bit, as the row before."""
    rows = np.concatenate([np.reshape(one, (len(one), -1)).astype(np.float64) for one in arrays], axis=1)
    bits = rows.view(np.int64)
    return np.concatenate([[False], np.all(bits[1:] == bits[:-1], axis=1)])


def _decide_one(
    rings: dict[str, np.ndarray], now: dict[str, float], schedules: Schedules, options: Options
) -> tuple[float, ...]:
    minute_of_day = int(now["minute_of_day"]) % _MIN_PER_DAY
    steps = int(now["steps"])
    record = Record(now_ms=_moment_ms(minute_of_day), known_steps=steps, **rings)
    exercise = now["exercise"] > 0.0
    profile = at_slot(_profile_of(schedules, options), schedules, minute_of_day // STEP_MIN, exercise=exercise)
    left = now["temp_left_min"]
    stepped = decide_from_record(
        record,
        profile,
        temp=CurrentTemp(rate=now["temp_u_per_h"], duration=left) if left > 0 else CurrentTemp(),
        autosens_ratio=None if steps % _AUTOSENS_EVERY_STEPS == 0 else now["autosens_ratio"],
        micro_bolus=options.micro_bolus,
        variant=options.variant,
        usual_daily_u=schedules.daily_insulin_u,
    )
    temp_u_per_h, left = _temp(stepped, now["temp_u_per_h"], left)
    return (
        temp_u_per_h,
        left,
        (stepped.decision and stepped.decision.micro_bolus_u) or 0.0,
        stepped.autosens_ratio,
        stepped.insulin.iob_u,
        stepped.insulin.activity_u_per_min,
        float(_has_decided(stepped.decision)),
    )


def _has_decided(decision: Decision | None) -> bool:
    return decision is not None and decision.error is None and decision.insulin_required_u is not None


def _temp(stepped: Stepped, rate_u_per_h: float, left_min: float) -> tuple[float, float]:
    """The temporary rate after a decision: a new one, none, or the one that runs."""
    decision = stepped.decision
    if decision is None or decision.rate_u_per_h is None or decision.duration_min is None:
        return rate_u_per_h, left_min
    return decision.rate_u_per_h, decision.duration_min


def _moment_ms(minute_of_day: int) -> float:
    """A time with this local clock: all others of a decision are counted from it, so the day does not matter."""
    return float(_DAY_MS + minute_of_day * MS_PER_MIN)


@lru_cache(maxsize=4096)
def _schedules_of(
    basal: bytes, ratio: bytes, factor: bytes, target: bytes, insulin_duration_min: float, daily_insulin_u: float
) -> Schedules:
    return Schedules(
        basal_u_per_h=np.frombuffer(basal),
        carb_ratio_g_per_u=np.frombuffer(ratio),
        correction_factor_mgdl_per_u=np.frombuffer(factor),
        target_mgdl=np.frombuffer(target),
        insulin_duration_min=insulin_duration_min,
        daily_insulin_u=daily_insulin_u,
    )


@lru_cache(maxsize=4096)
def _profile_of(schedules: Schedules, options: Options) -> Profile:
    return schedules.profile(options.fields())
