"""Scores of a course as the published rules give them."""

import numpy as np
import pytest

from glucotwin.metrics.device_risk import STEADY_ON_BOARD_H, Harm, device_risk

STEPS = 277
SCHEDULED = np.full(STEPS, 1.0)
ENOUGH = SCHEDULED * STEADY_ON_BOARD_H


def level(glucose_mgdl: float) -> np.ndarray:
    return np.full(STEPS, glucose_mgdl)


@pytest.mark.parametrize(("glucose_mgdl", "score"), [(112.6, 0), (100.0, 1), (80.0, 2), (72.0, 3), (50.0, 4)])
def test_low_glucose_is_scored_by_its_index(glucose_mgdl: float, score: int) -> None:
    assert device_risk(level(glucose_mgdl), ENOUGH, SCHEDULED).lbgi_score == score


@pytest.mark.parametrize(("hours", "score"), [(0.0, 0), (1.9, 0), (2.0, 1), (8.0, 2), (14.0, 3), (21.0, 4)])
def test_ketoacidosis_is_scored_by_hours_with_too_little_insulin(hours: float, score: int) -> None:
    on_board = ENOUGH.copy()
    on_board[: round(hours * 12)] *= 0.49
    risk = device_risk(level(150.0), on_board, SCHEDULED)
    assert risk.dkai_score == score
    assert risk.dkai_h == pytest.approx(hours, abs=0.05)


def test_half_of_what_basal_keeps_is_enough() -> None:
    assert device_risk(level(150.0), 0.5 * ENOUGH, SCHEDULED).dkai_h == 0.0


@pytest.mark.parametrize(
    ("glucose_mgdl", "share", "harm", "severity"),
    [
        (150.0, 1.0, Harm.HYPERGLYCAEMIA, 0),
        (200.0, 1.0, Harm.HYPERGLYCAEMIA, 2),
        (72.0, 1.0, Harm.HYPOGLYCAEMIA, 3),
        (150.0, 0.0, Harm.KETOACIDOSIS, 4),
        (50.0, 0.0, Harm.HYPOGLYCAEMIA, 4),
    ],
)
def test_harm_is_that_of_the_larger_score(glucose_mgdl: float, share: float, harm: Harm, severity: int) -> None:
    risk = device_risk(level(glucose_mgdl), share * ENOUGH, SCHEDULED)
    assert (risk.harm, risk.severity) == (harm, severity)


def test_glucose_of_nothing_is_the_worst() -> None:
    glucose = level(50.0)
    glucose[100] = -3.0
    risk = device_risk(glucose, ENOUGH, SCHEDULED)
    assert (risk.severity, risk.lowest_mgdl) == (5, -3.0)


@pytest.mark.parametrize(("steps", "severity"), [(47, 4), (48, 5)])
def test_four_hours_below_40_are_the_worst(steps: int, severity: int) -> None:
    glucose = level(50.0)
    glucose[20 : 20 + steps] = 39.0
    assert device_risk(glucose, ENOUGH, SCHEDULED).severity == severity


def test_a_little_time_above_180_is_one_and_much_is_two() -> None:
    glucose = level(150.0)
    glucose[:10] = 200.0
    assert device_risk(glucose, ENOUGH, SCHEDULED).tar_score == 1
    glucose[:60] = 200.0
    assert device_risk(glucose, ENOUGH, SCHEDULED).tar_score == 2
