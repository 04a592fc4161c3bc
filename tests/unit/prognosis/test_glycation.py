"""A person's own glycation ratio."""

import pytest

from glucotwin.prognosis.glycation import GlycationPair, glycation_ratio


def _pair(hba1c_pct: float, *, days: float = 14.0) -> GlycationPair:
    # ADAG gives 7.0 % at 154.2 mg/dL.
    return GlycationPair(hba1c_pct=hba1c_pct, mean_mgdl=28.7 * 7.0 - 46.7, days=days)


def test_without_a_pair_there_is_no_ratio() -> None:
    assert glycation_ratio([]) is None


def test_one_pair_leans_on_the_population_and_more_of_them_on_the_person() -> None:
    once, often = glycation_ratio([_pair(8.0)]), glycation_ratio([_pair(8.0)] * 6)
    assert once is not None
    assert often is not None
    assert 1.0 < once.median < often.median < 8.0 / 7.0
    assert often.high - often.low < once.high - once.low
    assert once.low < once.median < once.high


def test_few_days_tell_less() -> None:
    few, many = glycation_ratio([_pair(8.0, days=2.0)]), glycation_ratio([_pair(8.0, days=60.0)])
    assert few is not None
    assert many is not None
    assert few.median < many.median


def test_conditions_in_which_hba1c_misleads_are_told() -> None:
    found = glycation_ratio([_pair(7.0)], doubts=("anaemia",))
    assert found is not None
    assert found.median == pytest.approx(1.0, abs=1e-3)
    assert not found.reliable
    assert found.to_json()["doubts"] == ["anaemia"]
