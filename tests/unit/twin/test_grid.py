from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from glucotwin.core.error import ErrorCode, FitError
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.imputation import ImputationReason
from glucotwin.domain.inputs import constant_inputs
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import AT_LEAST, AT_MOST, NO_READING, VALUE
from glucotwin.twin.grid import GriddedData, coarse_inputs, daily_insulin_u, grid_data
from synthetic_person import synthetic_person

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
HOURS = Window(start=MIDNIGHT, end=MIDNIGHT + timedelta(hours=2))
DAY = Window(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=1))


def at(minutes: float) -> datetime:
    return MIDNIGHT + timedelta(minutes=minutes)


def line(records: Sequence[Record]) -> Timeline:
    return Timeline.from_records(synthetic_person(), records)


def gridded(records: Sequence[Record], window: Window = HOURS, usual_u_per_min: float = 0.02) -> GriddedData:
    return grid_data(line(records), window, usual_basal_u_per_min=usual_u_per_min)


def reading(minutes: float, glucose_mgdl: float = 111.0, censoring: Censoring = Censoring.NONE) -> GlucoseReading:
    return GlucoseReading(time=at(minutes), glucose_mgdl=glucose_mgdl, censoring=censoring)


def rapid(data: GriddedData) -> np.ndarray:
    return np.asarray(data.inputs.insulin_u_per_min["rapid"])


@pytest.mark.parametrize(
    ("minutes", "step"), [(10.0, 2), (10.5, 2), (11.0, 2), (11.1, 3), (14.9, 3), (15.0, 3), (0.0, 0), (0.9, 0)]
)
def test_reading_lands_on_its_step_or_waits_for_the_next(minutes: float, step: int) -> None:
    kind = np.asarray(gridded([reading(minutes)]).readings.kind)
    assert np.flatnonzero(kind).tolist() == [step]


def test_reading_is_never_seen_more_than_a_minute_before_it_was_taken() -> None:
    for tenths in range(0, 1150, 7):
        kind = np.asarray(gridded([reading(tenths / 10.0)]).readings.kind)
        assert 5.0 * np.flatnonzero(kind)[0] >= tenths / 10.0 - 1.0


def test_readings_outside_the_window_stay_outside() -> None:
    kind = np.asarray(gridded([reading(-5.0), reading(119.5), reading(120.0), reading(500.0)]).readings.kind)
    assert np.all(kind == NO_READING)


def test_value_low_and_high_have_their_kinds() -> None:
    data = gridded([reading(0.0), reading(5.0, 40.0, Censoring.LOW), reading(10.0, 400.0, Censoring.HIGH)])
    assert np.asarray(data.readings.kind)[:4].tolist() == [VALUE, AT_MOST, AT_LEAST, NO_READING]
    assert np.asarray(data.readings.glucose_mgdl)[:3].tolist() == [111.0, 40.0, 400.0]


def test_finger_sticks_are_used_only_without_a_sensor() -> None:
    stick = GlucoseReading(time=at(20.0), glucose_mgdl=90.0, kind=GlucoseKind.FINGERSTICK)
    assert np.flatnonzero(np.asarray(gridded([stick]).readings.kind)).tolist() == [4]
    assert np.flatnonzero(np.asarray(gridded([stick, reading(0.0)]).readings.kind)).tolist() == [0]


def test_meal_enters_at_once_with_all_it_holds() -> None:
    carbs = np.asarray(gridded([Meal(time=at(33.5), carbs_g=62.0, duration_min=40.0)]).inputs.carbs_g_per_min)
    assert np.flatnonzero(carbs).tolist() == [6]
    assert 5.0 * carbs.sum() == pytest.approx(62.0)


def test_meal_in_the_last_minute_of_a_step_does_not_spill_into_the_next() -> None:
    carbs = np.asarray(gridded([Meal(time=at(34.9), carbs_g=50.0)]).inputs.carbs_g_per_min)
    assert np.flatnonzero(carbs).tolist() == [6]


