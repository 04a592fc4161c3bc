"""Named random streams: what is drawn depends on seed, subject, stream and absolute time, never on batch or order."""

import zlib
from collections.abc import Iterable

import jax
import numpy as np

from glucotwin.core.array import PRNGKeyArray, UInt


def root_key(seed: int) -> PRNGKeyArray:
    """The key from which every stream of a run is derived."""
    return jax.random.key(seed)


def stream_key(key: PRNGKeyArray, *, subject: str, stream: str) -> PRNGKeyArray:
    """The key of one subject's named stream, e.g. ``sensor-noise``."""
    return jax.random.fold_in(jax.random.fold_in(key, name_hash(subject)), name_hash(stream))


def stream_keys(seed: int, subjects: Iterable[str], *, stream: str) -> UInt[np.ndarray, "subjects words"]:
    """Key data of each subject's named stream, on the host."""
    root = root_key(seed)
    return np.stack([np.asarray(jax.random.key_data(stream_key(root, subject=one, stream=stream))) for one in subjects])


def minute_key(key: PRNGKeyArray, minute_utc: int | jax.Array) -> PRNGKeyArray:
    """The key of one absolute UTC minute (minutes since 1970) in a stream."""
    return jax.random.fold_in(key, minute_utc)


def name_hash(name: str) -> int:
    """The number under which a name is folded into a key."""
    return zlib.crc32(name.encode())
