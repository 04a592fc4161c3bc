"""What virtual people bring into a closed loop: settings, limits, how they treat lows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.control.safety_array import SafetyLimits, limits_from
from glucotwin.control.setting import (
    DEFAULT_DURATION_MIN,
    DEFAULT_PEAK_MIN,
    DEFAULT_TARGET_MGDL,
    SLOT_MIN,
    SLOTS,
    TherapySetting,
)
from glucotwin.control.usual_limit import usual_limit
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.devices.device import DoseStep
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.simulate.reaction import SelfCare
from glucotwin.workflows.day_plan import CARBS_OF_UNIT_G, FALL_OF_UNIT_MGDL, self_care_of

Part = TypeVar("Part", bound=eqx.Module)

HOURS = 24
USUAL_DAILY_U_PER_BASAL_U = 2.0
"""Insulin of a day over its basal part where a population does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFactors:
    """How far a pump's settings are from those that fit: each setting times its factor."""

    basal: float = 1.0
    carb_ratio: float = 1.0
    correction_factor: float = 1.0


FITTING = SettingFactors()


def setting_of_subject(
    subject: Subject, *, target_mgdl: float = DEFAULT_TARGET_MGDL, factors: SettingFactors = FITTING
) -> TherapySetting:
    """The pump settings of a virtual person: those that fit, times factors.

    Args:
        subject: who.
        target_mgdl: where corrections aim.
        factors: 1 for settings that fit.
    """
    basal = subject.basal_profile_u_per_h or (60.0 * subject.basal_u_per_min,) * HOURS
    ratio = subject.carb_ratio_profile_g_per_u or (subject.carb_ratio_g_per_u or CARBS_OF_UNIT_G,) * HOURS
    factor = subject.correction_factor_mgdl_per_u or FALL_OF_UNIT_MGDL
    daily_u = subject.total_daily_insulin_u or USUAL_DAILY_U_PER_BASAL_U * float(np.sum(basal))
    return TherapySetting(
        basal_u_per_h=factors.basal * _by_slot(basal),
        carb_ratio_g_per_u=factors.carb_ratio * _by_slot(ratio),
        correction_factor_mgdl_per_u=np.full(SLOTS, factors.correction_factor * factor),
        target_mgdl=np.full(SLOTS, target_mgdl),
        insulin_duration_min=np.asarray(DEFAULT_DURATION_MIN),
        insulin_peak_min=np.asarray(DEFAULT_PEAK_MIN),
        daily_insulin_u=np.asarray(daily_u),
        weight_kg=np.asarray(subject.weight_kg),
    )


def limits_of_setting(setting: TherapySetting, steps: DoseStep, *, automated: bool) -> SafetyLimits:
    """The limits that a person's pump is set to.

    A pump without automation asks no sensor: it only has its largest rate and bolus and its steps.

    Args:
        setting: of one person.
        steps: of the pump.
        automated: whether an algorithm changes doses by itself.
    """
    limit = usual_limit(setting, rate_step_u_per_h=steps.rate_u_per_h, bolus_step_u=steps.bolus_u, automated=automated)
    return limits_from(limit)


def care_in_loop(profile: str, subjects: tuple[Subject, ...]) -> SelfCare:
    """How people of a profile treat lows, one row each; corrections of highs are left to the algorithm.

    Raises:
        NotFoundError: there is no such profile.
    """
    find_behaviour(profile)
    care = self_care_of(profile, subjects)
    return eqx.tree_at(lambda one: one.high_mgdl, care, jnp.full_like(care.high_mgdl, jnp.inf))


def stacked(parts: Sequence[Part]) -> Part:
    """What several people have, one each, with a leading people axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *parts)


def _by_slot(hourly: tuple[float, ...]) -> np.ndarray:
    hour = np.arange(0, MINUTES_PER_DAY, SLOT_MIN) // (MINUTES_PER_DAY // HOURS)
    return np.asarray(hourly, dtype=np.float64)[hour]
