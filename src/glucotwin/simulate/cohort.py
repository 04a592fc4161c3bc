"""Cohorts: many subjects through one compiled program, in chunks, on every core."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.reaction import AbstractReactionState, AnyReaction
from glucotwin.simulate.trajectory import DEFAULT_OUTPUTS, Trajectory, check_request, simulate

SMALLEST_CHUNK, LARGEST_CHUNK = 32, 512
"""Subjects per compiled call, always a power of two: few programs serve every cohort, and memory stays bounded.

The last chunk is filled up, and subjects never meet in the arithmetic, so that a result depends neither on how many
others are simulated nor on how many cores there are.
"""

LARGEST_ACCELERATOR_CHUNK = 32_768
"""The same for an accelerator, which takes about as long for one subject as for thousands."""

ACCELERATOR_THREADS = 2

Tree = TypeVar("Tree")


def stack_inputs(inputs: Sequence[Inputs]) -> Inputs:
    """Inputs of several subjects as one record; arrays that are the same for all are kept once.

    Products, medicines, conditions and parameter factors that only some subjects have are filled up for the others.

    Args:
        inputs: one per subject, of the same length.

    Raises:
        ModelError: lengths differ.
    """
    if len({one.minutes for one in inputs}) != 1:
        raise ModelError(ErrorCode.INVALID_VALUE, "Subjects of one cohort need inputs of the same length.")

    def stacked(*arrays: np.ndarray) -> np.ndarray:
        first = np.asarray(arrays[0])
        shared = all(other is first or np.array_equal(first, other) for other in arrays[1:])
        return first if shared else np.stack([np.asarray(one) for one in arrays])

    return jax.tree.map(stacked, *_with_equal_names(inputs))


def _with_equal_names(inputs: Sequence[Inputs]) -> list[Inputs]:
    """The inputs, each with an entry for every name that any of them has."""
    neutral = {"insulin_u_per_min": 0.0, "medication_mg_per_min": 0.0, "condition_level": 0.0, "parameter_factor": 1.0}

    def filled(one: Inputs, field: str) -> dict[str, AnyArray]:
        own = getattr(one, field)
        names = sorted({name for other in inputs for name in getattr(other, field)})
        return {name: own.get(name, np.full(one.minutes, neutral[field])) for name in names}

    return [
        eqx.tree_at(
            lambda record: [getattr(record, field) for field in neutral],
            one,
            [filled(one, field) for field in neutral],
            is_leaf=lambda node: isinstance(node, Mapping),
        )
        for one in inputs
    ]


def simulate_cohort(
    bodies: Body,
    inputs: Inputs,
    *,
    state: BodyState | None = None,
    reaction: AnyReaction | None = None,
    reaction_state: AbstractReactionState | None = None,
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS,
    stride: int = 1,
    workers: int | None = None,
) -> Trajectory:
    """Simulates many subjects of one composition.

    Args:
        bodies: the subjects, stacked (``stack_bodies``): a leading axis on every parameter.
        inputs: shared (axis time), or per subject (axes subject, time); each array may be the one or the other
            (``stack_inputs``).
        state: where to start, with a leading subject axis; default at rest.
        reaction: what each does about the glucose they see, with a leading subject axis; default nothing.
        reaction_state: what each remembers at the start, with a leading subject axis.
        outputs: what to keep: names of signals, of states as ``organ.field``, or of ``reaction.field``.
        stride: keep every so many minutes; must divide their number.
        workers: threads; default one per core, and two for an accelerator. Results do not depend on it.

    Returns:
        Outputs of shape ``(subjects, points)`` on the host.

    Raises:
        ModelError: an output does not exist, the stride does not divide the minutes, or the inputs hold an insulin
            product that the bodies have no depot for.
    """
    first_body, first_reaction = jax.tree.map(lambda leaf: leaf[0], (bodies, reaction))
    check_request(first_body, inputs, outputs, stride, reaction=first_reaction)
    subjects = int(jax.tree.leaves(bodies)[0].shape[0])
    threads, width = _division(subjects, workers)
    host_inputs, own = _on_host(inputs), _on_host((bodies, state, reaction, reaction_state))

    def run(first: int) -> Trajectory:
        rows = _rows(first, width, subjects)
        chunk = _simulate_chunk(
            jax.tree.map(lambda leaf: leaf[rows], own),
            jax.tree.map(lambda leaf: leaf[rows] if leaf.ndim > 1 else leaf, host_inputs),
            outputs,
            stride,
        )
        kept = min(width, subjects - first)
        return jax.tree.map(lambda leaf: _host_array(leaf)[:kept], chunk)

    with ThreadPoolExecutor(threads) as pool:
        chunks = list(pool.map(run, range(0, subjects, width)))
    joined = jax.tree.map(_joined, *chunks)
    return eqx.tree_at(lambda one: one.t_min, joined, joined.t_min[0])


def _division(subjects: int, workers: int | None) -> tuple[int, int]:
    """Threads, and subjects per call."""
    if jax.default_backend() == "cpu":
        threads = workers or os.cpu_count() or 1
        return threads, chunk_width(subjects, threads)
    # One call fills an accelerator; the other threads copy what comes next and what is done.
    return workers or ACCELERATOR_THREADS, chunk_width(subjects, 1, largest=LARGEST_ACCELERATOR_CHUNK)


def chunk_width(subjects: int, workers: int, *, largest: int = LARGEST_CHUNK) -> int:
    """Subjects per call: all workers busy, but within the smallest and the largest chunk."""
    share = max(1, -(-subjects // workers))
    return min(largest, max(SMALLEST_CHUNK, 1 << (share - 1).bit_length()))


def _rows(first: int, width: int, subjects: int) -> slice | np.ndarray:
    """A chunk's subjects; the last one again and again where there are none left. A slice copies nothing."""
    whole = slice(first, first + width)
    return whole if whole.stop <= subjects else np.minimum(np.arange(whole.start, whole.stop), subjects - 1)


Own = tuple[Body, BodyState | None, AnyReaction | None, AbstractReactionState | None]


@eqx.filter_jit
def _simulate_chunk(own: Own, inputs: Inputs, outputs: tuple[str, ...], stride: int) -> Trajectory:
    axes = jax.tree.map(lambda leaf: 0 if leaf.ndim > 1 else None, inputs)

    def one(mine: Own, given: Inputs) -> Trajectory:
        body, state, reaction, remembered = mine
        return simulate(
            body, given, state=state, reaction=reaction, reaction_state=remembered, outputs=outputs, stride=stride
        )

    return jax.vmap(one, in_axes=(0, axes))(own, inputs)


def _on_host(tree: Tree) -> Tree:
    return jax.tree.map(_host_array, tree)


def _host_array(leaf: AnyArray) -> AnyArray:
    """The array on the host; a random key stays what it is, since the host has no type for it."""
    return leaf if _is_key(leaf) else np.asarray(leaf)


def _joined(*parts: AnyArray) -> AnyArray:
    return jnp.concatenate(parts) if _is_key(parts[0]) else np.concatenate(parts)


def _is_key(leaf: AnyArray) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def subject_of(trajectory: Trajectory, index: int) -> Trajectory:
    """One subject's trajectory out of a cohort's."""
    return Trajectory(
        t_min=trajectory.t_min,
        outputs={name: values[index] for name, values in trajectory.outputs.items()},
        final_state=jax.tree.map(lambda leaf: jnp.asarray(leaf[index]), trajectory.final_state),
    )
