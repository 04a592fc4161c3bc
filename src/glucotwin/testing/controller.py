"""Conformance check for dosing algorithms, one's own or anybody else's."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.control.controller import AnyController, Decision, DecisionReason, Seen
from glucotwin.control.python_controller import AbstractPythonController, AnyPythonController
from glucotwin.control.setting import SLOTS, TherapySetting
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.testing.python_controller import python_failures

NAN = float("nan")
READINGS_MGDL = (120.0, 180.0, 260.0, 390.0, NAN, NAN, 90.0, 65.0, 45.0, 39.0, NAN, 100.0)
MEAL_AT = 2
TOLERANCE_U = 1e-9
FIELDS = ("rate_u_per_h", "bolus_u", "long_acting_u", "glucagon_mg", "proposed_carbs_g")

Check = Callable[[AnyController], str]


def check_controller(controller: AnyController | AnyPythonController) -> None:
    """Passes when a controller behaves as the closed loop relies on.

    What it decides is finite, and injections, glucagon and carbohydrate are not negative, through missing, very high
    and very low readings; the same state and sight give the same decision; several people get what each would get
    alone; and every reason is a ``DecisionReason``. The state of one that compiles also keeps shapes and types.

    Args:
        controller: with its tuning.

    Raises:
        ModelError: it does not; names the check and the figure.
    """
    if isinstance(controller, AbstractPythonController):
        found = python_failures(controller, probing_setting(), probing_sights())
    else:
        found = {name: check(controller) for name, check in CHECKS.items()}
    failures = [f"{name}: {text}" for name, text in found.items() if text]
    if failures:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"The controller {type(controller).__name__} fails {len(failures)} of {len(found)} checks: "
            f"{'; '.join(failures)}.",
            hint="See docs/how-to/write-a-controller.md for what the closed loop relies on.",
        )


def probing_setting(basal_u_per_h: float = 1.0) -> TherapySetting:
    """Plain settings of an adult, the same all day."""
    constant = {"basal_u_per_h": basal_u_per_h, "carb_ratio_g_per_u": 10.0}
    slots = {**constant, "correction_factor_mgdl_per_u": 50.0, "target_mgdl": 110.0}
    scalars = {"insulin_duration_min": 360.0, "insulin_peak_min": 75.0, "daily_insulin_u": 48.0, "weight_kg": 75.0}
    return TherapySetting(
        **{name: jnp.full(SLOTS, value, dtype=jnp.float64) for name, value in slots.items()},
        **{name: jnp.asarray(value) for name, value in scalars.items()},
    )


def probing_sights() -> list[Seen]:
    """An hour with a meal, readings at both ends of the range, and none."""
    sights: list[Seen] = []
    for index, glucose in enumerate(READINGS_MGDL):
        quiet = dict.fromkeys(Seen.__dataclass_fields__, 0.0)
        clock = {"minute": 5.0 * index, "minute_of_day": 1320.0 + 5.0 * index}
        told = {"announced_carbs_g": 50.0 if index == MEAL_AT else 0.0, "delivered_basal_u": 1.0 / 12.0}
        values = {**quiet, **clock, **told, "glucose_mgdl": glucose}
        sights.append(Seen(**{name: jnp.asarray(value, dtype=jnp.float64) for name, value in values.items()}))
    return sights


def _run(controller: AnyController) -> list[Decision]:
    state, made = controller.initial_state(probing_setting()), []
    step = eqx.filter_jit(controller.step)
    for sight in probing_sights():
        state, decision = step(state, sight)
        made.append(decision)
    return made


def _check_state(controller: AnyController) -> str:
    before = controller.initial_state(probing_setting())
    after, _ = eqx.filter_eval_shape(controller.step, before, probing_sights()[0])
    if jax.tree.structure(before) != jax.tree.structure(after):
        return "a step gives a state of another structure"
    kinds = [(jnp.shape(one), jnp.asarray(one).dtype) for one in jax.tree.leaves(eqx.filter(before, eqx.is_array))]
    later = [(one.shape, one.dtype) for one in jax.tree.leaves(after) if hasattr(one, "shape")]
    return "" if kinds == later else "a step changes the shape or type of its state"


def _check_decisions(controller: AnyController) -> str:
    reasons = {int(one) for one in DecisionReason}
    for index, decision in enumerate(_run(controller)):
        for name in FIELDS:
            value = float(getattr(decision, name))
            if not np.isfinite(value):
                return f"{name} is {value} at reading {READINGS_MGDL[index]}"
            if name not in ("rate_u_per_h", "bolus_u") and value < 0.0:
                return f"{name} is {value}"
        if int(decision.reason) not in reasons:
            return f"the reason {int(decision.reason)} is none"
    return ""


def _check_repeatable(controller: AnyController) -> str:
    first, second = (
        np.array([[float(getattr(one, name)) for name in FIELDS] for one in _run(controller)]) for _ in "ab"
    )
    return "" if np.array_equal(first, second) else "the same run twice decides differently"


def _check_mapped(controller: AnyController) -> str:
    settings = jax.tree.map(lambda *leaves: jnp.stack(leaves), probing_setting(0.6), probing_setting(1.4))
    states = jax.vmap(controller.initial_state)(settings)
    sight = probing_sights()[1]
    _, made = jax.vmap(controller.step, in_axes=(0, None))(states, sight)
    _, alone = eqx.filter_jit(controller.step)(controller.initial_state(probing_setting(1.4)), sight)
    for name in FIELDS:
        off = abs(float(getattr(made, name)[1]) - float(getattr(alone, name)))
        if off > TOLERANCE_U:
            return f"{name} is {off} off among several people"
    return ""


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "state": _check_state,
        "decisions": _check_decisions,
        "repeatable": _check_repeatable,
        "mapped": _check_mapped,
    }
)
"""Every check by name; each gives what is wrong, or nothing."""
