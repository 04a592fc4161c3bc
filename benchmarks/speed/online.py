"""Time of one update of the online filter: one person, and per person in a batch.

    uv run python benchmarks/speed/online.py TWIN TIMELINE [--people 1000]

Median over the steps of a day after compilation; processor time is told beside the clock's.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.domain.archive import load_timeline
from glucotwin.twin.archive import load_twin
from glucotwin.twin.online.follow import follow
from glucotwin.twin.online.step import ONLINE_DRAWS, Observation, OnlineState, Tracked, next_step, track, track_points

STEPS = 100


def timed(update: Callable[[OnlineState], OnlineState], state: OnlineState) -> dict[str, float]:
    """Median milliseconds of an update."""
    state = jax.block_until_ready(update(state))
    clock, processor = [], []
    for _ in range(STEPS):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        state = jax.block_until_ready(update(state))
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - begin_cpu)
    return {"clock_ms": 1e3 * float(np.median(clock)), "processor_ms": 1e3 * float(np.median(processor))}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("twin", type=Path)
    parser.add_argument("timeline", type=Path)
    parser.add_argument("--people", type=int, default=1000)
    arguments = parser.parse_args()
    twin, timeline = load_twin(arguments.twin), load_timeline(arguments.timeline)
    followed = follow(twin, timeline).followed
    seen = Observation(
        inputs=followed.rows.cut(0, 1).inputs().map(lambda values: jnp.asarray(values)[0]),
        readings=jax.tree.map(lambda values: jnp.asarray(values)[0], followed.rows.cut(0, 1).readings()),
    )
    single = track(twin)
    answer: dict[str, object] = {
        f"one person, {ONLINE_DRAWS} draws": timed(lambda state: next_step(single, state, seen)[0], followed.state)
    }
    middle = track_points(twin, jnp.asarray(twin.posterior.mean)[None])
    one = jax.tree.map(jnp.asarray, follow(twin, timeline, draws=1).followed.state)

    def copies(leaf: jax.Array) -> jax.Array:
        return jnp.broadcast_to(leaf, (arguments.people, *leaf.shape))

    many = jax.tree.map(lambda leaf: copies(leaf) if eqx.is_array(leaf) else leaf, middle)
    states, observations = jax.tree.map(copies, one), jax.tree.map(copies, seen)

    @eqx.filter_jit
    def batch(tracked: Tracked, state: OnlineState, observation: Observation) -> OnlineState:
        return eqx.filter_vmap(next_step)(tracked, state, observation)[0]

    together = timed(lambda state: batch(many, state, observations), states)
    answer[f"per person of {arguments.people}, 1 draw"] = {
        name: value / arguments.people for name, value in together.items()
    }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
