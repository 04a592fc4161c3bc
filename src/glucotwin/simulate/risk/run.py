"""Runs Tidepool's risk scenarios: the body is told the truth, Loop what the pump and the sensor say.

As in the original, a decision is taken every 5 min and its rate holds until the next; the sensor is ideal from the
start on, and shows the scenario's own history before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.core.error import DataError
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState, stack_bodies
from glucotwin.scenario.risk_set import RiskSimulation
from glucotwin.simulate.risk.arm import ArmRun, RiskCourse
from glucotwin.simulate.risk.schedule import STEP_MIN, SettingsNow
from glucotwin.simulate.solver import step_minutes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskRun:
    """What became of arms.

    Attributes:
        courses: of those that were run.
        left_out: those that ask for what this simulator has not (meals of different absorption times at once, an
            insulin curve without a model, Loop without its retrospective correction), by name, with why.
    """

    courses: tuple[RiskCourse, ...]
    left_out: Mapping[str, str]


def run_risk(simulations: Sequence[RiskSimulation], *, progress: ProgressCallback = silent) -> RiskRun:
    """Run arms, all side by side.

    Args:
        simulations: arms of one duration or several.
        progress: told how far the hours have come.
    """
    runs: list[ArmRun] = []
    left_out: dict[str, str] = {}
    for one in simulations:
        try:
            runs.append(ArmRun(one))
        except DataError as error:
            left_out[one.name] = str(error)
    return RiskRun(courses=_run(runs, progress) if runs else (), left_out=left_out)


def _run(runs: Sequence[ArmRun], progress: ProgressCallback) -> tuple[RiskCourse, ...]:
    bodies = stack_bodies([run.body for run in runs])
    state = _rest(bodies, jnp.asarray([run.told_at(0).basal_u_per_h for run in runs]) / 60.0)
    last = max(run.steps for run in runs)
    for step in range(last + 1):
        glucose, on_board = (np.asarray(one) for one in _observe(bodies, state))
        acts = [run.act(step, float(glucose[row]), float(on_board[row])) for row, run in enumerate(runs)]
        doses, carbs = (jnp.asarray(column) for column in zip(*acts, strict=True))
        state = _advance(bodies, _parameters([run.truth_at(step) for run in runs]), state, doses, carbs)
        progress("Running the scenarios", (step + 1) / (last + 1))
    return tuple(run.course() for run in runs)


def _parameters(now: Sequence[SettingsNow]) -> dict[str, Float[Array, " run"]]:
    factors = jnp.asarray([one.correction_factor_mgdl_per_u for one in now])
    return {
        "subcutis.basal_u_per_min": jnp.asarray([one.basal_u_per_h for one in now]) / 60.0,
        "subcutis.correction_factor_mgdl_per_u": factors,
        "gut.correction_factor_mgdl_per_u": factors,
        "gut.carb_ratio_g_per_u": jnp.asarray([one.carb_ratio_g_per_u for one in now]),
        "glucose.correction_factor_mgdl_per_u": factors,
    }


@eqx.filter_jit
def _rest(bodies: Body, pump_u_per_min: Float[Array, " run"]) -> BodyState:
    """At rest, with the insulin on board that the pump's own schedule keeps there."""

    def one(body: Body, rate: Float[Array, ""]) -> BodyState:
        return body.with_parameters({"subcutis.basal_u_per_min": rate}).initial_state()

    return jax.vmap(one)(bodies, pump_u_per_min)


@eqx.filter_jit
def _observe(bodies: Body, state: BodyState) -> tuple[Float[Array, " run"], Float[Array, " run"]]:
    """True glucose and insulin on board."""
    del bodies
    depot = state["subcutis"]
    return state["glucose"].glucose_mgdl, depot.first_u + depot.second_u  # pyright: ignore[reportAttributeAccessIssue]


@eqx.filter_jit
def _advance(
    bodies: Body,
    parameters: Mapping[str, Float[Array, " run"]],
    state: BodyState,
    dose_u_per_min: Float[Array, " run"],
    carbs_g_per_min: Float[Array, " run"],
) -> BodyState:
    """Five minutes on, with the settings of now."""
    quiet = constant_inputs(1).map(lambda values: jnp.asarray(values)[0])

    def one(
        body: Body,
        own: Mapping[str, Float[Array, ""]],
        now: BodyState,
        dose: Float[Array, ""],
        carbs: Float[Array, ""],
    ) -> BodyState:
        given: Inputs = eqx.tree_at(
            lambda inputs: (inputs.carbs_g_per_min, inputs.insulin_u_per_min), quiet, (carbs, {"rapid": dose})
        )
        changed = body.with_parameters(own)
        return jax.lax.fori_loop(0, STEP_MIN, lambda _, before: step_minutes(changed, before, given), now)

    return jax.vmap(one)(bodies, dict(parameters), state, dose_u_per_min, carbs_g_per_min)
