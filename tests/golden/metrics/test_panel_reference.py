"""The panel against R iglu, iglu_python and closed forms, per person and metric."""

from collections.abc import Callable

import pytest

from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.panel import MetricsPanel
from glucotwin.metrics.risk import grade_scores, grade_share_pct
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.summary import gmi_pct_from_mean
from glucotwin.metrics.time_in_range import share_between_pct
from glucotwin.metrics.variability import conga_mgdl

Rows = list[dict[str, str]]
CLOSED, RISK, MAGE, EDGE = 1e-9, 1e-4, 0.02, 0.03

PANEL_METRICS: dict[str, tuple[Callable[[MetricsPanel], float | None], float]] = {
    "mean": (lambda p: p.summary.mean_mgdl, CLOSED),
    "median": (lambda p: p.summary.median_mgdl, CLOSED),
    "min": (lambda p: p.summary.min_mgdl, CLOSED),
    "max": (lambda p: p.summary.max_mgdl, CLOSED),
    "range": (lambda p: p.summary.range_mgdl, CLOSED),
    "1st Qu.": (lambda p: p.summary.quartile1_mgdl, CLOSED),
    "3rd Qu.": (lambda p: p.summary.quartile3_mgdl, CLOSED),
    "IQR": (lambda p: p.summary.iqr_mgdl, CLOSED),
    "SD": (lambda p: p.summary.sd_mgdl, CLOSED),
    "CV": (lambda p: p.summary.cv_pct, CLOSED),
    "MAD_scaled1.4826": (lambda p: p.summary.mad_mgdl, CLOSED),
    "GMI": (lambda p: gmi_pct_from_mean(p.summary.mean_mgdl), CLOSED),
    "eA1C": (lambda p: p.summary.ea1c_pct, CLOSED),
    "J_index": (lambda p: p.summary.j_index, CLOSED),
    "M_value_r90": (lambda p: p.summary.m_value, CLOSED),
    "AUC_hourly": (lambda p: p.summary.auc_mgdl, EDGE),
    "n": (lambda p: p.reading_count, CLOSED),
    "below_54": (lambda p: p.time_in_range.tbr_level2_pct, CLOSED),
    "below_70": (lambda p: p.time_in_range.tbr_pct, CLOSED),
    "in_range_70_180": (lambda p: p.time_in_range.tir_pct, CLOSED),
    "in_range_70_140": (lambda p: p.time_in_range.titr_pct, CLOSED),
    "above_180": (lambda p: p.time_in_range.tar_pct, CLOSED),
    "above_250": (lambda p: p.time_in_range.tar_level2_pct, CLOSED),
    "LBGI": (lambda p: p.risk.lbgi, RISK),
    "HBGI": (lambda p: p.risk.hbgi, RISK),
    "LBGI_1.509": (lambda p: p.risk.lbgi, RISK),
    "HBGI_1.509": (lambda p: p.risk.hbgi, RISK),
    "BGRI": (lambda p: p.risk.bgri, RISK),
    "ADRR": (lambda p: p.risk.adrr, CLOSED),
    "GRI": (lambda p: p.risk.gri, CLOSED),
    "GRI_hypo_component": (lambda p: p.risk.gri_hypo, CLOSED),
    "GRI_hyper_component": (lambda p: p.risk.gri_hyper, CLOSED),
    "GRADE": (lambda p: p.risk.grade, CLOSED),
    "GRADE_hyper": (lambda p: p.risk.grade_hyper_pct, CLOSED),
    "GRADE_hypo_lt70_Hill2007": (lambda p: p.risk.grade_hypo_pct, CLOSED),
    "hypo_index": (lambda p: p.risk.hypo_index, CLOSED),
    "hyper_index": (lambda p: p.risk.hyper_index, CLOSED),
    "IGC": (lambda p: p.risk.igc, CLOSED),
    "COGI": (lambda p: p.risk.cogi, CLOSED),
    "PGS": (lambda p: p.pgs, EDGE),
    "MAGE_ma": (lambda p: p.variability.mage_mgdl, MAGE),
    "MAGE_naive": (lambda p: p.variability.mage_naive_mgdl, CLOSED),
    "MODD": (lambda p: p.variability.modd_mgdl, CLOSED),
    "CONGA1": (lambda p: p.variability.conga1_mgdl, CLOSED),
    "CONGA2": (lambda p: p.variability.conga2_mgdl, CLOSED),
    "CONGA4": (lambda p: p.variability.conga4_mgdl, CLOSED),
    "CONGA24": (lambda p: p.variability.conga24_mgdl, CLOSED),
    "GVP": (lambda p: p.variability.gvp_pct, CLOSED),
    "sd_roc": (lambda p: p.variability.sd_rate_mgdl_per_min, CLOSED),
    "SDw": (lambda p: p.variability.sd_within_day_mgdl, CLOSED),
    "SDhhmm": (lambda p: p.variability.sd_of_clock_means_mgdl, CLOSED),
    "SDwsh": (lambda p: p.variability.sd_within_hour_mgdl, 2e-3),
    "SDdm": (lambda p: p.variability.sd_of_daily_means_mgdl, CLOSED),
    "SDb": (lambda p: p.variability.sd_between_days_mgdl, CLOSED),
    "SDbdm": (lambda p: p.variability.sd_between_days_centred_mgdl, CLOSED),
    "CV_Measures_Mean": (lambda p: p.variability.cv_of_days_mean_pct, CLOSED),
    "CV_Measures_SD": (lambda p: p.variability.cv_of_days_sd_pct, CLOSED),
    "active_percent": (lambda p: p.sufficiency.active_pct, CLOSED),
    "hypo_lv1": (lambda p: p.episodes.hypo_level1.per_day, CLOSED),
    "hypo_lv2": (lambda p: p.episodes.hypo_level2.per_day, CLOSED),
    "hypo_extended": (lambda p: p.episodes.hypo_extended.per_day, CLOSED),
    "hypo_lv1_excl": (lambda p: p.episodes.hypo_level1_exclusive.per_day, CLOSED),
    "hyper_lv1": (lambda p: p.episodes.hyper_level1.per_day, CLOSED),
    "hyper_lv2": (lambda p: p.episodes.hyper_level2.per_day, CLOSED),
    "hyper_lv1_excl": (lambda p: p.episodes.hyper_level1_exclusive.per_day, CLOSED),
}

