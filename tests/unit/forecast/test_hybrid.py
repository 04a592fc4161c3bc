import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import ConflictError, DataError, ErrorCode, SafetyError
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.hybrid import forecast_with
from glucotwin.forecast.learned import learn
from glucotwin.forecast.learned_archive import learned_path, load_learned, save_learned
from glucotwin.forecast.predict import forecast_glucose
from synthetic_case import FEW, synthetic_case, synthetic_learned
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin


@cache
def issued() -> Forecast:
    return forecast_with(synthetic_learned(), synthetic_twin(), synthetic_timeline(), origin=ORIGIN, horizon_min=120)


@pytest.mark.slow
def test_forecast_is_the_shared_object_with_joint_paths() -> None:
    assert issued().method == "hybrid"
    assert issued().t_min.tolist() == [5.0 * point for point in range(1, 25)]
    assert issued().trajectories_mgdl.shape[1] == 24
    json.dumps(issued().to_json(), allow_nan=False)


def test_bands_widen_from_the_origin_on_and_hold_the_median() -> None:
    fifty, ninety = issued().bands
    assert (ninety.low_mgdl <= fifty.low_mgdl).all()
    assert (fifty.low_mgdl <= issued().median_mgdl).all()
    assert (issued().median_mgdl <= fifty.high_mgdl).all()
    width = ninety.high_mgdl - ninety.low_mgdl
    assert (np.diff(width[:12]) > 0.0).all()
    # Beyond the last learned horizon they widen as the twin's own.
    assert (np.diff(width[11:]) > -1e-9).all()
    assert width[-1] > width[11]


def test_nothing_after_the_origin_enters() -> None:
    whole = synthetic_timeline()
    streams = {name: frame.filter(pl.col("time") <= ORIGIN) for name, frame in whole.streams.items()}
    cut = replace(whole, streams=streams)
    known = forecast_with(synthetic_learned(), synthetic_twin(), cut, origin=ORIGIN, horizon_min=120)
    assert known.trajectories_mgdl == pytest.approx(issued().trajectories_mgdl)


def test_planned_insulin_lowers_the_forecast_as_much_as_the_mechanism_says() -> None:
    twin, timeline = synthetic_twin(), synthetic_timeline()
    plan = Timeline.from_records(timeline.person, [Bolus(time=ORIGIN + timedelta(minutes=5), insulin_u=2.0)])
    told = forecast_with(synthetic_learned(), twin, timeline, origin=ORIGIN, horizon_min=120, planned=plan)
    alone = [
        forecast_glucose(twin, timeline, origin=ORIGIN, horizon_min=120, planned=planned) for planned in (plan, None)
    ]
    change = alone[0].median_mgdl - alone[1].median_mgdl
    assert told.median_mgdl - issued().median_mgdl == pytest.approx(change, abs=1.0)
    assert told.median_mgdl[-1] < issued().median_mgdl[-1] - 5.0


def test_without_what_was_learned_the_twin_forecasts_alone() -> None:
    twin, timeline = synthetic_twin(), synthetic_timeline()
    alone = forecast_with(None, twin, timeline, origin=ORIGIN, horizon_min=60)
    assert alone.to_json() == forecast_glucose(twin, timeline, origin=ORIGIN, horizon_min=60).to_json()


def test_old_readings_fall_back_to_the_twin_and_then_to_a_refusal() -> None:
    whole = synthetic_timeline()

    def silent_for(minutes: int) -> Timeline:
        kept = whole.streams["glucose"].filter(pl.col("time") <= ORIGIN - timedelta(minutes=minutes))
        return replace(whole, streams={**whole.streams, "glucose": kept})

    assert forecast_with(synthetic_learned(), synthetic_twin(), silent_for(20), origin=ORIGIN).method == "twin"
    with pytest.raises(SafetyError):
        forecast_with(synthetic_learned(), synthetic_twin(), silent_for(45), origin=ORIGIN)


def test_what_was_saved_forecasts_the_same(tmp_path: Path) -> None:
    path = save_learned(synthetic_learned(), tmp_path / "me.learned.npz")
    again = load_learned(path)
    assert (again.profiles, again.manifest.inputs) == (synthetic_learned().profiles, {"synthetic": "0"})
    other = forecast_with(again, synthetic_twin(), synthetic_timeline(), origin=ORIGIN, horizon_min=120)
    assert other.trajectories_mgdl == pytest.approx(issued().trajectories_mgdl, abs=1e-6)
    with pytest.raises(ConflictError):
        save_learned(synthetic_learned(), path)


def test_the_file_is_found_beside_its_twin() -> None:
    assert learned_path(Path("a/me.twin.json")) == Path("a/me.learned.npz")
    assert learned_path(Path("a/twin.json")) == Path("a/twin.learned.npz")


def test_what_was_learned_with_other_features_is_refused() -> None:
    other = replace(synthetic_learned(), feature_names=("another",))
    with pytest.raises(DataError) as caught:
        forecast_with(other, synthetic_twin(), synthetic_timeline(), origin=ORIGIN)
    assert caught.value.code is ErrorCode.UNSUPPORTED_VERSION


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with pytest.raises(DataError, match="cannot be read"):
        load_learned(path)
    path.write_text("text", encoding="utf-8")
    with pytest.raises(DataError, match="no learned corrections"):
        load_learned(path)
    np.savez(path, other=np.zeros(3))
    with pytest.raises(DataError, match="no learned corrections"):
        load_learned(path)
    whole = save_learned(synthetic_learned(), tmp_path / "whole.npz")
    with np.load(whole) as file:
        parts = {name: file[name] for name in file.files if not name.startswith("30/0/")}
    np.savez(path, **parts)
    with pytest.raises(DataError, match="damaged"):
        load_learned(path)


def test_too_little_to_learn_from_is_refused() -> None:
    case = synthetic_case()
    with pytest.raises(DataError, match="are needed"):
        learn([replace(case, cut=600)], (60,), settings=FEW)
