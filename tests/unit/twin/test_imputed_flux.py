"""How uncertain glucose is because inputs are imputed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from glucotwin.domain.imputation import Imputation, ImputationReason, ImputedInput
from glucotwin.twin.imputed_flux import BASAL_ERROR_TIME_MIN, BASAL_FLUX_MGDL_PER_MIN, imputed_flux_power

START = datetime(2024, 3, 1, tzinfo=UTC)
STEPS = 288
ALWAYS = Imputation(
    quantity=ImputedInput.BASAL,
    reason=ImputationReason.BASAL_USUAL,
    start=START - timedelta(days=1),
    end=START + timedelta(days=1),
    sd_fraction=0.35,
)
LUNCH = Imputation(
    quantity=ImputedInput.MEAL_TIME,
    reason=ImputationReason.MEAL_TIME_ASSUMED,
    start=START + timedelta(hours=12),
    end=START + timedelta(hours=12),
    amount=60.0,
    sd_min=75.0,
)


def test_nothing_imputed_leaves_the_flux_as_it_is() -> None:
    assert np.all(imputed_flux_power([], START, STEPS) == 0.0)


def test_basal_imputed_throughout_leaves_its_share_of_the_basal_flux_open() -> None:
    expected = (0.35 * BASAL_FLUX_MGDL_PER_MIN) ** 2 * BASAL_ERROR_TIME_MIN
    assert imputed_flux_power([ALWAYS], START, STEPS) == pytest.approx(expected, rel=0.05)


def test_imputed_basal_acts_only_after_it_and_fades() -> None:
    until = replace(ALWAYS, start=START + timedelta(hours=4), end=START + timedelta(hours=8))
    power = imputed_flux_power([until], START, STEPS)
    assert np.all(power[:48] == 0.0)
    assert 96 <= int(np.argmax(power)) < 120
    assert power[-1] < 0.01 * power.max()


def test_assumed_meal_time_is_uncertain_before_and_after_it_and_more_so_for_larger_meals() -> None:
    power = imputed_flux_power([LUNCH], START, STEPS)
    assert power[144 - 24] > 0.0
    assert power[144 + 24] > 0.0
    assert power[:72] == pytest.approx(0.0)
    larger = imputed_flux_power([replace(LUNCH, amount=120.0)], START, STEPS)
    assert larger == pytest.approx(4.0 * power)


def test_certain_meal_time_adds_nothing() -> None:
    assert imputed_flux_power([replace(LUNCH, sd_min=0.0)], START, STEPS) == pytest.approx(0.0)
