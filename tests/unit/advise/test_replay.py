import json
from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from glucotwin.advise.change import AddBolus, AddMeal, Change, ScaleBasal, ScaleBolus
from glucotwin.advise.look_ahead import look_ahead_what_if
from glucotwin.advise.replay import outcomes_of, replay_what_if
from glucotwin.advise.unexplained_change import LeaveOutUnexplained
from glucotwin.advise.what_if import Outcome, WhatIf, WhatIfKind
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.twin import Twin
from synthetic_person import HELD_OUT, START, synthetic_timeline, synthetic_twin

DINNER = synthetic_timeline().cut(HELD_OUT).frame(Bolus)["time"][-1]
EVENING = Window(
    start=DINNER.replace(minute=0) - timedelta(hours=1), end=DINNER.replace(minute=0) + timedelta(minutes=185)
)
"""As long as a look ahead of four hours, so that one compiled program serves both."""


def replayed(*changes: Change, timeline: Timeline | None = None, twin: Twin | None = None) -> WhatIf:
    return replay_what_if(twin or synthetic_twin(), timeline or synthetic_timeline(), window=EVENING, changes=changes)


@cache
def more_insulin() -> WhatIf:
    return replayed(ScaleBolus(at=DINNER, factor=1.3))


def outcome(answer: WhatIf, name: str) -> Outcome:
    return next(one for one in answer.outcomes if one.name == name)


def with_readings(condition: pl.Expr) -> Timeline:
    whole = synthetic_timeline()
    kept = whole.frame(GlucoseReading).filter(condition)
    return replace(whole, streams={**whole.streams, "glucose": kept})


def test_baseline_follows_the_readings() -> None:
    answer = more_insulin()
    assert answer.observed_mgdl is not None
    error = answer.baseline.median_mgdl - answer.observed_mgdl
    assert np.sqrt(np.mean(error**2)) < 4.0
    assert np.abs(error).max() < 15.0


def test_change_changes_nothing_before_it() -> None:
    before = more_insulin().t_min <= (DINNER - EVENING.start) / timedelta(minutes=1) - 5.0
    assert before.sum() >= 10
    assert more_insulin().difference.median_mgdl[before] == pytest.approx(0.0, abs=1e-6)


def test_more_insulin_lowers_and_more_food_raises() -> None:
    assert more_insulin().difference.median_mgdl[-1] < -5.0
    assert outcome(more_insulin(), "mean_glucose_mgdl").difference.high < 0.0
    more_food = replayed(AddMeal(at=DINNER, carbs_g=20.0))
    assert more_food.difference.median_mgdl.max() > 8.0
    assert outcome(more_food, "mean_glucose_mgdl").difference.low > 0.0


def test_change_that_changes_nothing_has_no_effect() -> None:
    answer = replayed(ScaleBolus(at=DINNER, factor=1.0))
    assert np.abs(answer.difference.bands[1].low_mgdl).max() == 0.0
    assert np.array_equal(answer.baseline.median_mgdl, answer.changed.median_mgdl)


def test_answer_is_never_a_bare_number() -> None:
    for curve in (more_insulin().baseline, more_insulin().changed, more_insulin().difference):
        assert [band.level for band in curve.bands] == [0.5, 0.9]
        assert np.all(curve.bands[1].low_mgdl <= curve.median_mgdl)
        assert np.all(curve.median_mgdl <= curve.bands[1].high_mgdl)
    late = more_insulin().difference.bands[1]
    assert (late.high_mgdl - late.low_mgdl)[-1] > 1.0
    for one in more_insulin().outcomes:
        for estimate in (one.baseline, one.changed, one.difference):
            assert estimate.low <= estimate.median <= estimate.high


def test_replay_is_reproducible() -> None:
    assert replayed(ScaleBolus(at=DINNER, factor=1.3)).to_json() == more_insulin().to_json()


def test_observed_is_missing_where_there_is_no_reading() -> None:
    gap = pl.col("time").is_between(EVENING.start, EVENING.start + timedelta(minutes=30), closed="left")
    answer = replayed(ScaleBolus(at=DINNER, factor=1.3), timeline=with_readings(~gap))
    assert answer.observed_mgdl is not None
    assert np.flatnonzero(np.isnan(answer.observed_mgdl)).tolist() == [0, 1, 2, 3, 4, 5]
    assert np.all(np.isfinite(answer.baseline.median_mgdl))
    shown = answer.to_json()["observed_mgdl"]
    assert isinstance(shown, list)
    assert shown[:7].count(None) == 6


def test_window_with_too_many_gaps_is_refused() -> None:
    sparse = with_readings((pl.col("time") < EVENING.start) | (pl.col("time").dt.minute() % 10 == 0))
    with pytest.raises(DataError, match="missing") as caught:
        replayed(ScaleBolus(at=DINNER, factor=1.3), timeline=sparse)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


