"""Chance of people in a trial: numbers that depend on seed, person and stream alone."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from glucotwin.core.random import name_hash, root_key

BATCH_PEOPLE, BATCH_COUNT = 1024, 4
"""Draws are made for this many people, this many numbers each, at a time: one program serves all."""


def person_uniforms(seed: int, people: Sequence[int], *, stream: str, count: int = 1) -> np.ndarray:
    """Numbers between 0 and 1 for each person, ``(people, count)``; never 0 or 1.

    Args:
        seed: of the trial.
        people: their numbers; the same number draws the same in any company.
        stream: what they are for, as ``adherence``; other streams draw independently.
        count: how many for each; the first ones are the same whatever it is.
    """
    key = jax.random.fold_in(root_key(seed), name_hash(stream))
    numbers = np.zeros(-(-max(1, len(people)) // BATCH_PEOPLE) * BATCH_PEOPLE, dtype=np.uint32)
    numbers[: len(people)] = people
    columns = [
        np.concatenate(
            [np.asarray(_uniforms(key, jnp.asarray(batch), block)) for batch in numbers.reshape(-1, BATCH_PEOPLE)]
        )
        for block in range(-(-count // BATCH_COUNT))
    ]
    return np.concatenate(columns, axis=1)[: len(people), :count]


def person_normals(seed: int, people: Sequence[int], *, stream: str, count: int = 1) -> np.ndarray:
    """Standard normal numbers for each person, ``(people, count)``; arguments as for ``person_uniforms``."""
    return ndtri(person_uniforms(seed, people, stream=stream, count=count))


@jax.jit
def _uniforms(key: jax.Array, numbers: jax.Array, block: int) -> jax.Array:
    def of_person(number: jax.Array) -> jax.Array:
        own = jax.random.fold_in(jax.random.fold_in(key, number), block)
        return jax.random.uniform(own, (BATCH_COUNT,), dtype="float64", minval=np.finfo(np.float64).tiny)

    return jax.vmap(of_person)(numbers)
