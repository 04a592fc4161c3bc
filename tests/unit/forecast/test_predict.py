import json
from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode, SafetyError
from glucotwin.domain.condition import Condition, ConditionKind
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.predict import DRAWS, HISTORY_MIN, forecast_glucose, predictive_draws, reading_age_min, widened
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import grid_data
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.predictive import predict_from, usual_future
from synthetic_person import HELD_OUT, ORIGIN, START, synthetic_person, synthetic_timeline, synthetic_twin


@cache
def issued() -> Forecast:
    return forecast_glucose(synthetic_twin(), synthetic_timeline(), origin=ORIGIN)


def planned(*records: Record) -> Forecast:
    plan = Timeline.from_records(synthetic_person(), records)
    return forecast_glucose(synthetic_twin(), synthetic_timeline(), origin=ORIGIN, planned=plan)


def before(minutes: float) -> Timeline:
    """The data up to some minutes before the origin."""
    end = ORIGIN - timedelta(minutes=minutes) + timedelta(seconds=1)
    return synthetic_timeline().cut(Window(start=START, end=end))


def same(one: Forecast, other: Forecast) -> bool:
    return one.to_json() == other.to_json()


def test_forecast_covers_the_horizon_in_steps_of_five_minutes() -> None:
    assert issued().t_min.tolist() == [5.0 * step for step in range(1, 49)]
    assert issued().origin == ORIGIN
    assert issued().last_reading_age_min == 0.0


def test_bands_are_nested_around_the_median() -> None:
    half, nine = issued().bands
    assert (half.level, nine.level) == (0.5, 0.9)
    assert np.all(nine.low_mgdl < half.low_mgdl)
    assert np.all(half.low_mgdl < issued().median_mgdl)
    assert np.all(issued().median_mgdl < half.high_mgdl)
    assert np.all(half.high_mgdl < nine.high_mgdl)
    assert nine.low_mgdl.min() >= 0.0


def test_bands_widen_with_the_horizon() -> None:
    width = issued().bands[1].high_mgdl - issued().bands[1].low_mgdl
    assert np.all(np.diff(width[:12]) > 0.0)
    assert width[23] > width[11] > width[5] > width[0]


def test_forecast_begins_near_the_last_reading() -> None:
    last = synthetic_timeline().cut(Window(start=START, end=ORIGIN + timedelta(seconds=1))).frame(GlucoseReading)
    assert issued().median_mgdl[0] == pytest.approx(last["glucose_mgdl"][-1], abs=20.0)


def test_probabilities_are_shares_and_rise_with_the_threshold() -> None:
    below_54, below_70 = issued().probability_below_54, issued().probability_below_70
    assert np.all((below_54 >= 0.0) & (below_54 <= below_70) & (below_70 <= 1.0))


def test_probability_below_70_agrees_with_the_median() -> None:
    clear = np.abs(issued().probability_below_70 - 0.5) > 0.01
    assert np.all(((issued().probability_below_70 > 0.5) == (issued().median_mgdl < 70.0))[clear])


def test_nothing_after_the_origin_is_used() -> None:
    known = before(0.0)
    lunch = [
        Meal(time=ORIGIN + timedelta(minutes=1), carbs_g=150.0),
        Bolus(time=ORIGIN + timedelta(minutes=2), insulin_u=9.0),
    ]
    jump = [GlucoseReading(time=ORIGIN + timedelta(minutes=one), glucose_mgdl=390.0) for one in (0.5, 1, 3, 5, 60)]
    later = known.merged(Timeline.from_records(synthetic_person(), [*lunch, *jump]))
    assert same(forecast_glucose(synthetic_twin(), known, origin=ORIGIN), issued())
    assert same(forecast_glucose(synthetic_twin(), later, origin=ORIGIN), issued())


def test_what_began_before_the_origin_is_used() -> None:
    meal = Timeline.from_records(synthetic_person(), [Meal(time=ORIGIN - timedelta(minutes=6), carbs_g=60.0)])
    known = replace(synthetic_timeline().merged(meal), settings=synthetic_timeline().settings)
    changed = forecast_glucose(synthetic_twin(), known, origin=ORIGIN)
    assert changed.median_mgdl[11] > issued().median_mgdl[11] + 30.0


def test_forecast_is_the_prediction_that_the_evaluation_scores() -> None:
    """One forecast: issued at an origin or taken from among all origins of a window."""
    twin = synthetic_twin()
    mean, spread, t_min = predictive_draws(twin, synthetic_timeline(), origin=HELD_OUT.start, horizon_min=240)
    window = Window(start=HELD_OUT.start - timedelta(minutes=HISTORY_MIN), end=HELD_OUT.end)
    data = grid_data(synthetic_timeline(), window, usual_basal_u_per_min=twin.basal_u_per_min)
    future = usual_future(data, extra_steps=0, zone="UTC", basal_u_per_min=twin.basal_u_per_min)
    among = predict_from(
        model_of(twin), twin.draws(DRAWS), data.inputs, data.readings, future, np.array([288, 300]), 48
    )
    raw = np.asarray(among.mean_mgdl)[:, 0], np.sqrt(np.asarray(among.variance)[:, 0])
    expected_mean, expected_spread = widened(*raw, twin.band_factor(t_min))
    assert mean == pytest.approx(expected_mean, rel=1e-9)
    assert spread == pytest.approx(expected_spread, rel=1e-9)


