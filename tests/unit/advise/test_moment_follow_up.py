from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

import made_up_envelope
from glucotwin.advise.moment_follow_up import Deed, DeedKind, Found, MomentFollowUp, follow_up_moment
from glucotwin.advise.moment_option import (
    MomentAdvice,
    MomentKind,
    MomentOption,
    PlannedExercise,
    PlannedMeal,
    Step,
)
from glucotwin.advise.moment_record import kept_moment, moment_from_kept
from glucotwin.advise.refusal import Refusal, RefusalReason
from glucotwin.core.error import DataError
from glucotwin.domain.activity import Activity
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from made_up_ahead import T_MIN
from made_up_person import PERSON

AT = made_up_envelope.FINE.at
START = AT - timedelta(minutes=3)
MEAL = PlannedMeal(carbs_g=60.0)


def option(step: Step, *, median: float = 140.0, width: float = 30.0) -> MomentOption:
    level = np.full(T_MIN.size, median)
    return MomentOption(
        step=step,
        median_mgdl=level,
        low_mgdl=level - width,
        high_mgdl=level + width,
        in_range_pct=90.0,
        below_70_pct=2.0,
        above_180_pct=8.0,
        low_probability=0.1,
        added_very_low=0.0,
    )


def advice(chosen: MomentOption) -> MomentAdvice:
    refused = replace(
        option(Step(dose_u=9.0)), refusals=(Refusal(reason=RefusalReason.MAX_BOLUS, found={"units": "9", "most": "8"}),)
    )
    return MomentAdvice(
        kind=MomentKind.MEAL,
        at=AT,
        start=START,
        situation=made_up_envelope.FINE,
        t_min=T_MIN,
        chosen=chosen,
        options=(chosen, refused),
        calculator_u=6.04,
    )


def readings(level: float = 150.0, *, every: float = 5.0, hours: float = 5.0) -> list[Record]:
    count = int(60.0 * hours / every)
    return [
        GlucoseReading(time=START + timedelta(minutes=every * (one + 1)), glucose_mgdl=level) for one in range(count)
    ]


def followed(step: Step, *records: Record, meal: PlannedMeal | None = None, **more: PlannedExercise) -> MomentFollowUp:
    chosen = option(step)
    timeline = Timeline.from_records(PERSON, [*readings(), *records])
    return follow_up_moment(advice(chosen), chosen, timeline, done_at=AT, meal=meal, **more)


