import json
from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.evaluate import evaluate_twin
from glucotwin.forecast.evaluation import Evaluation, HorizonScore
from synthetic_person import DAYS, FITTED, HELD_OUT, synthetic_timeline, synthetic_twin


@cache
def scored() -> Evaluation:
    return evaluate_twin(synthetic_twin(), synthetic_timeline(), window=HELD_OUT)


def at(horizon: int, evaluation: Evaluation | None = None) -> HorizonScore:
    return next(one for one in (evaluation or scored()).horizons if one.horizon_min == horizon)


def with_readings(condition: pl.Expr) -> Timeline:
    whole = synthetic_timeline()
    kept = whole.frame(GlucoseReading).filter(condition)
    return replace(whole, streams={**whole.streams, "glucose": kept})


@pytest.mark.parametrize("horizon", [30, 60, 120])
def test_persistence_is_that_of_a_direct_computation(horizon: int) -> None:
    glucose = synthetic_timeline().frame(GlucoseReading)["glucose_mgdl"].to_numpy()
    first, ahead = (DAYS - 1) * 288, horizon // 5
    origins = np.arange(first, DAYS * 288 - 24)
    error = glucose[origins] - glucose[origins + ahead]
    score = at(horizon)
    assert score.pairs == origins.size
    assert score.rmse_persistence_mgdl == pytest.approx(np.sqrt(np.mean(error**2)))
    assert score.mae_persistence_mgdl == pytest.approx(np.mean(np.abs(error)))
    assert score.mard_persistence_pct == pytest.approx(100 * np.mean(np.abs(error) / glucose[origins + ahead]))


def test_twin_beats_persistence_on_the_held_out_day() -> None:
    assert all(one.beats_persistence for one in scored().horizons)
    assert at(30).rmse_mgdl < 0.6 * at(30).rmse_persistence_mgdl


def test_scores_hang_together() -> None:
    for one in scored().horizons:
        assert one.mae_mgdl <= one.rmse_mgdl
        assert abs(one.bias_mgdl) <= one.mae_mgdl
        assert 0.0 <= one.coverage_50 < one.coverage_90 <= 1.0
        assert 0.0 <= one.dts_zone_a_fraction <= 1.0
    assert at(30).rmse_mgdl < at(60).rmse_mgdl < at(120).rmse_mgdl
    assert at(30).width_90_mgdl < at(60).width_90_mgdl < at(120).width_90_mgdl


@pytest.mark.parametrize("hours", [1, 24, 60])
def test_window_that_the_fit_has_seen_is_refused(hours: int) -> None:
    window = Window(start=FITTED.end - timedelta(hours=hours), end=HELD_OUT.end)
    with pytest.raises(DataError, match="has seen") as caught:
        evaluate_twin(synthetic_twin(), synthetic_timeline(), window=window)
    assert caught.value.code is ErrorCode.OVERLAPPING_TIMES


def test_window_with_too_few_readings_is_refused() -> None:
    none = with_readings(pl.col("time") < HELD_OUT.start)
    with pytest.raises(DataError) as caught:
        evaluate_twin(synthetic_twin(), none, window=HELD_OUT)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_missing_readings_are_never_targets_or_origins() -> None:
    gap = pl.col("time").is_between(
        HELD_OUT.start + timedelta(hours=6), HELD_OUT.start + timedelta(hours=8), closed="left"
    )
    found = evaluate_twin(synthetic_twin(), with_readings(~gap), window=HELD_OUT)
    assert at(30, found).pairs == 264 - 24 - 6
    assert at(120, found).pairs == 264 - 24 - 24


def test_evaluation_carries_who_it_is_about() -> None:
    assert scored().person_id == "synthetic"
    assert scored().attributes["diabetes_type"] == "type1"
    assert scored().attributes["therapy"] == "pump"
    assert (scored().start, scored().end) == (HELD_OUT.start, HELD_OUT.end)


def test_json_is_json_and_says_whether_persistence_was_beaten() -> None:
    document = json.loads(json.dumps(scored().to_json(), allow_nan=False))
    assert [one["horizon_min"] for one in document["horizons"]] == [30, 60, 120]
    assert all(one["beats_persistence"] for one in document["horizons"])