IGLU_EPISODES = {
    ("hypo", "lv1"): "hypo_level1",
    ("hypo", "lv2"): "hypo_level2",
    ("hypo", "extended"): "hypo_extended",
    ("hypo", "lv1_excl"): "hypo_level1_exclusive",
    ("hyper", "lv1"): "hyper_level1",
    ("hyper", "lv2"): "hyper_level2",
    ("hyper", "lv1_excl"): "hyper_level1_exclusive",
}


def assert_agrees(rows: Rows, panels: dict[str, MetricsPanel], metric: str, columns: tuple[str, ...]) -> None:
    read, tolerance = PANEL_METRICS[metric]
    compared = 0
    for row in rows:
        expected = [row[column] for column in columns if row[column] not in ("", "NA")]
        if row["metric"] == metric:
            for value in expected:
                # Reference files hold 12 significant digits, zeros exactly.
                assert read(panels[row["id"]]) == pytest.approx(float(value), rel=tolerance, abs=1e-12), row
                compared += 1
    assert compared > 0 or metric in ("MAGE_naive",)


@pytest.mark.parametrize("metric", PANEL_METRICS)
def test_hall_metric_equals_every_reference(
    metric: str, hall_panels: dict[str, MetricsPanel], hall_crosscheck: Rows
) -> None:
    assert_agrees(hall_crosscheck, hall_panels, metric, ("R_iglu", "iglu_python", "closed_form"))


@pytest.mark.parametrize("metric", PANEL_METRICS)
def test_iglu_metric_equals_every_reference(
    metric: str, iglu_panels: dict[str, MetricsPanel], iglu_crosscheck: Rows
) -> None:
    assert_agrees(iglu_crosscheck, iglu_panels, metric, ("R_iglu", "iglu_python", "closed_form"))


