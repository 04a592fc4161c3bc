"""Named random streams of many people at once: the same draws whoever else is drawn, and on whichever days."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtr, ndtri

from glucotwin.core.array import Array
from glucotwin.core.random import name_hash, root_key

NUMBERS: Final = 16
"""Random numbers per person, stream and day; a fixed count, so that using one more never changes the others."""

CUT_SD: Final = 2.5
"""Normal variates are cut here: nobody has breakfast at midnight."""


@dataclass(frozen=True, kw_only=True)
class PersonStreams:
    """The streams of several people.

    Attributes:
        seed: of the run.
        names: one per person; with the seed they alone decide what is drawn.
    """

    seed: int
    names: tuple[str, ...]

    @cached_property
    def keys(self) -> Array:
        """One key per person: what ``stream_key`` folds in first."""
        hashes = np.array([name_hash(name) for name in self.names], dtype=np.uint32)
        return jax.vmap(jax.random.fold_in, in_axes=(None, 0))(root_key(self.seed), hashes)

    def uniform(self, stream: str, index: np.ndarray) -> np.ndarray:
        """Uniform numbers of a named stream.

        Args:
            stream: its name.
            index: whole numbers, shape ``(n,)`` for all people or ``(people, n)``: the absolute local day, or the
                number of a cycle.

        Returns:
            Shape ``(people, n, NUMBERS)``, within [0, 1).
        """
        folded = np.broadcast_to(np.asarray(index), (len(self.names), np.shape(index)[-1])).astype(np.uint32)
        name = jnp.asarray(name_hash(stream), dtype=jnp.uint32)
        return np.asarray(_uniform(self.keys, name, jnp.asarray(folded)))

    def once(self, stream: str) -> np.ndarray:
        """Uniform numbers drawn once per person, shape ``(people, NUMBERS)``."""
        return self.uniform(stream, np.zeros(1, dtype=np.int64))[:, 0]


@jax.jit
def _uniform(keys: Array, stream: Array, index: Array) -> Array:
    own = jax.vmap(jax.random.fold_in, in_axes=(0, None))(keys, stream)

    def one(key: Array, at: Array) -> Array:
        return jax.random.uniform(jax.random.fold_in(key, at), (NUMBERS,), dtype=jnp.float64)

    return jax.vmap(jax.vmap(one, in_axes=(None, 0)))(own, index)


def normal(uniform: np.ndarray, *, cut_sd: float = CUT_SD) -> np.ndarray:
    """Standard normal variates from uniform ones, cut off at so many SD on both sides."""
    tail = float(ndtr(-cut_sd))
    return ndtri(tail + uniform * (1.0 - 2.0 * tail))


def log_normal(uniform: np.ndarray, log_sd: float, *, cut_sd: float = CUT_SD) -> np.ndarray:
    """Log-normal factors of mean 1 (before the cut)."""
    return np.exp(log_sd * normal(uniform, cut_sd=cut_sd) - 0.5 * log_sd**2)


def log_normal_about(uniform: np.ndarray, *, median: float, log_sd: float, highest: float) -> np.ndarray:
    """Log-normal amounts about a median, none above the highest (their distribution is cut, not piled up there)."""
    if log_sd == 0.0 or median == 0.0:
        return np.full(np.shape(uniform), min(median, highest))
    reach = float(ndtr(np.log(highest / median) / log_sd))
    return median * np.exp(log_sd * ndtri(np.maximum(uniform, 1e-9) * reach))


def between(uniform: np.ndarray, low: float, high: float) -> np.ndarray:
    """Uniform amounts from low to high."""
    return low + (high - low) * uniform
