"""The plan of basal rates that keeps glucose in a zone, and above a low with a given chance."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.control.zone_mpc.outlook import BLOCKS, STEPS, Outlook
from glucotwin.core.array import Array, Float

ITERATIONS = 60


class Zone(eqx.Module):
    """Where glucose should be.

    Attributes:
        low_mgdl, high_mgdl: the zone; inside it nothing is to be gained.
    """

    low_mgdl: Float[Array, ""]
    high_mgdl: Float[Array, ""]


class Weights(eqx.Module):
    """What a plan is judged by, in mg/dL squared.

    Attributes:
        below: of a step below the zone, against one above it.
        risk: of a step in which the lower bound of glucose is below ``floor_mgdl``.
        floor_mgdl: the low to stay above.
        deviates: how many standard deviations below the mean the bound is.
        effort: of insulin away from the schedule, as the fall of glucose that it means.
    """

    below: Float[Array, ""]
    risk: Float[Array, ""]
    floor_mgdl: Float[Array, ""]
    deviates: Float[Array, ""]
    effort: Float[Array, ""]


def cost(beyond_u_per_h: Float[Array, " block"], outlook: Outlook, zone: Zone, weights: Weights) -> Float[Array, ""]:
    """What a plan costs: convex, since the mean is linear in the plan and the standard deviation a norm of it.

    Args:
        beyond_u_per_h: rates beyond the schedule.
        outlook: where glucose goes.
        zone: where it should be.
        weights: of the parts.
    """
    mean, sd = outlook.mean_mgdl(beyond_u_per_h), outlook.sd_mgdl(beyond_u_per_h)
    above = jnp.maximum(mean - zone.high_mgdl, 0.0) ** 2
    below = jnp.maximum(zone.low_mgdl - mean, 0.0) ** 2
    risk = jnp.maximum(weights.floor_mgdl - (mean - weights.deviates * sd), 0.0) ** 2
    effort = (beyond_u_per_h * fall_mgdl_per_u_per_h(outlook)) ** 2
    return jnp.mean(above + weights.below * below + weights.risk * risk) + weights.effort * jnp.mean(effort)


def fall_mgdl_per_u_per_h(outlook: Outlook) -> Float[Array, ""]:
    """By how much one U/h in the first block lowers glucose at the horizon."""
    return jnp.maximum(-outlook.plan_mgdl_per_u_per_h[0, -1, 0], 1e-3)


def best_plan(
    outlook: Outlook,
    zone: Zone,
    weights: Weights,
    *,
    least_u_per_h: Float[Array, ""],
    most_u_per_h: Float[Array, ""],
    start_u_per_h: Float[Array, " block"],
) -> Float[Array, " block"]:
    """Rates beyond the schedule of least cost between two bounds, by accelerated projected gradients.

    Source: Beck and Teboulle, SIAM J Imaging Sci 2009;2:183-202 (FISTA); a fixed number of steps, so that it compiles
    and costs the same for everybody.

    Args:
        outlook: where glucose goes.
        zone: where it should be.
        weights: of the cost.
        least_u_per_h: lower bound of each rate beyond the schedule.
        most_u_per_h: upper bound.
        start_u_per_h: where to begin, such as the last plan.
    """
    scale = 1.0 / fall_mgdl_per_u_per_h(outlook)
    ways = outlook.plan_mgdl_per_u_per_h * scale
    # Largest curvature of the cost in scaled rates: each part is a square of a function with this slope.
    steepness = (weights.below + 1.0) * ways[0] ** 2
    steepness += weights.risk * (jnp.abs(ways[0]) + weights.deviates * jnp.sqrt(jnp.sum(ways[1:] ** 2, axis=0))) ** 2
    curvature = 2.0 * (jnp.sum(steepness) / STEPS + weights.effort / BLOCKS)
    slope = jax.grad(lambda scaled: cost(scaled * scale, outlook, zone, weights))
    least, most = least_u_per_h / scale, most_u_per_h / scale

    def improve(_: int, now: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        plan, ahead, momentum = now
        better = jnp.clip(ahead - slope(ahead) / curvature, least, most)
        after = 0.5 * (1.0 + jnp.sqrt(1.0 + 4.0 * momentum**2))
        return better, better + (momentum - 1.0) / after * (better - plan), after

    first = jnp.clip(start_u_per_h / scale, least, most)
    plan, _, _ = jax.lax.fori_loop(0, ITERATIONS, improve, (first, first, jnp.ones(())))
    return plan * scale
