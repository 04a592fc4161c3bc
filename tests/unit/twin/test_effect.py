from dataclasses import replace
from functools import cache

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.inputs import constant_inputs
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.body import Body
from glucotwin.simulate.trajectory import simulate
from glucotwin.twin.effect import BLOCK_HOURS, causal_body, day_mean_effects, estimate_effect
from glucotwin.twin.fit import model_of
from glucotwin.twin.twin import EffectEstimate
from synthetic_person import FITTED, synthetic_timeline, synthetic_twin, true_model, true_point

CLOCKS = {"night": 180.0, "morning": 500.0, "afternoon": 840.0, "evening": 1200.0}
"""A minute within each block of the day."""


def largest_change(body: Body, *, insulin_u: float = 0.0, carbs_g: float = 0.0, clock_min: float = 840.0) -> float:
    """Of plasma glucose after a dose in one minute, with the clock held: an own simulation, minute by minute."""
    minutes = 600
    once = np.zeros(minutes)
    once[0] = 1.0
    inputs = constant_inputs(
        minutes,
        insulin_u_per_min=float(true_model().basal_u_per_min) + insulin_u * once,
        carbs_g_per_min=carbs_g * once,
    )
    held = eqx.tree_at(lambda one: one.minute_of_day, inputs, np.full(minutes, clock_min))
    glucose = np.asarray(simulate(body, held).outputs["glucose_mgdl"])
    return float(np.abs(glucose - glucose[0]).max())


def day_mean_fall(body: Body, insulin_u: float) -> float:
    falls = [
        hours * largest_change(body, insulin_u=insulin_u, clock_min=CLOCKS[at]) for at, hours in BLOCK_HOURS.items()
    ]
    return sum(falls) / 24.0 / insulin_u


def causal(correction: float, carb: float) -> Body:
    body, _ = true_model().build(jnp.asarray(true_point()))
    return causal_body(body, true_model().basal_u_per_min, jnp.asarray(correction), jnp.asarray(carb))


def test_blocks_cover_the_day() -> None:
    assert sum(BLOCK_HOURS.values()) == 24.0


@pytest.mark.parametrize(("correction", "carb"), [(20.0, 2.0), (42.0, 3.5), (90.0, 6.0)])
def test_body_has_the_effects_that_were_asked_for(correction: float, carb: float) -> None:
    body = causal(correction, carb)
    assert day_mean_fall(body, 0.05) == pytest.approx(correction, rel=0.03)
    assert largest_change(body, carbs_g=0.5) / 0.5 == pytest.approx(carb, rel=0.03)


def test_doses_as_they_are_given_keep_the_effect_roughly() -> None:
    assert day_mean_fall(causal(42.0, 3.5), 1.0) == pytest.approx(42.0, rel=0.25)
    assert largest_change(causal(42.0, 3.5), carbs_g=10.0) / 10.0 == pytest.approx(3.5, rel=0.1)


def test_pattern_over_the_day_and_time_courses_stay_as_fitted() -> None:
    before = true_model().build(jnp.asarray(true_point()))[0].parameters()
    after = causal(60.0, 5.0).parameters()
    ratios = [float(after[f"glucose.sensitivity_{at}"] / before[f"glucose.sensitivity_{at}"]) for at in BLOCK_HOURS]
    assert ratios == pytest.approx([ratios[0]] * 4)
    changed = {name for name in before if not np.isclose(float(before[name]), float(after[name]), rtol=1e-12)}
    assert changed == {f"glucose.sensitivity_{at}" for at in BLOCK_HOURS} | {"gut.bioavailability"}


def test_effects_of_a_body_are_those_of_an_own_simulation() -> None:
    body = true_model().build(jnp.asarray(true_point()))[0]
    fall, rise = day_mean_effects(body, true_model().basal_u_per_min)
    assert float(fall) == pytest.approx(day_mean_fall(body, 0.05), rel=0.03)
    assert float(rise) == pytest.approx(largest_change(body, carbs_g=0.5) / 0.5, rel=0.03)


def estimated(timeline: Timeline, daily_insulin_u: float = 40.0) -> EffectEstimate:
    twin = synthetic_twin()
    return estimate_effect(model_of(twin), jnp.asarray(twin.posterior.mean), timeline, FITTED, daily_insulin_u)


def under(therapy: TherapyKind) -> Timeline:
    return replace(synthetic_timeline(), person=replace(synthetic_timeline().person, therapy=therapy))


@cache
def fitted_effects() -> tuple[float, float]:
    twin = synthetic_twin()
    body, _ = model_of(twin).build(jnp.asarray(twin.posterior.mean))
    fall, rise = day_mean_effects(body, model_of(twin).basal_u_per_min)
    return float(fall), float(rise)


def test_estimate_lies_between_the_settings_and_the_fit() -> None:
    effect = estimated(synthetic_timeline())
    for found, anchor, own in zip(
        (effect.correction_factor_mgdl_per_u, effect.carb_factor_mgdl_per_g),
        (42.0, 42.0 / 12.0),
        fitted_effects(),
        strict=True,
    ):
        assert min(anchor, own) <= found <= max(anchor, own)


def test_automated_insulin_hides_the_effect_and_so_the_anchor_counts_more() -> None:
    pump, loop = estimated(under(TherapyKind.PUMP)), estimated(under(TherapyKind.CLOSED_LOOP))
    assert loop.anchored_share > pump.anchored_share > 0.5
    assert loop.correction_factor_log_sd > pump.correction_factor_log_sd
    assert abs(np.log(loop.correction_factor_mgdl_per_u / 42.0)) < abs(np.log(pump.correction_factor_mgdl_per_u / 42.0))


def test_unknown_therapy_is_trusted_no_more_than_an_automated_one() -> None:
    assert estimated(under(TherapyKind.UNKNOWN)) == estimated(under(TherapyKind.CLOSED_LOOP))


def test_without_settings_the_clinical_rules_are_the_anchor() -> None:
    bare = replace(under(TherapyKind.CLOSED_LOOP), settings=())
    effect = estimated(bare, daily_insulin_u=40.0)
    assert effect.anchor == "daily-insulin-rule"
    assert effect.correction_factor_mgdl_per_u == pytest.approx(1700.0 / 40.0, rel=0.1)
    assert effect.carb_factor_mgdl_per_g == pytest.approx(1700.0 / 500.0, rel=0.1)


def test_more_insulin_a_day_means_less_effect_per_unit() -> None:
    bare = replace(synthetic_timeline(), settings=())
    little, much = estimated(bare, 20.0), estimated(bare, 80.0)
    assert little.correction_factor_mgdl_per_u > 2.0 * much.correction_factor_mgdl_per_u
