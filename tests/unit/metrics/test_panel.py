import json
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest

from glucotwin.metrics.panel import MetricsPanel, _plain, metrics_panel, metrics_panels
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.summary import gmi_mmol_per_mol_from_mean, gmi_pct_from_mean
from glucotwin.metrics.time_in_range import PREGNANCY_TARGET, Weighting

Builder = Callable[..., GlucoseSeries]


def fortnight() -> np.ndarray:
    index = np.arange(14 * 288)
    return 140.0 + 60.0 * np.sin(index / 40.0) + 20.0 * np.sin(index / 7.0)


def test_gmi_is_given_with_enough_data_and_withheld_with_reasons_otherwise(build: Builder) -> None:
    enough = metrics_panel(build(fortnight()))
    assert enough.gmi_pct == pytest.approx(gmi_pct_from_mean(enough.summary.mean_mgdl))
    assert enough.gmi_mmol_per_mol == pytest.approx(gmi_mmol_per_mol_from_mean(enough.summary.mean_mgdl))
    short = metrics_panel(build(fortnight()[:288]))
    assert short.gmi_pct is None
    assert short.gmi_mmol_per_mol is None
    assert '"reasons": ["too-few-days"]' in json.dumps(short.to_json())


def test_json_is_plain_and_survives_a_round_trip(build: Builder) -> None:
    panel = metrics_panel(build(fortnight()))
    plain = panel.to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert set(plain) == {field.name for field in fields(MetricsPanel)}
    assert plain["start_local"] == "2024-01-01T00:05:00"
    assert plain["weighting"] == "reading"


def test_undefined_numbers_become_null(build: Builder) -> None:
    plain = metrics_panel(build([120.0])).to_json()
    text = json.dumps(plain, allow_nan=False)
    assert '"modd_mgdl": null' in text
    assert '"sd_mgdl": null' in text
    assert '"mean_mgdl": 120.0' in text


def test_value_without_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        _plain(object())


def test_blocks_of_the_clock_and_the_whole_are_consistent(build: Builder) -> None:
    panel = metrics_panel(build(fortnight()))
    night, day, whole = panel.time_in_range_night, panel.time_in_range_day, panel.time_in_range
    assert night.reading_count + day.reading_count == whole.reading_count
    pooled = (night.tir_pct * night.reading_count + day.tir_pct * day.reading_count) / whole.reading_count
    assert pooled == pytest.approx(whole.tir_pct)


def test_target_changes_shares_and_goals_but_not_the_risk_index(build: Builder) -> None:
    series = build(fortnight())
    standard, pregnancy = metrics_panel(series), metrics_panel(series, target=PREGNANCY_TARGET)
    assert pregnancy.time_in_range.tir_pct < standard.time_in_range.tir_pct
    assert pregnancy.risk == standard.risk
    assert pregnancy.goals.tar_level2 is None


def test_mixed_intervals_are_weighted_unless_told_otherwise() -> None:
    coarse = np.datetime64("2024-01-01", "us") + np.arange(144) * np.timedelta64(5, "m")
    fine = coarse[-1] + np.timedelta64(5, "m") + np.arange(720) * np.timedelta64(1, "m")
    series = GlucoseSeries.from_local(np.concatenate([coarse, fine]), [100.0] * 144 + [200.0] * 720)
    weighted = metrics_panel(series)
    assert weighted.weighting is Weighting.INTERVAL
    assert weighted.time_in_range.tir_pct == pytest.approx(50.0, abs=0.5)
    assert weighted.summary.mean_mgdl == pytest.approx(150.0, abs=0.5)
    counted = metrics_panel(series, weighting=Weighting.READING)
    assert counted.time_in_range.tir_pct == pytest.approx(100 / 6, abs=0.5)


def test_censored_readings_are_counted_and_reported(build: Builder) -> None:
    panel = metrics_panel(build([40, 100, 400, 100], censoring=[-1, 0, 1, 0]))
    assert (panel.low_count, panel.high_count) == (1, 1)
    assert panel.time_in_range.tbr_level2_pct == 25.0


def test_panels_keep_the_order_of_the_people(build: Builder) -> None:
    panels = metrics_panels([build([100.0] * 20), build([200.0] * 20)])
    assert [panel.summary.mean_mgdl for panel in panels] == [100.0, 200.0]


def test_panel_of_a_day_of_25_hours_counts_25_hours() -> None:
    utc = np.datetime64("2024-10-26T22:00", "us") + np.arange(300) * np.timedelta64(5, "m")
    panel = metrics_panel(GlucoseSeries.from_utc(utc, np.full(300, 100.0), zone="Europe/Madrid"))
    assert panel.sufficiency.day_count == pytest.approx(25 / 24)
    assert panel.sufficiency.active_pct == pytest.approx(100.0)
    assert panel.time_in_range_night.reading_count == 7 * 12
