"""The special controls of 21 CFR 862.1355."""

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.icgm import IcgmRow, ReadingPairs, icgm_rows, share_and_lower_bound

WEARERS, EACH = 50, 90
LEVELS = np.tile(np.repeat([60.0, 120.0, 250.0], EACH // 3), WEARERS)


def rows(shown: np.ndarray, *, rate: float = 0.0, shown_rate: float = 0.0) -> dict[str, IcgmRow]:
    pairs = ReadingPairs(
        wearer=np.repeat(np.arange(WEARERS), EACH),
        reference_mgdl=LEVELS,
        shown_mgdl=shown,
        reference_rate_mgdl_per_min=np.full(LEVELS.size, rate),
        shown_rate_mgdl_per_min=np.full(LEVELS.size, shown_rate),
    )
    return {one.letter: one for one in icgm_rows(pairs)}


def test_a_sensor_without_error_keeps_every_rule() -> None:
    found = rows(LEVELS, rate=-3.0, shown_rate=-3.0)
    assert list(found) == list("ABCDEFGHIJK")
    # Nobody's glucose rises, so there is nothing to judge the last rule by.
    assert {letter: one.is_met for letter, one in found.items()} == dict.fromkeys("ABCDEFGHIJ", True) | {"K": None}


def test_ranges_are_those_of_the_reading() -> None:
    found = rows(LEVELS - 55.0)
    assert found["A"].pairs == 2 * LEVELS.size // 3
    assert found["A"].measured == 0.0
    assert found["C"].pairs == LEVELS.size // 3
    assert found["C"].is_met is False


def test_a_low_reading_at_high_glucose_breaks_a_rule() -> None:
    shown = LEVELS.copy()
    shown[LEVELS > 180.0] = np.where(np.arange(np.sum(LEVELS > 180.0)) == 0, 65.0, 250.0)
    found = rows(shown)
    assert (found["H"].measured, found["H"].is_met) == (1.0, False)
    assert found["I"].is_met is True


def test_a_rise_shown_during_a_fall_is_counted() -> None:
    found = rows(LEVELS, rate=-2.5, shown_rate=1.5)
    assert (found["J"].measured, found["J"].is_met) == (100.0, False)


def test_alike_readings_of_few_wearers_prove_little() -> None:
    inside = np.repeat(np.arange(20) > 1, 100)  # two wearers in twenty have a bad sensor
    share, alike = share_and_lower_bound(np.repeat(np.arange(20), 100), inside)
    _, apart = share_and_lower_bound(np.arange(2000), inside)
    assert share == pytest.approx(0.9)
    assert alike == pytest.approx(0.9 - 1.7291 * np.sqrt(20 / 19 * (2 * 90**2 + 18 * 10**2) / 2000**2), abs=1e-4)
    assert alike < apart < share


def test_all_inside_is_bounded_by_the_exact_binomial_limit() -> None:
    # With all of n inside, the lower 95 % limit is 0.05^(1/n).
    bound = share_and_lower_bound(np.arange(59), np.ones(59, dtype=bool))[1]
    assert bound == pytest.approx(0.05 ** (1 / 59))


def test_one_wearer_proves_nothing_and_no_reading_says_nothing() -> None:
    assert share_and_lower_bound(np.zeros(100, dtype=int), np.ones(100, dtype=bool)) == (1.0, 0.0)
    assert np.isnan(share_and_lower_bound(np.zeros(0, dtype=int), np.zeros(0, dtype=bool))).all()


def test_columns_of_other_lengths_are_refused() -> None:
    whole = np.ones(3)
    with pytest.raises(DataError):
        ReadingPairs(
            wearer=np.arange(3),
            reference_mgdl=whole,
            shown_mgdl=whole[:2],
            reference_rate_mgdl_per_min=whole,
            shown_rate_mgdl_per_min=whole,
        )
