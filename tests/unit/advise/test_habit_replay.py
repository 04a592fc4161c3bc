from datetime import timedelta

import numpy as np
import pytest

from glucotwin.advise.change import ScaleMeal
from glucotwin.advise.habit_replay import drawn_days, occasions_of, replay_habits
from glucotwin.core.error import DataError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Window
from glucotwin.twin.grid import STEPS_PER_DAY
from made_up_person import made_up_timeline, made_up_twin


def test_another_occasion_begins_with_every_part_of_the_day() -> None:
    minutes = np.arange(0.0, 2 * 1440.0, 5.0) % 1440.0
    found = occasions_of(minutes)
    assert found[0] == 0
    assert found[-1] == 6
    assert [int(minutes[step]) for step in np.flatnonzero(np.diff(found)) + 1] == [300, 660, 960, 300, 660, 960]


def test_whole_days_are_drawn_and_the_rest_stays() -> None:
    steps = 3 * STEPS_PER_DAY + 7
    found = drawn_days((5, steps), subject="me")
    assert found.shape == (5, steps)
    np.testing.assert_array_equal(found[:, -7:], np.broadcast_to(np.arange(steps - 7, steps), (5, 7)))
    within = found[:, : 3 * STEPS_PER_DAY] % STEPS_PER_DAY
    np.testing.assert_array_equal(within, np.broadcast_to(np.tile(np.arange(STEPS_PER_DAY), 3), within.shape))


def test_less_than_a_day_stays_as_it_was() -> None:
    np.testing.assert_array_equal(drawn_days((2, 50), subject="me"), np.broadcast_to(np.arange(50), (2, 50)))


@pytest.mark.slow
def test_what_changes_nothing_leaves_the_days_as_they_were_and_less_food_lowers_them() -> None:
    timeline = made_up_timeline()
    end = timeline.window(GlucoseReading).end
    window = Window(start=end - timedelta(days=1), end=end)
    at = timeline.cut(window).frame(Meal)["time"][0]
    runs = replay_habits(
        made_up_twin(timeline),
        timeline,
        window=window,
        habits=[(ScaleMeal(at=at, factor=1.0),), (ScaleMeal(at=at, factor=0.5),)],
    )
    np.testing.assert_allclose(runs.after[0], runs.before, atol=1e-6)
    assert np.mean(runs.after[1]) < np.mean(runs.before)
    with pytest.raises(DataError, match="outside the window"):
        replay_habits(
            made_up_twin(timeline),
            timeline,
            window=Window(start=end - timedelta(hours=1), end=end),
            habits=[(ScaleMeal(at=at - timedelta(days=1), factor=0.5),)],
        )
