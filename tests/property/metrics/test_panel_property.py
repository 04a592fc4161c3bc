"""What must hold for any readings whatsoever."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glucotwin.core.unit import mgdl_from_mmoll, mmoll_from_mgdl
from glucotwin.metrics.episode import find_all_episodes
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.panel import metrics_panel
from glucotwin.metrics.risk import blood_glucose_indices, compute_risk, grade_scores
from glucotwin.metrics.series import GlucoseSeries, cadence_min
from glucotwin.metrics.summary import summarise
from glucotwin.metrics.time_in_range import TARGET_PRESETS, Weighting, time_in_range
from glucotwin.metrics.variability import compute_variability

GLUCOSE = st.floats(36.0, 600.0)


@st.composite
def series(draw: st.DrawFn, least: int = 1, most: int = 150) -> GlucoseSeries:
    """Readings with gaps and censoring at any time of the year."""
    count = draw(st.integers(least, most))
    glucose_mgdl = draw(arrays(np.float64, count, elements=GLUCOSE))
    steps = draw(arrays(np.int64, count, elements=st.sampled_from([1, 5, 5, 5, 5, 10, 46, 300])))
    censoring = draw(arrays(np.int64, count, elements=st.sampled_from([0, 0, 0, 0, -1, 1])))
    start = np.datetime64("2024-01-01", "us") + draw(st.integers(0, 366 * 1440)) * np.timedelta64(1, "m")
    time_utc = start + np.cumsum(steps) * np.timedelta64(1, "m")
    zone = draw(st.sampled_from(["UTC", "Europe/Madrid", "America/St_Johns", "Australia/Lord_Howe"]))
    return GlucoseSeries.from_utc(time_utc, glucose_mgdl, zone=zone, censoring=censoring)


def with_glucose(original: GlucoseSeries, change: Callable[[np.ndarray], np.ndarray]) -> GlucoseSeries:
    return GlucoseSeries(
        time_min=original.time_min,
        clock_min=original.clock_min,
        glucose_mgdl=change(original.glucose_mgdl),
        censoring=original.censoring,
        interval_min=original.interval_min,
        origin_date=original.origin_date,
    )


@given(series(), st.sampled_from(list(TARGET_PRESETS)), st.sampled_from(Weighting))
def test_levels_add_up_to_100_percent(readings: GlucoseSeries, preset: str, weighting: Weighting) -> None:
    shares = time_in_range(readings, target=TARGET_PRESETS[preset], weighting=weighting)
    levels = (shares.tbr_level2_pct, shares.tbr_level1_pct, shares.tir_pct, shares.tar_level1_pct)
    assert sum(levels) + (shares.tar_level2_pct or 0.0) == pytest.approx(100.0)
    assert shares.tbr_pct == pytest.approx(shares.tbr_level1_pct + shares.tbr_level2_pct)


@settings(max_examples=25)
@given(series())
def test_any_panel_is_json_with_ordered_statistics(readings: GlucoseSeries) -> None:
    panel = metrics_panel(readings)
    json.dumps(panel.to_json(), allow_nan=False)
    summary = panel.summary
    assert summary.min_mgdl <= summary.quartile1_mgdl <= summary.median_mgdl <= summary.quartile3_mgdl
    assert summary.quartile3_mgdl <= summary.max_mgdl
    assert summary.min_mgdl - 1e-9 <= summary.mean_mgdl <= summary.max_mgdl + 1e-9
    assert 0.0 < panel.sufficiency.active_pct <= 100.0 + 1e-9
    assert np.all(np.diff(panel.modal_day.glucose_mgdl, axis=0) >= -1e-9)


@given(series(least=2))
def test_indices_stay_within_their_scales(readings: GlucoseSeries) -> None:
    risk = compute_risk(readings, time_in_range(readings))
    assert 0.0 <= risk.gri <= 100.0
    assert 0.0 <= risk.cogi <= 100.0
    assert 0.0 <= risk.grade <= 50.0
    assert min(risk.lbgi, risk.hbgi, risk.adrr, risk.hypo_index, risk.hyper_index) >= 0.0
    assert risk.adrr >= max(risk.lbgi, risk.hbgi) - 1e-9 or np.ptp(np.floor(readings.clock_min / 1440)) > 0


@given(series(least=2), st.floats(1.0, 60.0))
def test_lower_readings_never_shorten_time_below_nor_lengthen_time_above(
    readings: GlucoseSeries, drop_mgdl: float
) -> None:
    lower = with_glucose(readings, lambda glucose: np.maximum(glucose - drop_mgdl, 35.0))
    before, after = time_in_range(readings), time_in_range(lower)
    assert after.tbr_pct >= before.tbr_pct
    assert after.tbr_level2_pct >= before.tbr_level2_pct
    assert after.tar_pct <= before.tar_pct
    assert blood_glucose_indices(lower.glucose_mgdl)[0] >= blood_glucose_indices(readings.glucose_mgdl)[0] - 1e-12


@given(series(least=2))
def test_pooled_metrics_do_not_depend_on_the_order_of_values(readings: GlucoseSeries) -> None:
    order = np.argsort(np.sin(1000.0 * readings.glucose_mgdl + np.arange(readings.glucose_mgdl.size)))
    shuffled = with_glucose(readings, lambda glucose: glucose[order])
    plain = GlucoseSeries(
        time_min=readings.time_min,
        clock_min=readings.clock_min,
        glucose_mgdl=readings.glucose_mgdl,
        censoring=readings.censoring[np.argsort(order)],
        interval_min=readings.interval_min,
        origin_date=readings.origin_date,
    )
    one, other = time_in_range(plain), time_in_range(shuffled)
    assert one.tir_pct == pytest.approx(other.tir_pct)
    assert one.tbr_level2_pct == pytest.approx(other.tbr_level2_pct)
    assert np.sort(grade_scores(plain.glucose_mgdl)) == pytest.approx(np.sort(grade_scores(shuffled.glucose_mgdl)))
    assert blood_glucose_indices(plain.glucose_mgdl) == pytest.approx(blood_glucose_indices(shuffled.glucose_mgdl))


@settings(max_examples=25)
@given(series(least=2), st.integers(1, 60))
def test_shift_by_whole_days_changes_nothing(readings: GlucoseSeries, days: int) -> None:
    start = np.datetime64("2024-01-01", "us")
    offsets = (readings.time_min * 60e6).astype("timedelta64[us]")
    here = metrics_panel(GlucoseSeries.from_local(start + offsets, readings.glucose_mgdl)).to_json()
    moved = start + offsets + days * np.timedelta64(1, "D")
    there = metrics_panel(GlucoseSeries.from_local(moved, readings.glucose_mgdl)).to_json()
    for name in ("start_local", "end_local"):
        assert here.pop(name) != there.pop(name)
    assert here == there


@given(series(least=2), st.integers(1, 1439))
def test_shift_of_the_clock_keeps_pooled_metrics_and_episodes_on_the_grid(readings: GlucoseSeries, step: int) -> None:
    """A shift by multiples of the interval moves the grid with the readings."""
    start = np.datetime64("2024-01-01", "us")
    offsets = np.round(readings.time_min / 5.0).astype(int)
    offsets = np.unique(offsets) * np.timedelta64(5, "m")
    glucose_mgdl = readings.glucose_mgdl[: offsets.size]
    here = GlucoseSeries.from_local(start + offsets, glucose_mgdl, interval_min=5.0)
    there = GlucoseSeries.from_local(start + offsets + step * np.timedelta64(5, "m"), glucose_mgdl, interval_min=5.0)
    one, other = find_all_episodes(build_grid(here)), find_all_episodes(build_grid(there))
    # The very first point of a day is not on the grid when it is midnight of the first day.
    if here.time_min[0] > 0.0 and there.time_min[0] > 0.0:
        assert one.hypo_level1.count == other.hypo_level1.count
        assert one.hyper_level2.count == other.hyper_level2.count
        assert one.hypo_extended.count == other.hypo_extended.count


@given(series(least=2), st.floats(1.01, 3.0))
def test_spreads_scale_with_glucose_and_shares_of_spread_do_not(readings: GlucoseSeries, factor: float) -> None:
    scaled = with_glucose(readings, lambda glucose: glucose * factor)
    one, other = build_grid(readings), build_grid(scaled)
    before, after = summarise(readings.glucose_mgdl, one), summarise(scaled.glucose_mgdl, other)
    assert after.mean_mgdl == pytest.approx(factor * before.mean_mgdl)
    assert after.sd_mgdl == pytest.approx(factor * before.sd_mgdl)
    assert after.cv_pct == pytest.approx(before.cv_pct)
    assert after.iqr_mgdl == pytest.approx(factor * before.iqr_mgdl, abs=1e-9)
    spread_before, spread_after = compute_variability(readings, one), compute_variability(scaled, other)
    assert spread_after.modd_mgdl == pytest.approx(factor * spread_before.modd_mgdl, nan_ok=True)
    assert spread_after.conga1_mgdl == pytest.approx(factor * spread_before.conga1_mgdl, nan_ok=True, abs=1e-9)


@given(arrays(np.float64, st.integers(1, 50), elements=GLUCOSE))
def test_conversion_to_mmol_and_back_leaves_the_metrics(glucose_mgdl: np.ndarray) -> None:
    back = mgdl_from_mmoll(mmoll_from_mgdl(glucose_mgdl))
    assert blood_glucose_indices(back) == pytest.approx(blood_glucose_indices(glucose_mgdl), rel=1e-9, abs=1e-12)


@given(series(least=2))
def test_weights_of_readings_are_positive_and_never_exceed_the_time_they_span(readings: GlucoseSeries) -> None:
    weight = cadence_min(readings)
    assert np.all(weight >= 1.0)
    assert np.all(weight <= max(20.0, readings.interval_min))


@given(series(least=2))
def test_level_2_episodes_lie_within_level_1_and_exclusive_ones_complete_them(readings: GlucoseSeries) -> None:
    panel = find_all_episodes(build_grid(readings))
    for level1, exclusive, level2 in (
        (panel.hypo_level1, panel.hypo_level1_exclusive, panel.hypo_level2),
        (panel.hyper_level1, panel.hyper_level1_exclusive, panel.hyper_level2),
    ):
        assert exclusive.count <= level1.count
        assert level1.count - exclusive.count <= level2.count
        for inner in level2.episodes:
            assert any(outer.start_min <= inner.start_min <= outer.end_min for outer in level1.episodes)
    for episode in panel.hypo_level1.episodes:
        assert episode.duration_min >= 15.0
        assert episode.extreme_mgdl < 70.0
