from dataclasses import replace

import jax.numpy as jnp
import pytest

import made_up_envelope
from glucotwin.advise.envelope import EnvelopeLimits
from glucotwin.advise.moment_advice import (
    BASAL_MIN,
    Bench,
    advise_against_low,
    advise_correction,
    advise_meal,
    stepped,
)
from glucotwin.advise.moment_option import MomentKind, PlannedExercise, PlannedMeal
from glucotwin.advise.refusal import Refusal, RefusalReason
from glucotwin.advise.situation import Situation
from glucotwin.control.setting import SettingNow
from made_up_ahead import made_up_ahead, move_straight
from synthetic_person import ORIGIN

LIMITS = replace(made_up_envelope.LIMITS, max_bolus_u=4.0)
NOW = replace(made_up_envelope.FINE, at=ORIGIN, glucose_mgdl=200.0, age_min=0.0, trend_mgdl_per_min=0.0)
SETTING = SettingNow(jnp.asarray(1.0), jnp.asarray(12.0), jnp.asarray(42.0), jnp.asarray(110.0))


def bench(level: float, *, now: Situation = NOW, limits: EnvelopeLimits | None = LIMITS, step: float = 0.5) -> Bench:
    return Bench(
        prospect=made_up_ahead(level, ORIGIN),
        situation=now,
        setting=SETTING,
        limits=limits,
        standing=() if limits else (Refusal(reason=RefusalReason.NO_ENVELOPE),),
        step_u=step,
    )


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    move_straight(monkeypatch)


def test_a_high_is_corrected_as_far_as_the_envelope_allows() -> None:
    found = advise_correction(bench(230.0))
    assert found.kind is MomentKind.CORRECTION
    assert found.calculator_u == pytest.approx(90.0 / 42.0)
    assert 0.0 < found.chosen.step.dose_u <= 4.0
    assert found.chosen.step.dose_u % 0.5 == 0.0


def test_nothing_is_corrected_while_falling_or_without_a_signed_envelope() -> None:
    falling = replace(NOW, trend_mgdl_per_min=-2.0)
    for own in (bench(230.0, now=falling), bench(230.0, limits=None)):
        found = advise_correction(own)
        assert found.chosen.step.is_nothing
        assert all(one.refusals for one in found.options if one.step.dose_u > 0.0)


def test_a_dose_that_makes_very_low_glucose_likely_is_refused() -> None:
    found = advise_correction(bench(95.0))
    assert found.chosen.step.is_nothing
    reasons = {why.reason for one in found.options for why in one.refusals}
    assert RefusalReason.VERY_LOW_LIKELY in reasons


def test_a_meal_is_dosed_within_the_largest_bolus_and_split_when_rich() -> None:
    own, rich = bench(150.0, now=replace(NOW, glucose_mgdl=110.0)), PlannedMeal(carbs_g=60.0, fat_g=35.0)
    found = advise_meal(own, rich, pump=True)
    assert 0.0 < found.chosen.step.dose_u <= 4.0
    assert any(one.step.split is not None for one in found.options)
    assert any(RefusalReason.MAX_BOLUS in {why.reason for why in one.refusals} for one in found.options)
    assert found.to_json()["options"]
    pens = advise_meal(own, rich, pump=False)
    assert pens.chosen.step.dose_u > 0.0
    assert all(one.step.split is None for one in pens.options)


def test_a_coming_low_is_met_with_carbohydrate_without_any_envelope() -> None:
    found = advise_against_low(bench(62.0, limits=None), pump=True)
    assert found.chosen.step.carbs_g > 0.0
    lowered = [one for one in found.options if one.step.basal_factor != 1.0]
    assert {one.step.basal_min for one in lowered} == {BASAL_MIN}
    assert all(one.refusals for one in lowered)


@pytest.mark.parametrize(
    ("now", "may"),
    [
        (replace(NOW, glucose_mgdl=65.0), True),
        (replace(NOW, age_min=20.0), False),
        (replace(NOW, glucose_mgdl=65.0, artefacts=("compression-low",)), False),
    ],
)
def test_basal_insulin_is_lowered_in_a_low_but_not_on_readings_that_are_doubtful(now: Situation, may: bool) -> None:
    found = advise_against_low(bench(62.0, now=now), pump=True)
    lowered = [one for one in found.options if one.step.basal_factor != 1.0]
    assert lowered
    assert all(bool(one.refusals) is not may for one in lowered)


def test_less_basal_insulin_for_exercise_lasts_to_its_end() -> None:
    found = advise_against_low(bench(120.0), PlannedExercise(in_min=30.0, duration_min=45.0), pump=True)
    assert {one.step.basal_min for one in found.options if one.step.basal_factor != 1.0} == {75.0}


def test_having_no_choice_is_told_from_having_one() -> None:
    assert not advise_correction(bench(230.0)).all_refused
    assert advise_correction(bench(230.0, limits=None)).all_refused


@pytest.mark.parametrize(
    ("dose", "step", "given"), [(3.94, 0.5, 3.5), (3.94, 1.0, 3.0), (0.3, 0.05, 0.3), (0.9, 1.0, 0.0)]
)
def test_doses_are_rounded_down_to_what_pump_or_pen_can_give(dose: float, step: float, given: float) -> None:
    assert stepped(dose, step) == pytest.approx(given)