@pytest.mark.parametrize("metric", ["LBGI", "HBGI"])
def test_risk_indices_equal_iglu_r_exactly_because_both_use_22_77(
    metric: str, hall_panels: dict[str, MetricsPanel], hall_crosscheck: Rows
) -> None:
    read, _ = PANEL_METRICS[metric]
    for row in hall_crosscheck:
        if row["metric"] == metric:
            assert read(hall_panels[row["id"]]) == pytest.approx(float(row["R_iglu"]), rel=CLOSED)


def test_mage_equals_the_port_exactly(hall_panels: dict[str, MetricsPanel], hall_crosscheck: Rows) -> None:
    rows = [row for row in hall_crosscheck if row["metric"] == "MAGE_ma"]
    assert len(rows) == 19
    for row in rows:
        assert hall_panels[row["id"]].variability.mage_mgdl == pytest.approx(float(row["iglu_python"]), rel=CLOSED)


def test_grade_below_80_equals_iglus_default(hall_series: dict[str, GlucoseSeries], hall_crosscheck: Rows) -> None:
    for row in hall_crosscheck:
        if row["metric"] == "GRADE_hypo":
            glucose_mgdl = hall_series[row["id"]].glucose_mgdl
            share = grade_share_pct(grade_scores(glucose_mgdl), glucose_mgdl < 80.0)
            assert share == pytest.approx(float(row["R_iglu"]), rel=CLOSED, abs=1e-12)


def test_pregnancy_range_share_equals_reference(hall_series: dict[str, GlucoseSeries], hall_crosscheck: Rows) -> None:
    for row in hall_crosscheck:
        if row["metric"] == "in_range_63_140":
            share = share_between_pct(hall_series[row["id"]], 63.0, 140.0)
            assert share == pytest.approx(float(row["R_iglu"]), rel=CLOSED)


def test_mag_equals_the_port_that_samples_every_interval(
    hall_panels: dict[str, MetricsPanel], hall_crosscheck: Rows
) -> None:
    for row in hall_crosscheck:
        if row["metric"] == "MAG":
            value = hall_panels[row["id"]].variability.mag_mgdl_per_h
            assert value == pytest.approx(float(row["iglu_python"]), rel=CLOSED)


def test_conga_uses_the_sensor_interval_of_the_series(hall_series: dict[str, GlucoseSeries]) -> None:
    series = hall_series["1636-69-026"]
    assert conga_mgdl(build_grid(series), hours=1) == pytest.approx(25.9220175941, rel=CLOSED)


def test_hall_days_and_active_time_equal_the_consensus_panel(
    hall_panels: dict[str, MetricsPanel], hall_consensus: Rows
) -> None:
    assert len(hall_consensus) == 19
    for row in hall_consensus:
        sufficiency = hall_panels[row["id"]].sufficiency
        assert sufficiency.day_count == pytest.approx(float(row["ndays"]), abs=0.06)
        assert sufficiency.active_pct == pytest.approx(float(row["active_percent"]), rel=CLOSED)


def test_gmi_is_withheld_from_everyone_in_hall_because_nobody_has_14_active_days(
    hall_panels: dict[str, MetricsPanel],
) -> None:
    assert all(panel.gmi_pct is None and panel.sufficiency.reasons for panel in hall_panels.values())


def test_hall_episodes_equal_reference(hall_panels: dict[str, MetricsPanel], hall_episodes: Rows) -> None:
    assert len(hall_episodes) == 19 * len(IGLU_EPISODES)
    for row in hall_episodes:
        summary = getattr(hall_panels[row["id"]].episodes, IGLU_EPISODES[row["type"], row["level"]])
        assert summary.count == int(row["total_episodes"]), row
        if summary.count:
            assert summary.mean_duration_min == pytest.approx(float(row["avg_ep_duration"]), rel=CLOSED)
            assert summary.mean_glucose_mgdl == pytest.approx(float(row["avg_ep_gl"]), rel=CLOSED)
