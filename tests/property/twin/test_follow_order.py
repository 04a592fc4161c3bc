"""Whatever order records arrive in, and however often the state is stored and read back, the state is the same."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jax
import numpy as np
import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.online.archive import load_followed, save_followed
from glucotwin.twin.online.follow import Followed, follow
from made_up_person import FITTED, START, made_up_timeline, made_up_twin

WHOLE = made_up_timeline()
TWIN = made_up_twin(WHOLE)
DRAWS = 2
FIRST, LAST = FITTED.end - timedelta(days=1), START + timedelta(days=5)
PIECES = 24


def piece(number: int) -> Timeline:
    """What happened in one of the stretches of two hours, basal segments in those in which they began."""
    length = (LAST - FIRST) / PIECES
    window = Window(start=FIRST + number * length, end=FIRST + (number + 1) * length)
    streams = {
        name: frame.filter(pl.col("time").is_between(window.start, window.end, closed="left"))
        for name, frame in WHOLE.streams.items()
    }
    return replace(WHOLE, streams=streams)


def known_of(numbers: list[int]) -> Timeline:
    """The pieces in the order of their arrival, some perhaps more than once."""
    timeline = replace(WHOLE, streams={})
    for number in numbers:
        timeline = timeline.merged(replace(piece(number), settings=()))
    return timeline


def distance(one: Followed, other: Followed) -> float:
    leaves = zip(jax.tree.leaves(one.state), jax.tree.leaves(other.state), strict=True)
    return max(float(np.max(np.abs(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)))) for a, b in leaves)


class Delivery(RuleBasedStateMachine):
    """Pieces of a record arrive in any order, late or twice; the process is restarted now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[int] = []
        self.followed: Followed | None = None
        self.folder = Path(tempfile.mkdtemp())

    @initialize(number=st.integers(0, PIECES - 1))
    def begin(self, number: int) -> None:
        """The first piece, wherever it lies."""
        self.deliver([number])

    @rule(numbers=st.lists(st.integers(0, PIECES - 1), min_size=1, max_size=4))
    def arrive(self, numbers: list[int]) -> None:
        """Some pieces, new, late or repeated."""
        self.deliver(numbers)

    @rule()
    def next_in_order(self) -> None:
        """The piece after the newest."""
        self.deliver([min(max(self.arrived) + 1, PIECES - 1)])

    @precondition(lambda self: self.followed is not None)
    @rule()
    def restart(self) -> None:
        """The state is stored, and read back by another process."""
        assert self.followed is not None
        self.followed = load_followed(save_followed(self.followed, self.folder / "state"), TWIN)

    def deliver(self, numbers: list[int]) -> None:
        self.arrived += numbers
        self.followed = follow(TWIN, known_of(self.arrived), self.followed, draws=DRAWS).followed

    @invariant()
    def same_as_ordered(self) -> None:
        """The state is that of one delivery, in order and without repeats."""
        if self.followed is not None:
            ordered = follow(TWIN, known_of(sorted(set(self.arrived))), draws=DRAWS).followed
            assert self.followed.now == ordered.now
            assert distance(self.followed, ordered) <= 1e-9


TestDelivery = pytest.mark.slow(Delivery.TestCase)
TestDelivery.settings = settings(max_examples=15, stateful_step_count=8, deadline=None)


def test_a_few_orders_lead_to_the_state_of_ordered_delivery() -> None:
    ordered = follow(TWIN, known_of([3, 4, 5, 6]), draws=DRAWS).followed
    for order in ([6, 3, 5, 4], [4, 4, 3, 6, 5, 3]):
        followed: Followed | None = None
        for count in range(1, len(order) + 1):
            followed = follow(TWIN, known_of(order[:count]), followed, draws=DRAWS).followed
        assert followed is not None
        assert distance(followed, ordered) <= 1e-9