def test_bolus_keeps_its_total() -> None:
    bolus = Bolus(time=at(17.0), insulin_u=4.2, extended_u=2.1, extended_min=30.0)
    assert 5.0 * rapid(gridded([bolus], usual_u_per_min=0.0)).sum() == pytest.approx(6.3)


def test_long_acting_dose_is_spread_over_a_day() -> None:
    window = Window(start=MIDNIGHT, end=MIDNIGHT + timedelta(hours=30))
    rate = rapid(gridded([PenDose(time=at(60.0), insulin_u=24.0, product="glargine-u100")], window, 0.0))
    assert 5.0 * rate.sum() == pytest.approx(24.0)
    assert np.flatnonzero(rate > 1e-12)[[0, -1]].tolist() == [12, 12 + 288 - 1]
    assert rate[12:300] == pytest.approx(24.0 / 1440.0)


def test_long_acting_dose_of_the_evening_before_still_acts() -> None:
    rate = rapid(gridded([PenDose(time=at(-600.0), insulin_u=24.0, product="long")]))
    assert rate == pytest.approx(24.0 / 1440.0)


def test_rapid_pen_dose_acts_at_once() -> None:
    rate = rapid(gridded([PenDose(time=at(60.0), insulin_u=5.0, product="rapid")], usual_u_per_min=0.0))
    assert np.flatnonzero(rate).tolist() == [12]


def test_unrecorded_basal_of_a_pump_is_the_usual_rate() -> None:
    data = gridded([BasalSegment(time=at(0.0), duration_min=60.0, rate_u_per_h=1.2)])
    assert rapid(data)[:12] == pytest.approx(0.02)
    assert rapid(data)[12:] == pytest.approx(0.02)
    assert data.basal_known.tolist() == [True] * 12 + [False] * 12


def test_usual_rate_differs_from_the_recorded_one_only_where_nothing_is_recorded() -> None:
    data = gridded([BasalSegment(time=at(0.0), duration_min=60.0, rate_u_per_h=0.0)], usual_u_per_min=0.05)
    assert rapid(data).tolist() == pytest.approx([0.0] * 12 + [0.05] * 12)


def test_usual_rate_stands_in_before_the_first_dose_of_long_acting_insulin() -> None:
    data = gridded([PenDose(time=at(60.0), insulin_u=24.0, product="glargine-u100")], usual_u_per_min=0.05)
    assert rapid(data).tolist() == pytest.approx([0.05] * 12 + [24.0 / 1440.0] * 12)
    assert data.basal_known.tolist() == [False] * 12 + [True] * 12


def test_basal_insulin_that_is_nowhere_on_record_is_told_as_imputed() -> None:
    data = gridded([Bolus(time=at(-900.0), insulin_u=1.0)])
    assert rapid(data) == pytest.approx(0.02)
    assert {one.reason for one in data.imputed} >= {ImputationReason.BASAL_NEVER_RECORDED}


def test_programmed_rate_stands_in_before_the_usual_one() -> None:
    programmed = TherapySettings(valid_from=at(-1440.0), basal_u_per_h=DailySchedule.constant(0.6))
    timeline = Timeline.from_records(synthetic_person(), [Bolus(time=at(-900.0), insulin_u=1.0)], [programmed])
    data = grid_data(timeline, HOURS, usual_basal_u_per_min=0.05)
    assert rapid(data) == pytest.approx(0.01)
    assert ImputationReason.BASAL_PROFILE in {one.reason for one in data.imputed}


def test_imputed_basal_makes_the_flux_uncertain_and_a_recorded_one_does_not() -> None:
    recorded = gridded([BasalSegment(time=at(-1440.0), duration_min=2000.0, rate_u_per_h=1.2)])
    partly = gridded([BasalSegment(time=at(-1440.0), duration_min=1440.0, rate_u_per_h=1.2)])
    assert np.all(np.asarray(recorded.inputs.imputed_flux_power) == 0.0)
    power = np.asarray(partly.inputs.imputed_flux_power)
    assert power[0] == 0.0
    assert np.all(np.diff(power) >= 0.0)
    assert power[-1] > 0.0


