import json
from collections.abc import Callable
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from glucotwin.advise import look_ahead
from glucotwin.advise.change import AddBolus, AddMeal
from glucotwin.advise.look_ahead import (
    ask_prospect,
    difference_ahead,
    difference_of,
    look_ahead_what_if,
    prospect_of,
)
from glucotwin.advise.what_if import WhatIf, WhatIfKind
from glucotwin.core.error import DataError, ErrorCode, SafetyError, SolverError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.predict import predictive_draws
from glucotwin.twin.intervention import Contrast, contrast
from glucotwin.twin.mixture import mixture_quantile
from synthetic_person import ORIGIN, START, synthetic_person, synthetic_timeline, synthetic_twin

SOON = ORIGIN + timedelta(minutes=30)


@cache
def snack() -> WhatIf:
    return look_ahead_what_if(
        synthetic_twin(), synthetic_timeline(), origin=ORIGIN, changes=(AddMeal(at=SOON, carbs_g=30.0),)
    )


@cache
def correction() -> WhatIf:
    return look_ahead_what_if(
        synthetic_twin(), synthetic_timeline(), origin=ORIGIN, changes=(AddBolus(at=SOON, insulin_u=1.0),)
    )


def test_baseline_is_the_issued_forecast() -> None:
    mean, spread, t_min = predictive_draws(
        synthetic_twin(), synthetic_timeline(), origin=ORIGIN, horizon_min=240, draws=64
    )
    assert snack().t_min.tolist() == t_min.tolist()
    assert np.array_equal(snack().baseline.median_mgdl, mixture_quantile(0.5, mean, spread))
    assert np.array_equal(snack().baseline.median_mgdl, correction().baseline.median_mgdl)


def test_food_raises_and_insulin_lowers_what_is_to_come() -> None:
    assert snack().difference.median_mgdl.max() > 10.0
    assert correction().difference.median_mgdl.min() < -8.0
    assert snack().difference.median_mgdl[:5] == pytest.approx(0.0, abs=1e-6)


def test_one_prospect_answers_many_questions_as_each_would_be_answered_alone() -> None:
    prospect = prospect_of(synthetic_twin(), synthetic_timeline(), origin=ORIGIN)
    asked = [
        ask_prospect(prospect, (change,))
        for change in (AddMeal(at=SOON, carbs_g=30.0), AddBolus(at=SOON, insulin_u=1.0))
    ]
    assert [one.to_json() for one in asked] == [snack().to_json(), correction().to_json()]
    with pytest.raises(DataError):
        ask_prospect(prospect, (AddMeal(at=ORIGIN + timedelta(minutes=240), carbs_g=30.0),))


def test_changed_curve_is_the_baseline_moved_by_the_difference() -> None:
    moved = snack().changed.median_mgdl - snack().baseline.median_mgdl
    # Both are medians over draws that differ much in the difference, so they agree only roughly.
    assert moved == pytest.approx(snack().difference.median_mgdl, rel=0.5, abs=15.0)


def test_what_comes_after_the_origin_changes_nothing() -> None:
    known = synthetic_timeline().cut(Window(start=START, end=ORIGIN + timedelta(seconds=1)))
    later = [Meal(time=SOON, carbs_g=90.0), GlucoseReading(time=SOON, glucose_mgdl=300.0)]
    told = known.merged(Timeline.from_records(synthetic_person(), later))
    again = look_ahead_what_if(synthetic_twin(), told, origin=ORIGIN, changes=(AddMeal(at=SOON, carbs_g=30.0),))
    assert again.to_json() == snack().to_json()


def test_nothing_is_observed_of_the_future() -> None:
    assert snack().observed_mgdl is None
    assert snack().kind is WhatIfKind.AHEAD


@pytest.mark.parametrize("minutes", [-1, -600, 240, 900])
def test_change_outside_the_horizon_is_refused(minutes: int) -> None:
    change = AddMeal(at=ORIGIN + timedelta(minutes=minutes), carbs_g=10.0)
    with pytest.raises(DataError) as caught:
        look_ahead_what_if(synthetic_twin(), synthetic_timeline(), origin=ORIGIN, changes=(change,))
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_old_readings_are_not_looked_ahead_from() -> None:
    stale = synthetic_timeline().cut(Window(start=START, end=ORIGIN - timedelta(minutes=40)))
    with pytest.raises(SafetyError):
        look_ahead_what_if(synthetic_twin(), stale, origin=ORIGIN, changes=(AddMeal(at=SOON, carbs_g=10.0),))


def test_json_is_json_with_bands_for_everything() -> None:
    document = json.loads(json.dumps(snack().to_json(), allow_nan=False))
    assert document["observed_mgdl"] is None
    for name in ("baseline", "changed", "difference"):
        assert [band["level"] for band in document[name]["bands"]] == [0.5, 0.9]


def with_runaway(draws: int) -> Callable[..., Contrast]:
    """The contrast, of which some draws leave what is possible and stay finite."""

    def run(*given: object) -> Contrast:
        runs = contrast(*given)  # pyright: ignore[reportArgumentType]
        return Contrast(runs.original_mgdl, runs.changed_mgdl.at[:draws, -20:].set(-1e22))

    return run


def test_a_draw_that_runs_away_does_not_spoil_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "contrast", with_runaway(3))
    coming = Window(start=ORIGIN, end=ORIGIN + timedelta(hours=4))
    told = difference_ahead(synthetic_twin(), synthetic_timeline(), coming, (AddMeal(at=SOON, carbs_g=30.0),))
    assert np.all(np.abs(told) < 1000.0)
    assert np.array_equal(told[0], told[1])


def test_when_most_draws_run_away_nothing_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_ahead, "contrast", with_runaway(40))
    coming = Window(start=ORIGIN, end=ORIGIN + timedelta(hours=4))
    with pytest.raises(SolverError):
        difference_ahead(synthetic_twin(), synthetic_timeline(), coming, (AddMeal(at=SOON, carbs_g=30.0),))


def test_fast_carbohydrate_acts_sooner() -> None:
    prospect = prospect_of(synthetic_twin(), synthetic_timeline(), origin=ORIGIN)
    mixed, fast = (
        np.median(difference_of(prospect, (AddMeal(at=ORIGIN, carbs_g=15.0, absorption=absorption),)), axis=0)
        for absorption in (Absorption.UNKNOWN, Absorption.FAST)
    )
    half_hour = prospect.t_min.tolist().index(30)
    assert fast[half_hour] > 1.5 * mixed[half_hour] > 0.0
    assert fast.argmax() < mixed.argmax()
