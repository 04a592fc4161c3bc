"""What must hold for any forecast whatsoever."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glucotwin.metrics.alarm_score import score_alarms
from glucotwin.metrics.error_grid import ERROR_GRIDS, ZONES, count_zones
from glucotwin.metrics.forecast_score import glucose_specific_penalty, score_points
from glucotwin.metrics.probability_score import (
    crps_from_quantiles_mgdl,
    crps_from_samples_mgdl,
    probability_integral_transform,
    score_interval,
    score_probabilities,
)

GLUCOSE = st.floats(20.0, 600.0)
PAIRS = st.integers(1, 40).flatmap(
    lambda count: st.tuples(arrays(np.float64, count, elements=GLUCOSE), arrays(np.float64, count, elements=GLUCOSE))
)
ENSEMBLES = st.tuples(st.integers(1, 10), st.integers(1, 12)).flatmap(
    lambda shape: st.tuples(arrays(np.float64, shape[0], elements=GLUCOSE), arrays(np.float64, shape, elements=GLUCOSE))
)


@given(ENSEMBLES)
def test_crps_is_never_negative_and_at_most_the_mean_absolute_error(case: tuple[np.ndarray, np.ndarray]) -> None:
    reference, samples = case
    crps = crps_from_samples_mgdl(reference, samples)
    assert np.all(crps >= -1e-9)
    assert np.all(crps <= np.mean(np.abs(samples - reference[:, None]), axis=1) + 1e-9)


@given(PAIRS, st.integers(1, 9))
def test_crps_of_a_point_mass_is_the_absolute_error(case: tuple[np.ndarray, np.ndarray], members: int) -> None:
    reference, forecast = case
    copies = np.repeat(forecast[:, None], members, axis=1)
    levels = (np.arange(members) + 0.5) / members
    expected = np.abs(forecast - reference)
    np.testing.assert_allclose(crps_from_samples_mgdl(reference, copies), expected, atol=1e-9)
    np.testing.assert_allclose(crps_from_quantiles_mgdl(reference, copies, levels), expected, atol=1e-9)


@given(ENSEMBLES)
def test_crps_from_sorted_members_as_quantiles_equals_crps_from_samples(case: tuple[np.ndarray, np.ndarray]) -> None:
    """Members at the levels (i - 1/2) / m are the quantiles of their own distribution."""
    reference, samples = case
    members = samples.shape[1]
    levels = (np.arange(members) + 0.5) / members
    quantiles = np.sort(samples, axis=1)
    np.testing.assert_allclose(
        crps_from_quantiles_mgdl(reference, quantiles, levels), crps_from_samples_mgdl(reference, samples), atol=1e-8
    )


@given(ENSEMBLES)
def test_transform_lies_between_0_and_1(case: tuple[np.ndarray, np.ndarray]) -> None:
    transform = probability_integral_transform(*case)
    assert np.all((transform >= 0.0) & (transform <= 1.0))


@given(st.integers(1, 99))
def test_perfect_quantiles_cover_what_they_promise(nominal_pct: int) -> None:
    """Against references spread evenly over the forecast's own distribution."""
    reference = 100.0 + (np.arange(1000) + 0.5) / 10.0
    half = nominal_pct / 2.0
    lower, upper = np.full(1000, 150.0 - half), np.full(1000, 150.0 + half)
    score = score_interval(reference, lower, upper, nominal_pct=float(nominal_pct))
    assert score.coverage_pct == pytest.approx(nominal_pct, abs=0.1)
    assert score.mean_width_mgdl == pytest.approx(nominal_pct)


@given(PAIRS)
def test_point_errors_are_ordered(case: tuple[np.ndarray, np.ndarray]) -> None:
    score = score_points(*case)
    assert abs(score.bias_mgdl) <= score.mae_mgdl + 1e-9
    assert score.mae_mgdl <= score.rmse_mgdl + 1e-9
    assert score.rmse_mgdl <= score.grmse_mgdl + 1e-9
    assert score.grmse_mgdl <= np.sqrt(2.5) * score.rmse_mgdl + 1e-9


@given(PAIRS)
def test_penalty_lies_between_1_and_2_5(case: tuple[np.ndarray, np.ndarray]) -> None:
    penalty = glucose_specific_penalty(*case)
    assert np.all((penalty >= 1.0 - 1e-9) & (penalty <= 2.5 + 1e-9))


@given(PAIRS, st.sampled_from(list(ERROR_GRIDS)))
def test_every_pair_has_one_zone(case: tuple[np.ndarray, np.ndarray], grid: str) -> None:
    zones = ERROR_GRIDS[grid](*case)
    assert set(zones) <= set(ZONES)
    shares = count_zones(zones)
    assert shares.a_pct + shares.b_pct + shares.c_pct + shares.d_pct + shares.e_pct == pytest.approx(100.0)


@given(GLUCOSE, arrays(np.float64, 20, elements=GLUCOSE), st.sampled_from(["dts", "parkes-type-1", "parkes-type-2"]))
def test_zones_worsen_away_from_the_truth(reference: float, measured: np.ndarray, grid: str) -> None:
    for side in (np.sort(measured[measured >= reference]), np.sort(measured[measured <= reference])[::-1]):
        if side.size:
            zones = ERROR_GRIDS[grid](np.full(side.size, reference), side)
            assert np.all(np.diff([ZONES.index(zone) for zone in zones]) >= 0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 1.0)), min_size=1, max_size=40))
def test_brier_lies_between_0_and_1(case: list[tuple[bool, float]]) -> None:
    happened, probability = ([float(pair[side]) for pair in case] for side in (0, 1))
    assert 0.0 <= score_probabilities(happened, probability).brier <= 1.0


@given(
    st.sets(st.integers(0, 5000), max_size=30),
    st.sets(st.integers(0, 50), max_size=10),
    st.floats(5.0, 90.0),
)
def test_alarm_counts_are_consistent(alarms: set[int], hours: set[int], horizon_min: float) -> None:
    starts = np.array(sorted(hours), float) * 100.0
    score = score_alarms(
        np.array(sorted(alarms), float), starts, starts + 30.0, horizon_min=horizon_min, observed_day=4.0
    )
    assert score.true_alarm_count <= score.alarm_count <= len(alarms)
    assert score.detected_count <= min(score.event_count, score.true_alarm_count)
    assert not score.median_lead_min > horizon_min
