"""A linearly implicit step for stiff equations: RODAS3, third order, L-stable.

Sandu et al., Atmos Environ 1997;31:3459-72. Coefficients in the form that needs no product with the Jacobian.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.scipy.linalg import lu_factor, lu_solve

from glucotwin.core.array import Array, Float

Rate = Callable[[Float[Array, " states"]], Float[Array, " states"]]
_Row = tuple[Array, Array, Array]

GAMMA = 0.5
AHEAD = ((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), (2.0, 0.0, 0.0, 0.0), (2.0, 0.0, 1.0, 0.0))
"""By how much of each stage before (columns) a stage (rows) asks for the rate ahead."""
CORRECTIONS = ((0.0, 0.0, 0.0, 0.0), (4.0, 0.0, 0.0, 0.0), (1.0, -1.0, 0.0, 0.0), (1.0, -1.0, -8.0 / 3.0, 0.0))
"""How much of each stage before enters a stage, over the step's length."""
WEIGHTS = (2.0, 0.0, 1.0, 1.0)


def rosenbrock_step(
    rate: Rate, state: Float[Array, " states"], length: Float[Array, ""] | float
) -> Float[Array, " states"]:
    """The state after one step.

    Args:
        rate: change of the state; does not depend on time but through the state.
        state: at the step's start.
        length: of the step, in the unit of time of ``rate``.
    """
    jacobian = jax.jacfwd(rate)(state)
    factors = lu_factor(jnp.eye(state.size) / (GAMMA * length) - jacobian)

    def stage(before: Float[Array, "stages states"], row: _Row) -> tuple[Float[Array, "stages states"], None]:
        place, ahead, corrections = row
        right = rate(state + ahead @ before) + (corrections / length) @ before
        return before.at[place].set(lu_solve(factors, right)), None

    none = jnp.zeros((len(WEIGHTS), state.size))
    # Stage by stage in a loop: the rate, which may be long, is compiled once.
    rows = (jnp.arange(len(WEIGHTS)), jnp.asarray(AHEAD), jnp.asarray(CORRECTIONS))
    stages, _ = jax.lax.scan(stage, none, rows)
    return state + jnp.asarray(WEIGHTS) @ stages


def rosenbrock_steps(
    rate: Rate, state: Float[Array, " states"], length: Float[Array, ""] | float, steps: int
) -> Float[Array, " states"]:
    """The state after some equal steps of ``length`` in all."""
    one = lambda current, _: (rosenbrock_step(rate, current, length / steps), None)  # noqa: E731
    return jax.lax.scan(one, state, None, length=steps)[0]