@pytest.mark.parametrize("hours", [-48, -1.2, 6, 48])
def test_change_outside_the_window_is_refused(hours: float) -> None:
    with pytest.raises(DataError, match="outside the window") as caught:
        replayed(AddBolus(at=DINNER.replace(minute=0) + timedelta(hours=hours), insulin_u=1.0))
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_change_of_a_dose_that_was_not_given_is_refused() -> None:
    with pytest.raises(NotFoundError):
        replayed(ScaleBolus(at=EVENING.start, factor=1.2))


def test_question_without_a_change_is_refused() -> None:
    with pytest.raises(DataError, match="at least one change"):
        replayed()


def test_more_than_two_weeks_are_refused() -> None:
    with pytest.raises(DataError, match="14 days"):
        replay_what_if(
            synthetic_twin(),
            synthetic_timeline(),
            window=Window(start=START, end=START + timedelta(days=15)),
            changes=(ScaleBasal(factor=1.1),),
        )


def test_cautions_name_held_dosing_and_the_rule() -> None:
    twin = synthetic_twin()
    looped = replace(
        twin,
        person=replace(twin.person, therapy=TherapyKind.CLOSED_LOOP),
        effect=replace(twin.effect, anchor="daily-insulin-rule"),
    )
    by_insulin = replayed(ScaleBolus(at=DINNER, factor=1.01), twin=looped).cautions
    assert {"what-if-other-dosing-held", "what-if-effect-from-rule"} <= set(by_insulin)
    assert "what-if-effect-from-rule" not in replayed(AddMeal(at=DINNER, carbs_g=5.0), twin=looped).cautions
    assert not {"what-if-other-dosing-held", "what-if-effect-from-rule"} & set(more_insulin().cautions)


def test_curves_that_fall_below_what_was_validated_say_so() -> None:
    severe = replayed(AddBolus(at=DINNER, insulin_u=12.0))
    assert "what-if-below-validated" in severe.cautions
    assert severe.changed.median_mgdl.min() >= 20.0


def test_json_is_json() -> None:
    document = json.loads(json.dumps(more_insulin().to_json(), allow_nan=False))
    assert document["kind"] == WhatIfKind.REPLAY
    assert document["start"] == EVENING.start.isoformat()
    assert len(document["changed"]["median_mgdl"]) == len(document["t_min"]) == 49


BEFORE = np.array([[60.0, 70.0, 180.0, 181.0], [50.0, 100.0, 260.0, 260.0], [100.0, 100.0, 100.0, 100.0]])
AFTER = BEFORE - np.array([[20.0], [0.0], [10.0]])


def test_shares_of_time_add_up() -> None:
    names = ("time_below_70_pct", "time_in_range_pct", "time_above_180_pct")
    for draw in range(3):
        found = {one.name: one.baseline.median for one in outcomes_of(BEFORE[[draw]], AFTER[[draw]])}
        assert sum(found[name] for name in names) == pytest.approx(100.0)
        assert found["time_below_54_pct"] <= found["time_below_70_pct"]
        assert found["time_above_250_pct"] <= found["time_above_180_pct"]


def test_edges_of_the_range_are_in_range() -> None:
    found = {one.name: one.baseline.median for one in outcomes_of(BEFORE[[0]], AFTER[[0]])}
    assert (found["time_below_70_pct"], found["time_in_range_pct"], found["time_above_180_pct"]) == (25.0, 50.0, 25.0)


def test_difference_is_the_median_of_each_draws_own_difference() -> None:
    mean = outcomes_of(BEFORE, AFTER)[0]
    assert mean.name == "mean_glucose_mgdl"
    assert mean.difference.median == -10.0
    assert mean.difference.median != mean.changed.median - mean.baseline.median


@pytest.mark.slow  # compiles a program of its own
def test_what_is_unexplained_can_be_left_out_and_seen_by_itself() -> None:
    hours = synthetic_timeline().cut(EVENING).frame(GlucoseReading)["time"]
    pushed = with_readings(pl.lit(value=True)).frame(GlucoseReading)
    after = pl.col("time") >= hours[len(hours) // 2]
    risen = pl.when(after).then(pl.col("glucose_mgdl") + 60.0).otherwise(pl.col("glucose_mgdl"))
    whole = synthetic_timeline()
    moved = replace(whole, streams={**whole.streams, "glucose": pushed.with_columns(risen.alias("glucose_mgdl"))})
    left_out = replayed(LeaveOutUnexplained(), timeline=moved)
    assert left_out.changes == (message("change-leave-out-unexplained"),)
    assert left_out.difference.median_mgdl[-1] < -25.0
    assert abs(left_out.difference.median_mgdl[: len(hours) // 2 - 3]).max() < 25.0
    both = replayed(LeaveOutUnexplained(), AddMeal(at=DINNER, carbs_g=40.0), timeline=moved)
    assert both.changed.median_mgdl[-1] > left_out.changed.median_mgdl[-1] + 10.0


def test_nothing_unexplained_is_known_ahead() -> None:
    with pytest.raises(DataError, match="past day"):
        look_ahead_what_if(
            synthetic_twin(), synthetic_timeline(), origin=EVENING.start, changes=(LeaveOutUnexplained(),)
        )
