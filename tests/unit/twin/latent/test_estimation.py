from functools import cache

import numpy as np
import pytest

from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.latent.estimation import estimate_latents
from glucotwin.twin.latent.explained import found_meals
from synthetic_days import (
    SENSOR_BIAS_MGDL,
    UNLOGGED_G,
    Difference,
    DifferentDays,
    different_days,
    known_person,
    varied_days,
)
from synthetic_person import START, true_model


def latents_of(days: DifferentDays, *, find_meals: bool = True) -> Latents:
    found = estimate_latents(true_model(), known_person(), days.timeline, days.data, days.window, find_meals=find_meals)
    assert found is not None
    return found


@cache
def varied_latents() -> Latents:
    return latents_of(varied_days())


def recovery(estimates: tuple[Latent, ...], truth: np.ndarray) -> tuple[float, float]:
    """Correlation with the truth, and the share of 90 % intervals that hold it."""
    assert len(estimates) == len(truth)
    mean, sd = (np.array([getattr(one, name) for one in estimates]) for name in ("mean", "sd"))
    return float(np.corrcoef(mean, truth)[0, 1]), float(np.mean(np.abs(mean - truth) < 1.645 * sd))


@pytest.mark.slow
def test_sensitivity_of_every_day_is_recovered_with_its_uncertainty() -> None:
    days = [one for one in varied_latents().of_kind(LatentKind.DAY_SENSITIVITY) if one.start >= START]
    correlation, covered = recovery(tuple(days), varied_days().sensitivity)
    assert correlation > 0.9
    assert covered >= 0.75
    assert all(one.informed for one in days)


@pytest.mark.parametrize(
    ("kind", "name", "least"), [(LatentKind.MEAL_CARBS, "carbs", 0.8), (LatentKind.MEAL_ABSORPTION, "absorption", 0.85)]
)
@pytest.mark.slow
def test_what_was_eaten_and_how_fast_it_was_absorbed_is_recovered(kind: LatentKind, name: str, least: float) -> None:
    correlation, covered = recovery(varied_latents().of_kind(kind), getattr(varied_days(), name))
    assert correlation > least
    assert covered >= 0.8


def test_spreads_are_learned_from_the_person() -> None:
    spreads = varied_latents().spreads
    truth = varied_days()
    assert spreads[LatentKind.DAY_SENSITIVITY] == pytest.approx(float(truth.sensitivity.std()), rel=0.35)
    assert spreads[LatentKind.MEAL_CARBS] == pytest.approx(float(truth.carbs.std()), rel=0.35)
    assert set(spreads) == {LatentKind.DAY_SENSITIVITY, LatentKind.MEAL_CARBS, LatentKind.MEAL_ABSORPTION}


def test_unlogged_meals_are_found_with_their_grams_and_nothing_else_is() -> None:
    found = found_meals(varied_latents())
    assert len(found) == len(varied_days().unlogged)
    for one, time in zip(found, varied_days().unlogged, strict=True):
        assert abs((one.start - time).total_seconds()) <= 15 * 60
        _, low, high = one.interval(2.6)
        assert low < UNLOGGED_G < high


@pytest.mark.slow
def test_days_that_do_not_differ_are_found_alike() -> None:
    found = latents_of(different_days(Difference()))
    assert found_meals(found) == ()
    assert found.spreads[LatentKind.DAY_SENSITIVITY] < 0.12
    assert max(abs(one.mean) for one in found.of_kind(LatentKind.DAY_SENSITIVITY)) < 0.2
    assert not [one for one in found.estimates if one.kind.is_effect]


@pytest.mark.slow
def test_sensor_that_reads_too_much_is_found_by_fingersticks() -> None:
    first, second = latents_of(different_days(Difference(biased_sensor=True))).of_kind(LatentKind.SENSOR_OFFSET)
    assert second.mean == pytest.approx(SENSOR_BIAS_MGDL, abs=4.0)
    assert abs(first.mean) < 5.0
    assert second.informed
    _, low, high = second.interval()
    assert low < SENSOR_BIAS_MGDL < high


@pytest.mark.slow
def test_illness_is_learned_where_it_was_and_shrunk_to_the_population_where_it_hardly_was() -> None:
    (sick,) = latents_of(different_days(Difference(sick_days=(2, 3)))).of_kind(LatentKind.ILLNESS)
    assert sick.informed_fraction > 0.3
    _, low, high = sick.interval()
    assert low < 0.6 < high
    lost: dict[int, tuple[float, float]] = {5: (0.0, 24.0), 6: (0.0, 24.0)}
    (unseen,) = latents_of(different_days(Difference(sick_days=(6,), lost=lost))).of_kind(LatentKind.ILLNESS)
    assert unseen.informed_fraction < 0.05
    assert unseen.mean == pytest.approx(unseen.prior_mean, abs=0.02)


def test_missing_readings_leave_what_they_hide_at_the_prior() -> None:
    days = different_days(Difference(vary=True, unlogged_days=(4,), lost={4: (0.0, 24.0), 5: (0.0, 6.0)}))
    found = latents_of(days)
    hidden = next(
        one for one in found.of_kind(LatentKind.DAY_SENSITIVITY) if one.start.date() == days.unlogged[0].date()
    )
    assert not hidden.informed
    assert abs(hidden.mean) < 0.1
    assert all(one.start.date() != days.unlogged[0].date() for one in found.of_kind(LatentKind.UNLOGGED_MEAL))
    meals = [one for one in found.of_kind(LatentKind.MEAL_CARBS) if one.start.date() == days.unlogged[0].date()]
    assert len(meals) == 3
    assert all(abs(one.mean) < 0.05 for one in meals[:2])
