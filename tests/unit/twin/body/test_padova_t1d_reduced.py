"""A person whose true body is the reduced one: what was changed is found again, and every operation takes the twin."""

from datetime import timedelta
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.advise.change import ScaleBolus
from glucotwin.advise.regimen_change import ChangeProduct
from glucotwin.advise.replay import replay_what_if
from glucotwin.core.error import ModelError
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.evaluate import evaluate_twin
from glucotwin.forecast.mechanism import mechanism_table, see
from glucotwin.forecast.predict import forecast_glucose
from glucotwin.forecast.record import person_record
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.fit import fit_twin, model_of
from glucotwin.twin.personal_model import free_parameters, personal_model
from glucotwin.twin.twin import Twin
from synthetic_person import FITTED, HELD_OUT, ORIGIN, synthetic_person, timeline_of, treatments

BODY = "padova-t1d-reduced"
pytestmark = pytest.mark.slow

TRUTH = {
    "glucose.sensitivity_night": 0.9,
    "glucose.basal_mgdl": -0.6,
    "glucose.volume_dl_per_kg": 0.7,
    "gut.emptying_max_per_min": 0.8,
}
"""How the person differs from the population, in steps of the unconstrained scale."""

KNOWN = Covariates(
    weight_kg=70.0, age_years=44.0, daily_insulin_u=42.0, carb_ratio_g_per_u=12.0, correction_factor_mgdl_per_u=42.0
)


@cache
def record() -> Timeline:
    model = personal_model(
        weight_kg=70.0, daily_insulin_u=42.0, basal_u_per_min=1.0 / 60.0, body=BODY, covariates=KNOWN
    )
    point = np.array([TRUTH.get(name, 0.0) for name in free_parameters(BODY)])
    return timeline_of(model.build(jnp.asarray(point))[0], synthetic_person("padova"), treatments())


@cache
def fitted() -> Twin:
    return fit_twin(record(), window=FITTED, body=BODY)


def test_fit_finds_the_true_parameters_within_its_uncertainty() -> None:
    twin = fitted()
    assert twin.body == BODY
    assert twin.diagnostics.converged
    # The prior is conditioned on what is known, whatever the choice of prior: this body has no other.
    assert twin.covariates is not None
    assert twin.covariates.carb_ratio_g_per_u == 12.0
    names = list(free_parameters(BODY))
    sd = np.sqrt(np.diag(twin.posterior.covariance))
    truth = np.array([TRUTH.get(name, 0.0) for name in names])
    body = [index for index, name in enumerate(names) if not name.startswith("noise.")]
    off = (twin.posterior.mean - truth)[body]
    # The record has the simulator's minutes, the fit steps of five: a bias beside the posterior's own spread.
    assert np.all(np.abs(off) < 3.0 * sd[body] + 0.25)
    # Closer to the truth than what was believed before.
    assert np.sum(off**2) < np.sum(truth[body] ** 2)


def test_its_forecasts_of_unseen_hours_beat_the_last_reading() -> None:
    scores = {one.horizon_min: one for one in evaluate_twin(fitted(), record(), window=HELD_OUT).horizons}
    assert scores[60].rmse_mgdl < 0.8 * scores[60].rmse_persistence_mgdl
    assert 0.75 < scores[60].coverage_90 <= 1.0
    ahead = forecast_glucose(fitted(), record(), origin=ORIGIN, horizon_min=60)
    assert np.all(np.isfinite(ahead.median_mgdl))


def dinner() -> tuple[Window, ScaleBolus]:
    at = record().cut(HELD_OUT).frame(Bolus)["time"][-1]
    start = at.replace(minute=0) - timedelta(hours=1)
    return Window(start=start, end=start + timedelta(hours=4)), ScaleBolus(at=at, factor=1.3)


def test_it_answers_what_more_insulin_would_have_done() -> None:
    window, more = dinner()
    answer = replay_what_if(fitted(), record(), window=window, changes=(more,))
    assert np.min(answer.difference.median_mgdl) < -3.0
    assert np.max(answer.difference.median_mgdl) < 0.5
    assert "what-if-bands-reasoned" in answer.cautions
    assert "what-if-bands-learned" not in answer.cautions


def test_another_insulin_is_refused_with_what_to_do() -> None:
    window, _ = dinner()
    swap = ChangeProduct(product="faster-aspart")
    with pytest.raises(ModelError, match="does not tell insulins apart") as raised:
        replay_what_if(fitted(), record(), window=window, changes=(swap,))
    assert "--body minimal" in raised.value.hint


def test_learned_forecasts_refuse_it_with_what_to_do() -> None:
    own = person_record(record(), HELD_OUT, usual_basal_u_per_min=1.0 / 60.0)
    with pytest.raises(ModelError, match="Learned forecasts know the body minimal") as raised:
        mechanism_table(see(fitted(), own), own)
    assert "--body minimal" in raised.value.hint


def test_model_of_the_twin_is_of_its_body() -> None:
    assert model_of(fitted()).body_name == BODY