def test_widening_stretches_draws_and_spread_about_the_centre() -> None:
    mean, spread = widened(np.array([[90.0], [110.0]]), np.array([[5.0], [7.0]]), np.array([2.0]))
    assert mean.ravel().tolist() == [80.0, 120.0]
    assert spread.ravel().tolist() == [10.0, 14.0]


def test_planned_meal_raises_the_forecast_after_it() -> None:
    with_meal = planned(Meal(time=ORIGIN + timedelta(minutes=30), carbs_g=50.0))
    difference = with_meal.median_mgdl - issued().median_mgdl
    assert difference[:5] == pytest.approx(0.0, abs=1e-6)
    assert difference[17] > 30.0
    assert with_meal.future_inputs != issued().future_inputs


def test_planned_bolus_lowers_the_forecast_after_it() -> None:
    difference = planned(Bolus(time=ORIGIN + timedelta(minutes=30), insulin_u=2.0)).median_mgdl - issued().median_mgdl
    assert difference[:5] == pytest.approx(0.0, abs=1e-6)
    assert difference[-1] < -5.0


def test_plan_for_the_past_changes_nothing() -> None:
    past = planned(Meal(time=ORIGIN - timedelta(minutes=30), carbs_g=50.0))
    assert np.array_equal(past.median_mgdl, issued().median_mgdl)


@pytest.mark.parametrize("age_min", [5, 25])
def test_reading_up_to_half_an_hour_old_is_enough(age_min: int) -> None:
    found = forecast_glucose(synthetic_twin(), before(age_min), origin=ORIGIN)
    assert found.last_reading_age_min == age_min
    width = [one.bands[1].high_mgdl[0] - one.bands[1].low_mgdl[0] for one in (found, issued())]
    assert width[0] > width[1]


def test_older_readings_are_not_forecast_from() -> None:
    with pytest.raises(SafetyError, match="35 min old") as caught:
        forecast_glucose(synthetic_twin(), before(35.0), origin=ORIGIN)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA
    assert caught.value.hint


def test_without_readings_nothing_is_forecast() -> None:
    with pytest.raises(SafetyError, match="no reading"):
        forecast_glucose(synthetic_twin(), Timeline(person=synthetic_person()), origin=ORIGIN)


def test_age_of_the_newest_reading_is_infinite_when_there_is_none() -> None:
    assert reading_age_min(synthetic_timeline(), START - timedelta(days=1)) == float("inf")
    assert reading_age_min(synthetic_timeline(), ORIGIN + timedelta(minutes=4)) == 4.0


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        forecast_glucose(synthetic_twin(), synthetic_timeline(), origin=ORIGIN.replace(tzinfo=None))
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_json_has_stable_keys_and_is_json() -> None:
    document = json.loads(json.dumps(issued().to_json(), allow_nan=False))
    assert list(document) == [
        "origin",
        "t_min",
        "median_mgdl",
        "bands",
        "probability_below_70",
        "probability_below_54",
        "future_inputs",
        "last_reading_age_min",
        "method",
        "trajectories_mgdl",
    ]
    assert [list(band) for band in document["bands"]] == [["level", "low_mgdl", "high_mgdl"]] * 2
    assert len(document["median_mgdl"]) == 48


def test_illness_at_the_origin_is_held_as_this_person_answers_to_it_and_changes_nothing_without() -> None:
    effect = Latent(
        kind=LatentKind.ILLNESS, start=START, end=ORIGIN, mean=np.log(0.4), sd=0.1, prior_mean=-0.5, prior_sd=0.25
    )
    knowing = replace(synthetic_twin(), latents=Latents(estimates=(effect,)))
    well = forecast_glucose(knowing, synthetic_timeline(), origin=ORIGIN)
    assert same(well, issued())
    ill = Condition(time=ORIGIN - timedelta(days=2), kind=ConditionKind.ILLNESS, duration_min=3 * 1440.0)
    sick = synthetic_timeline().merged(Timeline.from_records(synthetic_person(), [ill]))
    told = forecast_glucose(knowing, sick, origin=ORIGIN)
    assert told.median_mgdl[-1] > well.median_mgdl[-1] + 5.0
    assert same(forecast_glucose(synthetic_twin(), sick, origin=ORIGIN), issued())
