"""What virtual people bring into a closed loop: settings, limits, how they treat lows."""

from collections.abc import Sequence
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


def setting_of_subject(subject: Subject, *, target_mgdl: float = DEFAULT_TARGET_MGDL) -> TherapySetting:
    """The pump settings that fit a virtual person.

    Args:
        subject: who.
        target_mgdl: where corrections aim.
    """
    basal = subject.basal_profile_u_per_h or (60.0 * subject.basal_u_per_min,) * HOURS
    ratio = subject.carb_ratio_profile_g_per_u or (subject.carb_ratio_g_per_u or CARBS_OF_UNIT_G,) * HOURS
    factor = subject.correction_factor_mgdl_per_u or FALL_OF_UNIT_MGDL
    daily_u = subject.total_daily_insulin_u or USUAL_DAILY_U_PER_BASAL_U * float(np.sum(basal))
    return TherapySetting(
        basal_u_per_h=_by_slot(basal),
        carb_ratio_g_per_u=_by_slot(ratio),
        correction_factor_mgdl_per_u=np.full(SLOTS, factor),
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


def no_self_care() -> SelfCare:
    """A person who treats no low."""
    zero, never = jnp.zeros(()), jnp.asarray(jnp.inf)
    return SelfCare(
        low_mgdl=zero,
        wakes_below_mgdl=zero,
        carbs_g=zero,
        wait_min=zero,
        high_mgdl=never,
        target_mgdl=zero,
        correction_factor_mgdl_per_u=jnp.ones(()),
        fade_per_min=zero,
    )


def care_in_loop(profile: str, subjects: tuple[Subject, ...]) -> SelfCare:
    """How people of a profile treat lows, one row each; corrections of highs are left to the algorithm.

    Raises:
        NotFoundError: there is no such profile.
    """
    find_behaviour(profile)
    care = self_care_of(profile, subjects)
    return SelfCare(**{**vars(care), "high_mgdl": jnp.full_like(care.high_mgdl, jnp.inf)})


def stacked(parts: Sequence[Part]) -> Part:
    """What several people have, one each, with a leading people axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *parts)


def _by_slot(hourly: tuple[float, ...]) -> np.ndarray:
    hour = np.arange(0, MINUTES_PER_DAY, SLOT_MIN) // (MINUTES_PER_DAY // HOURS)
    return np.asarray(hourly, dtype=np.float64)[hour]
