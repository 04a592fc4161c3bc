from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.sufficiency import Insufficiency, active_pct, judge_sufficiency
from glucotwin.metrics.time_in_range import Weighting

Builder = Callable[..., GlucoseSeries]


def with_share(days: int, keep_every: int, of_every: int) -> GlucoseSeries:
    """Readings every 5 min over ``days``; of every ``of_every`` the first ``keep_every`` and the very last are kept."""
    index = np.arange(days * 288)
    keep = (index % of_every < keep_every) | (index == index[-1])
    time_local = np.datetime64("2024-01-01", "us") + index[keep] * np.timedelta64(5, "m")
    return GlucoseSeries.from_local(time_local, np.full(int(keep.sum()), 120.0))


def test_fourteen_full_days_suffice(build: Builder) -> None:
    verdict = judge_sufficiency(build([100] * 14 * 288))
    assert verdict.day_count == pytest.approx(14.0)
    assert verdict.active_pct == pytest.approx(100.0)
    assert verdict.is_sufficient
    assert verdict.reasons == ()


def test_an_hour_that_the_clocks_skipped_is_not_missed(build: Builder) -> None:
    assert judge_sufficiency(build([100] * (14 * 288 - 12))).is_sufficient


def test_two_hours_short_of_14_days_do_not(build: Builder) -> None:
    verdict = judge_sufficiency(build([100] * (14 * 288 - 24)))
    assert not verdict.is_sufficient
    assert verdict.reasons == (Insufficiency.TOO_FEW_DAYS,)


@pytest.mark.parametrize(("kept", "sufficient"), [(71, True), (69, False)])
def test_seventy_percent_active_is_the_limit(kept: int, sufficient: bool) -> None:
    verdict = judge_sufficiency(with_share(15, kept, 100))
    assert verdict.active_pct == pytest.approx(kept, abs=0.5)
    assert verdict.is_sufficient is sufficient
    assert verdict.reasons == (() if sufficient else (Insufficiency.TOO_LITTLE_ACTIVE_TIME,))


def test_both_reasons_are_given(build: Builder) -> None:
    assert judge_sufficiency(with_share(3, 40, 100)).reasons == tuple(Insufficiency)


def test_mixed_intervals_are_judged_by_the_time_they_cover() -> None:
    fine = np.arange(0, 720, 1)
    coarse = np.arange(720, 1440, 5)
    minutes = np.concatenate([fine, coarse]) * np.timedelta64(1, "m")
    series = GlucoseSeries.from_local(np.datetime64("2024-01-01", "us") + minutes, [100] * minutes.size)
    assert active_pct(series, weighting=Weighting.INTERVAL) == pytest.approx(100.0, abs=0.5)
    assert active_pct(series) < 95.0