def test_nothing_is_imputed_in_records_that_only_add_to_others() -> None:
    assert gridded([Bolus(time=at(30.0), insulin_u=1.0)], usual_u_per_min=0.0).imputed == ()


@pytest.mark.parametrize(
    ("every_min", "bare"), [(5, [*range(12, 18), *range(19, 24)]), (15, [*range(12, 18), 21, 22, 23])]
)
def test_slow_sensor_covers_the_time_between_its_readings(every_min: int, bare: list[int]) -> None:
    covered = gridded([reading(minutes) for minutes in (*range(0, 60, every_min), 90)]).covered
    assert np.flatnonzero(~covered).tolist() == bare


def test_readings_of_stretches_left_out_are_no_readings() -> None:
    data = gridded([reading(20.0), reading(30.0), reading(40.0)])
    kept = data.without_readings([Window(start=at(25.0), end=at(40.0))])
    assert np.flatnonzero(np.asarray(kept.readings.kind)).tolist() == [4, 8]
    assert kept.inputs is data.inputs


def test_window_is_cut_to_whole_steps() -> None:
    assert gridded([], Window(start=MIDNIGHT, end=at(23.0))).steps == 4


def test_cut_keeps_inputs_readings_and_clock_together() -> None:
    data = gridded([reading(30.0, 133.0), Meal(time=at(32.0), carbs_g=10.0)]).cut(6, 10)
    assert (data.start, data.steps) == (at(30.0), 4)
    assert np.asarray(data.readings.kind).tolist() == [VALUE, 0, 0, 0]
    assert float(np.asarray(data.inputs.carbs_g_per_min)[0]) == pytest.approx(2.0)
    assert np.asarray(data.inputs.minute_of_day).tolist() == [30.0, 35.0, 40.0, 45.0]


def test_coarse_inputs_are_means_and_keep_each_steps_own_clock() -> None:
    minutes = np.arange(20.0)
    coarse = coarse_inputs(constant_inputs(20, start=MIDNIGHT, carbs_g_per_min=minutes))
    assert np.asarray(coarse.carbs_g_per_min).tolist() == [2.0, 7.0, 12.0, 17.0]
    assert np.asarray(coarse.minute_of_day).tolist() == [0.0, 5.0, 10.0, 15.0]
    assert np.asarray(coarse.minute_utc).dtype.kind == "i"


def test_daily_insulin_adds_boluses_and_basal() -> None:
    records = [BasalSegment(time=MIDNIGHT, duration_min=1440.0, rate_u_per_h=0.9), Bolus(time=at(500.0), insulin_u=7.0)]
    assert daily_insulin_u(line(records), DAY) == pytest.approx((0.9 * 24 + 7.0, 0.9 * 24))


def test_daily_insulin_fills_unrecorded_basal_with_the_recorded_mean() -> None:
    half = [BasalSegment(time=MIDNIGHT, duration_min=720.0, rate_u_per_h=1.0), Bolus(time=at(60.0), insulin_u=6.0)]
    assert daily_insulin_u(line(half), DAY) == pytest.approx((30.0, 24.0))


def test_daily_insulin_of_a_pen_user_takes_long_acting_doses_as_basal() -> None:
    doses = [
        PenDose(time=at(0.0), insulin_u=20.0, product="long"),
        PenDose(time=at(480.0), insulin_u=8.0, product="rapid"),
    ]
    assert daily_insulin_u(line(doses), DAY) == pytest.approx((28.0, 20.0))


def test_daily_insulin_of_boluses_alone_takes_half_as_basal() -> None:
    assert daily_insulin_u(line([Bolus(time=at(60.0), insulin_u=10.0)]), DAY) == pytest.approx((10.0, 5.0))


@pytest.mark.parametrize("records", [[], [reading(5.0)], [Bolus(time=at(-60.0), insulin_u=3.0)]])
def test_window_without_insulin_cannot_be_fitted(records: list[Record]) -> None:
    with pytest.raises(FitError) as caught:
        daily_insulin_u(line(records), DAY)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA
