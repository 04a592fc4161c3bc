from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.risk import (
    average_daily_risk_range,
    blood_glucose_indices,
    cogi,
    compute_risk,
    glycaemia_risk_index,
    grade_scores,
    grade_share_pct,
    gri_zone,
    hyper_index,
    hypo_index,
    personal_glycaemic_state,
)
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.time_in_range import TimeInRange, time_in_range

Builder = Callable[..., GlucoseSeries]


def shares(*, very_low: float, low: float, high: float, very_high: float) -> TimeInRange:
    tir = 100.0 - very_low - low - high - very_high
    return TimeInRange(
        reading_count=100,
        tir_pct=tir,
        titr_pct=tir,
        tbr_pct=very_low + low,
        tbr_level1_pct=low,
        tbr_level2_pct=very_low,
        tar_pct=high + very_high,
        tar_level1_pct=high,
        tar_level2_pct=very_high,
    )


def test_risk_is_zero_at_112_5_and_falls_on_one_side_elsewhere() -> None:
    low, high = blood_glucose_indices(np.array([112.517]))
    assert (low, high) == pytest.approx((0.0, 0.0), abs=1e-8)
    assert blood_glucose_indices(np.array([60.0]))[1] == 0.0
    assert blood_glucose_indices(np.array([250.0]))[0] == 0.0


def test_risk_of_50_is_about_25_as_of_400_somewhat_more() -> None:
    """Kovatchev's scale: 20 mg/dL and 600 mg/dL both carry a risk of 100."""
    assert blood_glucose_indices(np.array([20.0]))[0] == pytest.approx(100.0, abs=1.0)
    assert blood_glucose_indices(np.array([600.0]))[1] == pytest.approx(100.0, abs=1.0)


def test_weights_pool_the_risk() -> None:
    low, _ = blood_glucose_indices(np.array([50.0, 112.5]), weight=np.array([1.0, 3.0]))
    assert low == pytest.approx(blood_glucose_indices(np.array([50.0]))[0] / 4.0, rel=1e-6)


def test_daily_risk_range_adds_the_worst_of_each_side_per_day(build: Builder) -> None:
    first_day = blood_glucose_indices(np.array([50.0]))[0] + blood_glucose_indices(np.array([300.0]))[1]
    readings = [50.0, 120.0, 300.0] + [112.517] * 2
    minutes = np.array([600, 700, 800, 1440 + 600, 1440 + 700]) * np.timedelta64(1, "m")
    series = GlucoseSeries.from_local(np.datetime64("2024-01-01", "us") + minutes, readings)
    assert average_daily_risk_range(series) == pytest.approx(first_day / 2.0, rel=1e-6)


def test_gri_is_the_published_sum_of_its_components() -> None:
    hypo, hyper, gri = glycaemia_risk_index(shares(very_low=1.0, low=3.0, high=20.0, very_high=5.0))
    assert hypo == pytest.approx(1.0 + 0.8 * 3.0)
    assert hyper == pytest.approx(5.0 + 0.5 * 20.0)
    assert gri == pytest.approx(3.0 * 1.0 + 2.4 * 3.0 + 1.6 * 5.0 + 0.8 * 20.0)


def test_gri_is_capped_at_100() -> None:
    assert glycaemia_risk_index(shares(very_low=50.0, low=0.0, high=0.0, very_high=50.0))[2] == 100.0


@pytest.mark.parametrize(
    ("gri", "zone"),
    [(0.0, "A"), (20.0, "A"), (20.1, "B"), (40.0, "B"), (60.0, "C"), (80.0, "D"), (80.1, "E"), (100.0, "E")],
)
def test_gri_zones_are_fifths(gri: float, zone: str) -> None:
    assert gri_zone(gri) == zone


def test_grade_is_lowest_near_90_and_capped_at_50() -> None:
    score = grade_scores(np.array([5.0, 18.0, 40.0, 90.0, 600.0]))
    assert score[:2].tolist() == [50.0, 50.0]
    assert score[3] < 0.1
    assert score[3] < score[2] <= 50.0
    assert score[4] < 50.0


def test_grade_shares_split_the_total(build: Builder) -> None:
    series = build([50, 65, 100, 160, 300])
    risk = compute_risk(series, time_in_range(series))
    assert risk.grade_hypo_pct + risk.grade_eugly_pct + risk.grade_hyper_pct == pytest.approx(100.0)
    assert risk.bgri == pytest.approx(risk.lbgi + risk.hbgi)
    assert risk.igc == pytest.approx(risk.hypo_index + risk.hyper_index)


def test_grade_share_of_nothing_is_undefined() -> None:
    assert np.isnan(grade_share_pct(np.zeros(2), np.array([True, False])))


def test_indices_of_control_start_at_80_and_140() -> None:
    assert hypo_index(np.array([80.0, 140.0])) == 0.0
    assert hyper_index(np.array([80.0, 140.0])) == 0.0
    assert hypo_index(np.array([50.0])) == pytest.approx(900.0 / 30.0)
    assert hyper_index(np.array([240.0])) == pytest.approx(100.0**1.1 / 30.0)


def test_cogi_reaches_100_and_0() -> None:
    assert cogi(shares(very_low=0, low=0, high=0, very_high=0), 10.0) == 100.0
    assert cogi(shares(very_low=20, low=0, high=0, very_high=80), 120.0) == 0.0
    assert cogi(shares(very_low=0, low=0, high=50, very_high=0), 63.0) == pytest.approx(25.0 + 35.0 + 7.5)


def test_personal_state_worsens_with_every_part() -> None:
    calm = {
        "gvp_pct": 20.0,
        "mean_mgdl": 110.0,
        "tir_pct": 95.0,
        "level1_events_per_week": 0.0,
        "level2_events_per_week": 0.0,
    }
    best = personal_glycaemic_state(**calm)
    worse = (
        {"gvp_pct": 90.0},
        {"mean_mgdl": 220.0},
        {"mean_mgdl": 60.0},
        {"tir_pct": 40.0},
        {"level1_events_per_week": 5.0},
        {"level2_events_per_week": 2.0},
    )
    for change in worse:
        assert personal_glycaemic_state(**{**calm, **change}) > best


def test_personal_state_counts_frequent_level1_events_as_five() -> None:
    calm = {"gvp_pct": 20.0, "mean_mgdl": 110.0, "tir_pct": 95.0, "level2_events_per_week": 0.0}
    eight, ten = (personal_glycaemic_state(**calm, level1_events_per_week=events) for events in (8.0, 10.0))
    assert eight == ten
