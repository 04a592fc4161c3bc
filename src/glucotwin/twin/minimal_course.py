"""What inputs alone determine in the minimal body, exactly: insulin action and glucose appearance over the steps."""

from typing import NamedTuple

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.unit import PMOL_PER_U, PMOLL_PER_MUL
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import (
    MinimalGlucose,
    MinimalGut,
    MinimalPlasmaInsulin,
    MinimalSubcutis,
)
from glucotwin.twin.chain import Propagator, propagator, run_chain
from glucotwin.twin.state_space import STEP_MIN


class Organs(NamedTuple):
    """The organs of a minimal body."""

    subcutis: MinimalSubcutis
    plasma: MinimalPlasmaInsulin
    gut: MinimalGut
    glucose: MinimalGlucose


KINDS = (MinimalSubcutis, MinimalPlasmaInsulin, MinimalGut, MinimalGlucose)


class OverStep(NamedTuple):
    """A quantity at the start, the middle and the end of every step."""

    start: Float[Array, "step *lane"]
    middle: Float[Array, "step *lane"]
    end: Float[Array, "step *lane"]


class Course(NamedTuple):
    """What acts on glucose, whatever glucose is."""

    action_per_min: OverStep
    appearance_mgdl_per_min: OverStep


def has_closed_form(body: Body, inputs: Inputs) -> bool:
    """Whether a body is the minimal one, with nothing added and no parameter that changes over time."""
    return tuple(type(organ) for organ in body.organs) == KINDS and not inputs.parameter_factor


def minimal_organs(body: Body) -> Organs:
    """The organs of a minimal body.

    Raises:
        ModelError: it is another body.
    """
    match body.organs:
        case (
            MinimalSubcutis() as subcutis,
            MinimalPlasmaInsulin() as plasma,
            MinimalGut() as gut,
            MinimalGlucose() as glucose,
        ):
            return Organs(subcutis, plasma, gut, glucose)
        case _:
            raise ModelError(ErrorCode.INVALID_VALUE, f"The body {body.name} has no closed form.")


def minimal_course(organs: Organs, inputs: Inputs) -> Course:
    """The course from rest.

    Args:
        organs: of the person's body.
        inputs: rates held over each step, axes step and then lanes that are worked out side by side.
    """
    return Course(action_per_min=_action(organs, inputs), appearance_mgdl_per_min=_appearance(organs, inputs))


def _action(organs: Organs, inputs: Inputs) -> OverStep:
    insulin = jnp.asarray(inputs.total_insulin_u_per_min())
    one = jnp.ones(insulin.shape[1:])
    depot, plasma = organs.subcutis.initial_state(), organs.plasma.initial_state()
    whole = propagator(_insulin_rates(organs), STEP_MIN)
    amounts = (depot.site_u, depot.first_depot_u, depot.second_depot_u, plasma.insulin_pmol)
    chain = run_chain(_without_action(whole), [value * one for value in amounts], [insulin])
    drivers = [*(values[:-1] for values in chain), insulin, jnp.ones_like(insulin)]
    columns = [*range(ACTION), ACTION + 1, ACTION + 2]
    # Sensitivity is held over a step, and action is proportional to it.
    sensitivity = organs.glucose.sensitivity_at(jnp.asarray(inputs.minute_of_day))
    middle, end = (
        sensitivity * sum((row[j] * one for j, one in zip(columns, drivers, strict=True)), start=jnp.zeros(()))
        for row in (whole.middle[ACTION], whole.end[ACTION])
    )
    decay = jnp.stack([whole.end[ACTION, ACTION], jnp.ones(())])[None]
    (action,) = run_chain(decay, [0.0 * one], [end])
    return OverStep(action[:-1], whole.middle[ACTION, ACTION] * action[:-1] + middle, action[1:])


ACTION = 4
"""Row of insulin action among the compartments that insulin passes."""


def _insulin_rates(organs: Organs) -> Float[Array, "compartment column"]:
    """Site, two depots, plasma and action at sensitivity 1; then the dose in U/min and a constant 1."""
    subcutis, plasma, glucose = organs.subcutis, organs.plasma, organs.glucose
    per_mul = 1.0 / (plasma.volume_l_per_kg * plasma.weight_kg * PMOLL_PER_MUL)
    leaving = (1.0 / subcutis.delay_min, subcutis.transfer_per_min, subcutis.absorption_per_min)
    entries = {
        (0, 0): -leaving[0],
        (0, ACTION + 1): 1.0,
        (1, 0): leaving[0],
        (1, 1): -leaving[1],
        (2, 1): leaving[1],
        (2, 2): -leaving[2],
        (3, 2): leaving[2] * PMOL_PER_U,
        (3, 3): -plasma.clearance_per_min,
        (ACTION, 3): glucose.action_rate_per_min * per_mul,
        (ACTION, ACTION): -glucose.action_rate_per_min,
        (ACTION, ACTION + 2): -glucose.action_rate_per_min * glucose.basal_insulin_pmoll / PMOLL_PER_MUL,
    }
    return _matrix(entries, (ACTION + 1, ACTION + 3))


def _without_action(whole: Propagator) -> Float[Array, "compartment column"]:
    """The step of what insulin passes before it acts."""
    return jnp.concatenate([whole.end[:ACTION, :ACTION], whole.end[:ACTION, ACTION + 1 : ACTION + 2]], axis=1)


def _appearance(organs: Organs, inputs: Inputs) -> OverStep:
    carbs = jnp.asarray(inputs.carbs_g_per_min)
    gut, glucose = organs.gut, organs.glucose
    whole = propagator(_gut_rates(gut), STEP_MIN)
    chain = run_chain(whole.end, [jnp.zeros(carbs.shape[1:])] * 3, [carbs])
    columns = [*(values[:-1] for values in chain), carbs]
    middle = sum((whole.middle[2, j] * one for j, one in enumerate(columns)), start=jnp.zeros(()))
    share = gut.bioavailability * gut.absorption_per_min / (glucose.weight_kg * glucose.volume_dl_per_kg)
    return OverStep(share * chain[2][:-1], share * middle, share * chain[2][1:])


def _gut_rates(gut: MinimalGut) -> Float[Array, "compartment column"]:
    """Solid, liquid and absorbable glucose in mg; then what is eaten in g/min."""
    entries = {
        (0, 0): -gut.emptying_per_min,
        (0, 3): 1000.0,
        (1, 0): gut.emptying_per_min,
        (1, 1): -gut.emptying_per_min,
        (2, 1): gut.emptying_per_min,
        (2, 2): -gut.absorption_per_min,
    }
    return _matrix(entries, (3, 4))


def _matrix(entries: dict[tuple[int, int], Array | float], shape: tuple[int, int]) -> Float[Array, "row column"]:
    rows = [[jnp.asarray(entries.get((i, j), 0.0)) for j in range(shape[1])] for i in range(shape[0])]
    return jnp.stack([jnp.stack(row) for row in rows])
