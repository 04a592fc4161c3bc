"""A device's chance numbers of a minute, all at once: one minute costs few hashes."""

import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, UInt
from glucotwin.core.random import minute_key

SMALLEST = 1e-12
"""Keeps quantiles finite."""


def chance_of(key_data: UInt[Array, "words"], minute: Int[Array, ""], count: int) -> Float[Array, " count"]:
    """Uniform numbers within 0 and 1, the same for the same minute.

    Args:
        key_data: of the device's stream.
        minute: minutes since 1970 UTC.
        count: how many.
    """
    key = minute_key(jax.random.wrap_key_data(key_data), minute)
    return jax.random.uniform(key, (count,), minval=SMALLEST, maxval=1.0 - SMALLEST)


def normal_of(uniform: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """The standard normal quantile of a uniform number."""
    return jnp.sqrt(2.0) * jax.lax.erf_inv(2.0 * uniform - 1.0)


def exponential_of(uniform: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """The quantile of the exponential distribution with mean 1."""
    return -jnp.log1p(-uniform)


def row_of(uniform: Float[Array, ""], rows: int) -> Int[Array, ""]:
    """One of so many rows."""
    return jnp.minimum((uniform * rows).astype(jnp.int64), rows - 1)
