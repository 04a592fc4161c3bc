"""Conformance check for bodies, one's own or anybody else's."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.trajectory import Trajectory, simulate

MINUTES = 180
MEAL = slice(30, 40)
BOLUS_MINUTE = 30
TOLERANCE_MGDL = 1e-6

Check = Callable[[Body, Inputs], str]


def check_body(body: Body, *, basal_u_per_min: float) -> None:
    """Passes when a body behaves as the rest of GlucoTwin relies on.

    It must rest at its basal rate; stay finite and positive through a meal and a bolus; go on from a snapshot as if it
    had never stopped; give the same in a cohort as alone; know nothing of the calendar year; and have finite gradients
    with respect to all parameters.

    Args:
        body: the subject.
        basal_u_per_min: rate at which it is meant to rest.

    Raises:
        ModelError: it does not; names the check and the figure.
    """
    inputs = probing_inputs(basal_u_per_min)
    resting = constant_inputs(MINUTES, insulin_u_per_min=basal_u_per_min)
    failures = [f"{name}: {text}" for name, check in CHECKS.items() if (text := check(body, inputs))]
    failures += [f"rest: {text}" for text in [_check_rest(body, resting)] if text]
    if failures:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"The body {body.name} fails {len(failures)} of {len(CHECKS) + 1} checks: {'; '.join(failures)}.",
            hint="See docs/how-to/add-an-organ.md for what each check asks.",
        )


def probing_inputs(basal_u_per_min: float) -> Inputs:
    """Three hours with a 50 g meal and a bolus of 100 basal minutes."""
    insulin, carbs = np.full(MINUTES, basal_u_per_min), np.zeros(MINUTES)
    insulin[BOLUS_MINUTE] += 100.0 * basal_u_per_min
    carbs[MEAL] = 5.0
    return constant_inputs(MINUTES, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def _glucose(trajectory: Trajectory) -> np.ndarray:
    return np.asarray(trajectory.outputs["interstitial_mgdl"])


def _check_rest(body: Body, inputs: Inputs) -> str:
    glucose = _glucose(simulate(body, inputs))
    drift = float(np.max(np.abs(glucose - glucose[0])))
    return "" if drift < TOLERANCE_MGDL else f"glucose moves by {drift:.3g} mg/dL at the basal rate"


def _check_finite(body: Body, inputs: Inputs) -> str:
    glucose = _glucose(simulate(body, inputs))
    if not np.all(np.isfinite(glucose)):
        return "glucose is not finite"
    return "" if np.min(glucose) > 0.0 else f"glucose falls to {np.min(glucose):.3g} mg/dL"


def _check_snapshot(body: Body, inputs: Inputs) -> str:
    whole = simulate(body, inputs)
    half = MINUTES // 2
    first = simulate(body, inputs.cut(0, half))
    second = simulate(body, inputs.cut(half, MINUTES), state=first.final_state)
    parts = np.concatenate([_glucose(first)[:-1], _glucose(second)])
    difference = float(np.max(np.abs(_glucose(whole) - parts)))
    return "" if difference < TOLERANCE_MGDL else f"a resumed run differs by {difference:.3g} mg/dL"


def _check_cohort(body: Body, inputs: Inputs) -> str:
    together = simulate_cohort(stack_bodies([body, body]), inputs)
    difference = float(np.max(np.abs(_glucose(together) - _glucose(simulate(body, inputs)))))
    return "" if difference < TOLERANCE_MGDL else f"a cohort differs by {difference:.3g} mg/dL"


def _check_calendar(body: Body, inputs: Inputs) -> str:
    moved = eqx.tree_at(lambda one: one.minute_utc, inputs, inputs.minute_utc + 366 * MINUTES_PER_DAY)
    difference = float(np.max(np.abs(_glucose(simulate(body, inputs)) - _glucose(simulate(body, moved)))))
    return "" if difference < TOLERANCE_MGDL else f"another year differs by {difference:.3g} mg/dL"


def _check_gradient(body: Body, inputs: Inputs) -> str:
    def mean_glucose(values: Mapping[str, Float[Array, ""]]) -> Float[Array, ""]:
        trajectory = simulate(body.with_parameters(values), inputs)
        return jnp.mean(jnp.asarray(trajectory.outputs["interstitial_mgdl"]))

    gradient = jax.grad(mean_glucose)(body.parameters())
    wrong = [name for name, slope in gradient.items() if not np.isfinite(slope)]
    return f"no finite gradient with respect to {wrong[0]}" if wrong else ""


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "finite": _check_finite,
        "snapshot": _check_snapshot,
        "cohort": _check_cohort,
        "calendar": _check_calendar,
        "gradient": _check_gradient,
    }
)
"""Every check by name; it gives back what is wrong, or nothing."""
