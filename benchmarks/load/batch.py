"""What one process does for many people at once: the filter's step and the look-ahead of four hours, in chunks.

    uv run python benchmarks/load/batch.py TWIN TIMELINE [--people 1000,10000] [--chunk 500] [--draws 1]

A round is one reading of everybody: each chunk is filtered and looked ahead from as the readings of its people lie
there, so a person's wait is the time to the end of their chunk. Nothing is read from or written to a database.
"""

import argparse
import json
import time
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.domain.archive import load_timeline
from glucotwin.domain.inputs import Inputs
from glucotwin.twin.archive import load_twin
from glucotwin.twin.filter import Ahead, look_ahead
from glucotwin.twin.online.follow import follow
from glucotwin.twin.online.step import Observation, OnlineState, Tracked, step, track

AHEAD_STEPS = 48
ROUNDS = 3


@eqx.filter_jit
def reflect(tracked: Tracked, state: OnlineState, seen: Observation) -> tuple[OnlineState, Ahead]:
    """The step and the look-ahead of a chunk of people, each with their own draws."""

    def one(own: Tracked, now: OnlineState, reading: Observation) -> tuple[OnlineState, Ahead]:
        after, _ = step(own, now, reading)
        future: Inputs = jax.tree.map(lambda value: jnp.broadcast_to(value, (AHEAD_STEPS,)), reading.inputs)
        ahead = jax.vmap(lambda body, noise, belief: look_ahead(body, noise, belief, future))(
            own.body, own.noise, after.belief
        )
        return after, ahead

    return eqx.filter_vmap(one)(tracked, state, seen)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("twin", type=Path)
    parser.add_argument("timeline", type=Path)
    parser.add_argument("--people", default="100,1000,10000")
    parser.add_argument("--chunk", type=int, default=500)
    parser.add_argument("--draws", type=int, default=1)
    arguments = parser.parse_args()
    twin, timeline = load_twin(arguments.twin), load_timeline(arguments.timeline)
    followed = follow(twin, timeline, draws=arguments.draws).followed
    seen = Observation(
        inputs=followed.rows.cut(0, 1).inputs().map(lambda values: jnp.asarray(values)[0]),
        readings=jax.tree.map(lambda values: jnp.asarray(values)[0], followed.rows.cut(0, 1).readings()),
    )
    alike = (track(twin, draws=arguments.draws), jax.tree.map(jnp.asarray, followed.state), seen)
    answer = [round_of(alike, int(people), arguments.chunk) for people in arguments.people.split(",")]
    print(json.dumps({"draws": arguments.draws, "rounds": answer}, indent=2))


def round_of(alike: tuple[Tracked, OnlineState, Observation], people: int, chunk: int) -> dict[str, float]:
    """A round of so many people, after compilation."""
    size = min(chunk, people)
    copies = [
        jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (size, *leaf.shape)) if eqx.is_array(leaf) else leaf, one)
        for one in alike
    ]
    jax.block_until_ready(reflect(*copies))
    waits: list[float] = []
    begun, begun_cpu = time.perf_counter(), time.process_time()
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(0, people, size):
            jax.block_until_ready(reflect(*copies))
            waits += [time.perf_counter() - start] * size
    took, spent = time.perf_counter() - begun, time.process_time() - begun_cpu
    return {
        "people": people,
        "readings_per_s": round(ROUNDS * people / took),
        "readings_per_processor_s": round(ROUNDS * people / spent),
        "to_forecast_p50_ms": round(1e3 * float(np.median(waits)), 1),
        "to_forecast_p99_ms": round(1e3 * float(np.quantile(waits, 0.99)), 1),
    }


if __name__ == "__main__":
    main()