def after(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def test_hours_are_compared_with_what_was_predicted_for_them() -> None:
    found = followed(Step(dose_u=6.0), Bolus(time=AT, insulin_u=6.0), Meal(time=after(2), carbs_g=60.0), meal=MEAL)
    assert found.inside_fraction == 1.0
    assert found.covered_fraction == pytest.approx(1.0)
    assert found.achieved == {
        "mean_mgdl": pytest.approx(150.0),
        "in_range_pct": 100.0,
        "below_70_pct": 0.0,
        "above_180_pct": 0.0,
    }
    assert found.predicted["in_range_pct"] == 90.0
    assert found.lowest_mgdl == (140.0, 110.0, 150.0)
    assert [one.found for one in found.deeds] == [Found.AS_ADVISED, Found.AS_ADVISED]
    assert (found.other_carbs_g, found.other_insulin_u) == (0.0, 0.0)
    assert found.to_json()["reading_min"][-1] == 300.0


def test_readings_outside_the_band_are_counted_and_lows_told_by_time_not_by_number() -> None:
    low = [GlucoseReading(time=START + timedelta(minutes=one), glucose_mgdl=60.0) for one in np.arange(1.0, 31.0)]
    late = [one for one in readings() if one.time > START + timedelta(minutes=30)]
    timeline = Timeline.from_records(PERSON, [*low, *late])
    chosen = option(Step())
    found = follow_up_moment(advice(chosen), chosen, timeline, done_at=AT)
    assert found.achieved["below_70_pct"] == pytest.approx(10.0)
    assert found.inside_fraction == pytest.approx(54.0 / 84.0)
    assert found.lowest_mgdl[2] == 60.0


def test_too_few_readings_are_told_and_later_ones_do_not_help() -> None:
    chosen = option(Step())
    for records in (readings(hours=3.0), readings(every=60.0), []):
        timeline = Timeline.from_records(PERSON, records)
        with pytest.raises(DataError, match="at least 70 %"):
            follow_up_moment(advice(chosen), chosen, timeline, done_at=AT)


@pytest.mark.parametrize(
    ("records", "recorded", "found"),
    [
        ([Bolus(time=after(4), insulin_u=6.0)], 6.0, Found.AS_ADVISED),
        ([PenDose(time=after(-1), insulin_u=6.0, product="rapid")], 6.0, Found.AS_ADVISED),
        ([Bolus(time=after(1), insulin_u=4.2, extended_u=1.8, extended_min=120.0)], 6.0, Found.AS_ADVISED),
        ([Bolus(time=after(4), insulin_u=4.0)], 4.0, Found.OTHERWISE),
        # What was there before was known, and long-acting insulin is another thing.
        ([Bolus(time=after(-10), insulin_u=6.0)], None, Found.NOT_ON_RECORD),
        ([PenDose(time=AT, insulin_u=6.0, product="degludec")], None, Found.NOT_ON_RECORD),
        ([], None, Found.NOT_ON_RECORD),
    ],
)
def test_a_dose_is_looked_for_near_the_moment(records: list[Record], recorded: float | None, found: Found) -> None:
    (deed,) = followed(Step(dose_u=6.0), *records).deeds
    assert deed == Deed(kind=DeedKind.DOSE, advised=6.0, recorded=recorded, found=found)


def test_a_dose_before_a_meal_expects_the_meal_later() -> None:
    step = Step(dose_u=6.0, lead_min=20.0)
    records = Bolus(time=AT, insulin_u=6.0), Meal(time=after(35), carbs_g=58.0), Meal(time=after(180), carbs_g=20.0)
    found = followed(step, *records, Bolus(time=after(180), insulin_u=1.5), meal=MEAL)
    assert [one.found for one in found.deeds] == [Found.AS_ADVISED, Found.AS_ADVISED]
    assert (found.other_carbs_g, found.other_insulin_u) == (20.0, 1.5)


def test_less_basal_insulin_is_told_against_the_rate_before() -> None:
    step = Step(basal_factor=0.5, basal_min=90.0)
    before = BasalSegment(time=after(-120), duration_min=120.0, rate_u_per_h=0.8)
    for rate, recorded, found in ((0.4, 0.5, Found.AS_ADVISED), (0.8, 1.0, Found.OTHERWISE)):
        (deed,) = followed(step, before, BasalSegment(time=AT, duration_min=90.0, rate_u_per_h=rate)).deeds
        assert deed.recorded == pytest.approx(recorded)
        assert deed.found is found
    assert followed(step, before).deeds[0].found is Found.NOT_ON_RECORD


def test_carbohydrate_and_exercise_are_looked_for_too() -> None:
    bout = PlannedExercise(in_min=30.0, duration_min=45.0)
    records = Meal(time=after(3), carbs_g=15.0), Activity(time=after(25), duration_min=46.0)
    found = followed(Step(carbs_g=15.0), *records, exercise=bout)
    assert [(one.kind, one.found) for one in found.deeds] == [
        (DeedKind.CARBS, Found.AS_ADVISED),
        (DeedKind.EXERCISE, Found.AS_ADVISED),
    ]
    assert followed(Step(), exercise=bout).deeds[0].found is Found.NOT_ON_RECORD


def test_doing_nothing_has_no_deed_and_tells_what_was_done_besides() -> None:
    found = followed(Step(), Bolus(time=after(30), insulin_u=2.0))
    assert found.deeds == ()
    assert found.other_insulin_u == 2.0


def test_what_is_kept_of_an_advice_is_the_advice() -> None:
    given = advice(option(Step(dose_u=6.0, split=(0.7, 120.0))))
    unknown = replace(
        given, situation=replace(given.situation, trend_mgdl_per_min=float("nan"), sensor_age_min=float("inf"))
    )
    for one in (given, unknown):
        read = moment_from_kept(kept_moment(one))
        assert kept_moment(read) == kept_moment(one)
        assert read.to_json() == one.to_json()
        assert read.options[1].refusals == one.options[1].refusals
        assert read.chosen.step == one.chosen.step
    with pytest.raises(DataError, match="glucotwin-moment/1"):
        moment_from_kept({**kept_moment(given), "schema": "other/1"})
