"""From events of many people to minutes."""

import numpy as np
import pytest

from glucotwin.scenario.behaviour_event import EventBatch, EventKind
from glucotwin.scenario.dense_input import DenseGrid, basal_u_per_min, level_of

GRID = DenseGrid(people=2, first_utc_min=1000, minutes=10)


def batch(*events: tuple[int, float, float, float]) -> EventBatch:
    """Events of (person, start within the grid, duration, level)."""
    person, start, duration, level = (np.array(column) for column in zip(*events, strict=True))
    return EventBatch(
        kind=EventKind.ILLNESS,
        person=person,
        start_utc_min=1000.0 + start,
        duration_min=duration.astype(float),
        numbers={"level_fraction": level.astype(float)},
    )


NONE = batch((0, 0.0, 1.0, 0.0)).only(np.array([], dtype=np.int64))


def test_shares_of_a_minute_are_exact_at_both_ends() -> None:
    rate = GRID.over(batch((1, 2.75, 1.5, 0.0)), np.array([6.0]))
    np.testing.assert_allclose(rate[1], [0, 0, 1.0, 4.0, 1.0, 0, 0, 0, 0, 0])
    assert not np.any(rate[0])


def test_only_the_part_within_the_window_counts() -> None:
    rate = GRID.over(batch((0, -5.0, 10.0, 0.0), (0, 9.5, 10.0, 0.0), (1, 10.0, 5.0, 0.0)), np.array([10.0, 20.0, 5.0]))
    assert rate[0].sum() == pytest.approx(5.0 + 1.0)
    assert rate[1].sum() == 0.0


def test_no_events_are_zeros_of_the_right_type() -> None:
    for values in (GRID.over(NONE, np.array([])), level_of(GRID, NONE)):
        assert values.shape == (2, 10)
        assert values.dtype == np.float64
        assert not np.any(values)


def test_moments_fall_into_their_minute_or_outside() -> None:
    events = batch(
        (0, 3.99, 0.0, 0.0), (0, 3.0, 0.0, 0.0), (1, -0.01, 0.0, 0.0), (1, 10.0, 0.0, 0.0), (1, 9.0, 0.0, 0.0)
    )
    cell, event = GRID.cells(events)
    assert cell.tolist() == [3, 3, 19]
    assert event.tolist() == [0, 1, 4]
    assert GRID.marked(cell).sum() == 2.0
    assert GRID.cells(events, shift_min=-1.0)[0].tolist() == [2, 2, 19, 18]


def test_levels_of_several_together_end_at_one() -> None:
    level = level_of(GRID, batch((0, 0.0, 5.0, 0.7), (0, 2.0, 5.0, 0.6)))
    np.testing.assert_allclose(level[0], [0.7, 0.7, 1, 1, 1, 0.6, 0.6, 0, 0, 0])


def test_days_since_the_latest_event_count_from_before_the_window() -> None:
    age_min = 1440.0 * GRID.days_since(
        batch((0, -30.0, 0.0, 0), (0, -3.0, 0.0, 0), (0, 4.5, 0.0, 0), (1, -1440.0, 0.0, 0))
    )
    np.testing.assert_allclose(age_min[0], [3, 4, 5, 6, 7, 0.5, 1.5, 2.5, 3.5, 4.5])
    np.testing.assert_allclose(age_min[1], 1440.0 + np.arange(10))


def test_basal_is_left_out_for_exactly_the_time_of_a_reduction() -> None:
    profile = np.full((2, 24), 0.6)
    profile[:, 9] = 1.2
    minute_of_day = 535.0 + np.arange(10)
    rate = basal_u_per_min(GRID, profile, minute_of_day, batch((0, 3.5, 3.0, 0.5)))
    np.testing.assert_allclose(rate[1], [0.01] * 5 + [0.02] * 5)
    np.testing.assert_allclose(rate[0], [0.01, 0.01, 0.01, 0.0075, 0.005, 0.01, 0.015, 0.02, 0.02, 0.02])
    np.testing.assert_allclose(basal_u_per_min(GRID, profile, minute_of_day, None)[0], rate[1])
