from dataclasses import replace
from datetime import timedelta
from functools import cache

import jax.numpy as jnp
import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import ErrorCode, FitError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin import mode
from glucotwin.twin.calibration import CALIBRATED_HORIZONS_MIN
from glucotwin.twin.diagnostic import ParameterSummary, Verdict
from glucotwin.twin.fit import FITTED_DAYS, fit_twin, fit_twins, latest_days, model_of
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.twin import Twin
from synthetic_person import (
    CORRECTION_FACTOR_MGDL_PER_U,
    FITTED,
    START,
    WEIGHT_KG,
    synthetic_person,
    synthetic_timeline,
    synthetic_twin,
    true_model,
    true_point,
)


def summary_of(twin: Twin, name: str) -> ParameterSummary:
    return next(one for one in twin.diagnostics.parameters if one.name == name)


def without(stream: str) -> Timeline:
    whole = synthetic_timeline()
    return replace(whole, streams={name: frame for name, frame in whole.streams.items() if name != stream})


@cache
def gappy_twin() -> Twin:
    """Fitted to the same days with every fourth reading lost and half of the basal record."""
    whole = synthetic_timeline()
    readings = whole.frame(GlucoseReading).with_row_index("row").filter(pl.col("row") % 4 < 3).drop("row")
    basal = whole.streams["basal"].with_columns(pl.lit(720.0).alias("duration_min"))
    lost = {**whole.streams, "glucose": readings, "basal": basal}
    return fit_twin(replace(whole, streams=lost), window=FITTED)


def test_fit_converges_and_explains_the_readings() -> None:
    diagnostics = synthetic_twin().diagnostics
    assert diagnostics.converged
    assert "fit-not-converged" not in diagnostics.warnings
    assert 2.5 < diagnostics.residual_sd_mgdl < 6.0  # the sensor's own error is 2.5
    assert abs(diagnostics.residual_autocorrelation) < 0.2
    assert diagnostics.readings == 3 * 288


def test_twin_knows_what_it_was_made_from() -> None:
    twin = synthetic_twin()
    assert (twin.body, twin.window, twin.weight_kg) == ("minimal", FITTED, WEIGHT_KG)
    assert twin.basal_u_per_min == pytest.approx(1.0 / 60.0)
    boluses = float(np.sum(synthetic_timeline().cut(FITTED).frame(Bolus)["insulin_u"].to_numpy()))
    assert twin.daily_insulin_u == pytest.approx(24.0 + boluses / FITTED.days)
    assert twin.manifest.schema == "glucotwin-twin/3"


def test_well_informed_parameters_come_out_near_the_truth() -> None:
    truth = true_model().values(jnp.asarray(true_point()))
    for name in ("glucose.basal_mgdl", "gut.emptying_per_min", "glucose.effectiveness_per_min"):
        found = summary_of(synthetic_twin(), name)
        assert found.informed_fraction > 0.6
        assert found.median == pytest.approx(float(truth[name]), rel=0.25)


def test_posterior_is_never_wider_than_the_prior() -> None:
    covariance = synthetic_twin().posterior.covariance
    assert np.all(np.diag(covariance) <= 1.0 + 1e-9)
    assert np.linalg.eigvalsh(covariance).min() > 0.0
    assert np.array_equal(covariance, covariance.T)


def test_every_free_parameter_has_a_summary_around_its_median() -> None:
    summaries = synthetic_twin().diagnostics.parameters
    assert [one.name for one in summaries] == list(free_parameters())
    for one in summaries:
        assert one.low < one.median < one.high
        assert one.prior_low < one.prior_median < one.prior_high
        assert 0.0 <= one.informed_fraction <= 1.0


def test_bands_are_calibrated_at_every_horizon() -> None:
    factors = synthetic_twin().band_factors
    assert tuple(factors) == CALIBRATED_HORIZONS_MIN
    assert all(0.5 < one < 10.0 for one in factors.values())


