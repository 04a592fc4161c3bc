import numpy as np
import pytest

from glucotwin.twin.body.registry import FIT_BODIES
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.population_prior import FARTHEST_SD, PopulationPrior

TOY = PopulationPrior(
    names=("rate", "other", "weight_kg", "daily_insulin_u"),
    covariates=2,
    mean=np.array([0.0, 1.0, np.log(70.0), np.log(40.0)]),
    covariance=np.array([[1.0, 0.3, 0.2, -0.3], [0.3, 1.0, 0.0, 0.0], [0.2, 0.0, 0.25, 0.05], [-0.3, 0.0, 0.05, 0.25]]),
    observation_log_sd={},
    source="made up",
)

JOINT = [name for name, one in FIT_BODIES.items() if one.population is not None]


def test_nothing_known_is_the_population() -> None:
    mean, covariance = TOY.given(Covariates())
    np.testing.assert_array_equal(mean, [0.0, 1.0])
    np.testing.assert_array_equal(covariance, TOY.covariance[:2, :2])


def test_one_covariate_moves_the_mean_along_the_regression_and_narrows_the_rest() -> None:
    mean, covariance = TOY.given(Covariates(daily_insulin_u=80.0))
    slope = -0.3 / 0.25
    assert mean[0] == pytest.approx(slope * np.log(2.0))
    assert covariance[0, 0] == pytest.approx(1.0 + slope * 0.3)
    assert mean[1] == pytest.approx(1.0)


def test_noisily_observed_covariate_tells_less() -> None:
    noisy = PopulationPrior(
        names=TOY.names,
        covariates=2,
        mean=TOY.mean,
        covariance=TOY.covariance,
        observation_log_sd={"daily_insulin_u": 0.5},
        source="made up",
    )
    mean, covariance = noisy.given(Covariates(daily_insulin_u=80.0))
    assert mean[0] == pytest.approx(-0.3 / 0.5 * np.log(2.0))
    assert covariance[0, 0] > TOY.given(Covariates(daily_insulin_u=80.0))[1][0, 0]


def test_far_covariates_count_as_the_farthest_that_are_known() -> None:
    farthest = float(np.exp(TOY.mean[3] + FARTHEST_SD * 0.5))
    at_edge, beyond = (TOY.given(Covariates(daily_insulin_u=one))[0] for one in (farthest, 10.0 * farthest))
    np.testing.assert_allclose(at_edge, beyond)


@pytest.mark.parametrize("body", JOINT)
@pytest.mark.parametrize(
    "known",
    [
        Covariates(),
        Covariates(daily_insulin_u=45.0),
        Covariates(
            weight_kg=80.0,
            age_years=30.0,
            daily_insulin_u=45.0,
            carb_ratio_g_per_u=10.0,
            correction_factor_mgdl_per_u=40.0,
            duration_years=15.0,
        ),
    ],
)
def test_shipped_priors_are_proper_and_cover_the_free_parameters(body: str, known: Covariates) -> None:
    fitted = FIT_BODIES[body]
    assert fitted.population is not None
    prior = fitted.population()
    mean, covariance = prior.given(known)
    assert np.all(np.isfinite(mean))
    assert np.min(np.linalg.eigvalsh(covariance)) > 0.0
    assert {name for name in fitted.free() if not name.startswith("noise.")} <= set(prior.parameters)


@pytest.mark.parametrize("body", JOINT)
def test_who_needs_more_insulin_is_expected_to_be_less_sensitive(body: str) -> None:
    fitted = FIT_BODIES[body]
    assert fitted.population is not None
    prior = fitted.population()
    index = prior.parameters.index(fitted.sensitivity["afternoon"])
    little, much = (prior.given(Covariates(daily_insulin_u=one))[0][index] for one in (30.0, 70.0))
    assert little > much + 0.1
