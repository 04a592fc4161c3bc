"""Therapies beside each other, and boluses of meals given earlier."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from glucotwin.advise.change import ScaleBasal
from glucotwin.advise.dosing_plan import Redose
from glucotwin.advise.replay import replay_what_if
from glucotwin.advise.therapy import Alternative, compare_alternatives
from glucotwin.advise.timing_change import ShiftMealBoluses
from glucotwin.core.error import DataError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.timeline import Timeline, Window
from made_up_person import made_up_timeline, made_up_twin


def _last_day(timeline: Timeline) -> Window:
    end = timeline.window(GlucoseReading).end
    return Window(start=end - timedelta(days=1), end=end)


@pytest.mark.slow
def test_each_alternative_is_answered_as_it_would_be_alone_beside_the_same_day() -> None:
    twin, timeline = made_up_twin(), made_up_timeline()
    window = _last_day(timeline)
    less, ratio = ScaleBasal(factor=0.7), Redose(carb_ratio_g_per_u=20.0, correction_factor_mgdl_per_u=50.0)
    asked = [
        Alternative(name="weaker ratio", dosing=ratio),
        Alternative(name="less basal", changes=(less,)),
    ]
    found = compare_alternatives(twin, timeline, window=window, alternatives=asked)
    assert [arm.name for arm in found.arms] == ["weaker ratio", "less basal"]
    alone = replay_what_if(twin, timeline, window=window, changes=(less,))
    assert found.arms[1].what_if.changed.median_mgdl == pytest.approx(alone.changed.median_mgdl, abs=1e-6)
    assert found.arms[0].what_if.baseline.median_mgdl == pytest.approx(alone.baseline.median_mgdl, abs=1.0)
    was, changed = found.day, found.arms[1].day
    assert was.start_min.tolist() == list(range(0, 1440, 30))
    assert np.all(changed.median_mgdl >= was.median_mgdl - 1e-6)
    assert np.all((was.low_mgdl <= was.median_mgdl) & (was.median_mgdl <= was.high_mgdl))


@pytest.mark.parametrize("count", [0, 4])
def test_none_or_too_many_alternatives_are_refused(count: int) -> None:
    timeline = made_up_timeline()
    asked = [Alternative(name=str(one), changes=(ScaleBasal(factor=0.9),)) for one in range(count)]
    with pytest.raises(DataError, match="one to"):
        compare_alternatives(made_up_twin(), timeline, window=_last_day(timeline), alternatives=asked)


def test_boluses_of_meals_move_and_others_stay() -> None:
    timeline = made_up_timeline()
    boluses = timeline.frame(Bolus)
    alone = boluses.head(1).with_columns(pl.lit(boluses["time"][0] + timedelta(hours=2, minutes=30)).alias("time"))
    both = Timeline(
        person=timeline.person, streams={**timeline.streams, "bolus": pl.concat([boluses, alone]).sort("time")}
    )
    moved = ShiftMealBoluses(minutes=-15.0).apply(both).frame(Bolus)
    expected = [*(boluses["time"] - timedelta(minutes=15)).to_list(), alone["time"][0]]
    assert moved["time"].to_list() == sorted(expected)


def test_without_meals_no_bolus_can_be_moved() -> None:
    timeline = made_up_timeline()
    bare = Timeline(
        person=timeline.person, streams={name: one for name, one in timeline.streams.items() if name != "meal"}
    )
    with pytest.raises(DataError, match="No bolus"):
        ShiftMealBoluses(minutes=-15.0).apply(bare)
