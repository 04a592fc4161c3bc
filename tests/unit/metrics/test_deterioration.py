import numpy as np
import pytest

from glucotwin.metrics.deterioration import WATCHED, TrendVerdict, judge_deterioration

BY_NAME = {one.name: one for one in WATCHED}
DAY = np.arange(0.0, 901.0, 100.0)
UNREST = np.array([1.0, -1.0, 1.0, 0.0, -1.0, 1.0, -1.0, 0.0, 1.0, -1.0])


def _verdict(name: str, day: np.ndarray, value: np.ndarray) -> TrendVerdict | None:
    found = judge_deterioration(BY_NAME[name], day, value)
    return None if found is None else found.verdict


@pytest.mark.parametrize(("loss", "verdict"), [(2.0, TrendVerdict.STEADY), (9.0, TrendVerdict.CLEAR)])
def test_kidney_function_counts_from_five_a_year(loss: float, verdict: TrendVerdict) -> None:
    assert _verdict("egfr", DAY, 80.0 - loss * DAY / 365.25 + UNREST) is verdict


def test_a_steep_but_unsure_fall_is_possible() -> None:
    assert _verdict("egfr", DAY[:4], 80.0 - 8.0 * DAY[:4] / 365.25 + 12.0 * UNREST[:4]) is TrendVerdict.POSSIBLE


def test_better_is_never_worse() -> None:
    assert _verdict("egfr", DAY, 50.0 + 9.0 * DAY / 365.25 + UNREST) is TrendVerdict.STEADY
    assert _verdict("hba1c", DAY[:7], 9.0 - 1.0 * DAY[:7] / 365.25) is TrendVerdict.STEADY


@pytest.mark.parametrize(("start", "verdict"), [(2.0, TrendVerdict.STEADY), (40.0, TrendVerdict.CLEAR)])
def test_albumin_counts_when_it_doubles_and_is_raised(start: float, verdict: TrendVerdict) -> None:
    day = DAY[:6]
    assert _verdict("acr", day, start * 2.0 ** (1.5 * day / 365.25)) is verdict


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_measurements_say_nothing(count: int) -> None:
    assert _verdict("egfr", DAY[:count], 80.0 - DAY[:count]) is None


def test_too_short_a_time_says_nothing() -> None:
    assert _verdict("egfr", np.array([0.0, 10.0, 20.0]), np.array([80.0, 60.0, 40.0])) is None


def test_only_the_window_before_the_newest_counts() -> None:
    day = np.concatenate([DAY[:4], DAY[:4] + 3000.0])
    value = np.concatenate([np.full(4, 120.0), np.full(4, 60.0)])
    assert _verdict("egfr", day, value) is TrendVerdict.STEADY