def test_fit_is_anchored_at_the_persons_settings() -> None:
    effect = synthetic_twin().effect
    assert effect.anchor == "therapy-settings"
    assert effect.correction_factor_mgdl_per_u == pytest.approx(CORRECTION_FACTOR_MGDL_PER_U, rel=0.5)


def test_nothing_after_the_windows_end_is_used() -> None:
    whole, twin = synthetic_timeline(), synthetic_twin()
    earlier = fit_twin(whole.cut(Window(start=START - timedelta(days=1), end=FITTED.end)), window=FITTED)
    assert np.array_equal(earlier.posterior.mean, twin.posterior.mean)
    assert np.array_equal(earlier.posterior.covariance, twin.posterior.covariance)
    assert earlier.band_factors == twin.band_factors
    assert (earlier.effect, earlier.diagnostics) == (twin.effect, twin.diagnostics)


def test_fitting_again_gives_the_same_twin_and_tells_its_progress() -> None:
    told: list[tuple[str, float]] = []
    again = fit_twin(synthetic_timeline(), window=FITTED, progress=lambda stage, part: told.append((stage, part)))
    assert again.version == synthetic_twin().version
    assert again.diagnostics == synthetic_twin().diagnostics
    shares = [part for _, part in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len({stage for stage, _ in told}) >= 4


def test_gaps_and_unknown_basal_are_survived_and_said() -> None:
    diagnostics = gappy_twin().diagnostics
    assert {"fit-many-gaps", "fit-basal-unknown"} <= set(diagnostics.warnings)
    assert diagnostics.readings < 0.8 * synthetic_twin().diagnostics.readings
    assert "fit-many-gaps" not in synthetic_twin().diagnostics.warnings
    assert "fit-basal-unknown" not in synthetic_twin().diagnostics.warnings


def test_fit_that_runs_out_of_steps_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mode, "MAXIMUM_ITERATIONS", 1)
    diagnostics = fit_twin(synthetic_timeline(), window=FITTED).diagnostics
    assert not diagnostics.converged
    assert diagnostics.warnings[0] == "fit-not-converged"


@pytest.mark.parametrize("hours", [1, 12, 36])
def test_too_few_days_are_refused(hours: int) -> None:
    with pytest.raises(FitError) as caught:
        fit_twin(synthetic_timeline(), window=Window(start=START, end=START + timedelta(hours=hours)))
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA
    assert caught.value.hint


def test_window_without_readings_is_refused() -> None:
    later = Window(start=START + timedelta(days=20), end=START + timedelta(days=25))
    with pytest.raises(FitError) as caught:
        fit_twin(synthetic_timeline(), window=later)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_readings_with_too_many_gaps_are_refused() -> None:
    whole = synthetic_timeline()
    few = whole.frame(GlucoseReading).with_row_index("row").filter(pl.col("row") % 200 == 0).drop("row")
    with pytest.raises(FitError, match="readings a day"):
        fit_twin(replace(whole, streams={**whole.streams, "glucose": few}), window=FITTED)


def test_timeline_without_glucose_is_refused() -> None:
    with pytest.raises(FitError, match="no glucose readings"):
        fit_twin(without("glucose"))


def test_empty_timeline_is_refused() -> None:
    with pytest.raises(FitError) as caught:
        fit_twin(Timeline(person=synthetic_person()))
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_latest_days_end_with_the_readings_and_are_at_most_fourteen() -> None:
    records = [
        *(GlucoseReading(time=START + timedelta(hours=hour), glucose_mgdl=120.0) for hour in range(30 * 24)),
        *(Bolus(time=START + timedelta(days=day), insulin_u=5.0) for day in range(31)),
    ]
    found = latest_days(Timeline.from_records(synthetic_person(), records))
    assert found.end == START + timedelta(days=30) - timedelta(hours=1)
    assert found.days == FITTED_DAYS


def test_latest_days_begin_when_every_stream_has_begun_and_end_with_the_insulin() -> None:
    records = [
        *(GlucoseReading(time=START + timedelta(hours=hour), glucose_mgdl=120.0) for hour in range(10 * 24)),
        *(Bolus(time=START + timedelta(days=day), insulin_u=5.0) for day in (3, 4, 5, 6)),
    ]
    found = latest_days(Timeline.from_records(synthetic_person(), records))
    assert found == Window(start=START + timedelta(days=3), end=START + timedelta(days=7))


def test_streams_that_do_not_overlap_are_refused_and_not_turned_round() -> None:
    records = [
        *(GlucoseReading(time=START + timedelta(hours=hour), glucose_mgdl=120.0) for hour in range(48)),
        *(Bolus(time=START + timedelta(days=day), insulin_u=5.0) for day in (20, 21)),
    ]
    with pytest.raises(FitError) as caught:
        latest_days(Timeline.from_records(synthetic_person(), records))
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_model_of_a_twin_is_the_family_that_it_was_fitted_in() -> None:
    twin = synthetic_twin()
    model = model_of(twin)
    assert float(model.weight_kg) == WEIGHT_KG
    assert float(model.basal_u_per_min) == twin.basal_u_per_min
    assert len(model.values(jnp.asarray(twin.posterior.mean))) == len(free_parameters())


@cache
def sensor_only_twin() -> Twin:
    """Fitted to glucose alone."""
    whole = synthetic_timeline()
    return fit_twin(replace(whole, streams={"glucose": whole.streams["glucose"]}), window=FITTED)


@cache
def finger_stick_twin() -> Twin:
    """Fitted to five readings a day."""
    whole = synthetic_timeline()
    few = whole.frame(GlucoseReading).with_row_index("row").filter(pl.col("row") % 57 == 0).drop("row")
    return fit_twin(replace(whole, streams={**whole.streams, "glucose": few}), window=FITTED)


def test_sensor_alone_is_fitted_with_what_it_cannot_tell_left_to_the_population() -> None:
    diagnostics = sensor_only_twin().diagnostics
    assert "fit-no-insulin" in diagnostics.warnings
    assert diagnostics.verdict is Verdict.CAUTION
    assert summary_of(sensor_only_twin(), "gut.absorption_per_min").informed_fraction < 0.1
    # What meals and boluses do is unexplained now.
    size = "noise.flux_sd_mgdl_per_min"
    assert summary_of(sensor_only_twin(), size).median > summary_of(synthetic_twin(), size).median


def test_finger_sticks_inform_little_and_say_so() -> None:
    diagnostics, full = finger_stick_twin().diagnostics, synthetic_twin().diagnostics
    assert "fit-few-readings" in diagnostics.warnings
    assert "fit-many-gaps" not in diagnostics.warnings
    assert diagnostics.readings <= 3 * 6
    assert diagnostics.informed_directions is not None
    assert full.informed_directions is not None
    assert diagnostics.informed_directions < 0.6 * full.informed_directions


def test_predictive_checks_say_how_sure_predictions_were() -> None:
    checks = synthetic_twin().diagnostics.predictive_checks
    assert [one.horizon_min for one in checks] == [5, 15, 30, 60, 90, 120]
    assert checks[0].readings == synthetic_twin().diagnostics.readings
    assert all(0.6 < one.held_fraction <= 1.0 for one in checks)
    assert all(0.0 <= one.standard_error < 0.2 for one in checks)


def test_several_people_are_fitted_and_one_who_cannot_be_stops_nobody() -> None:
    good, empty = synthetic_timeline(), Timeline(person=synthetic_person())
    twin, error = fit_twins([good, empty], windows=[FITTED, None])
    assert isinstance(twin, Twin)
    assert twin.version == synthetic_twin().version
    assert isinstance(error, FitError)
