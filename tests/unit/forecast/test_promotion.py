"""The rule by which a candidate takes the champion's place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.core.error import DataError
from glucotwin.domain.timeline import Window
from glucotwin.forecast.promotion import Trial, compare_twins
from made_up_person import FITTED, made_up_timeline, made_up_twin

START = datetime(2024, 3, 5, tzinfo=UTC)
BETTER = Trial(
    window=Window(start=START, end=START + timedelta(days=5)),
    days=5,
    origins=1200,
    champion_crps_mgdl=15.0,
    candidate_crps_mgdl=14.0,
    gain=0.066,
    gain_low=0.02,
    champion_coverage=0.86,
    candidate_coverage=0.88,
    candidate_settled=True,
)


def test_a_surely_better_candidate_is_promoted() -> None:
    assert BETTER.promoted
    assert BETTER.to_json()["promoted"] is True


@pytest.mark.parametrize(
    ("change", "unmet"),
    [
        ({"days": 2}, "too-little"),
        ({"origins": 100}, "too-little"),
        ({"gain": 0.005}, "no-gain"),
        ({"gain_low": -0.01}, "no-gain"),
        ({"gain_low": None}, "no-gain"),
        ({"candidate_coverage": 0.80}, "bands"),
        ({"candidate_settled": False}, "not-settled"),
    ],
)
def test_every_condition_of_the_rule_has_to_be_met(change: dict[str, float | bool | None], unmet: str) -> None:
    trial = replace(BETTER, **change)  # pyright: ignore[reportArgumentType]
    assert not trial.promoted
    assert trial.unmet == (unmet,)


@pytest.mark.slow
def test_both_are_scored_on_the_same_readings_after_both_fits() -> None:
    timeline = made_up_timeline()
    twin = made_up_twin(timeline)
    later = replace(twin, window=Window(start=FITTED.start, end=FITTED.end + timedelta(hours=6)))
    trial = compare_twins(twin, later, timeline)
    assert trial.window.start == later.window.end
    assert trial.gain == pytest.approx(0.0)
    assert trial.champion_crps_mgdl == pytest.approx(trial.candidate_crps_mgdl)
    assert "no-gain" in trial.unmet


@pytest.mark.slow
def test_a_worse_candidate_is_seen_as_such() -> None:
    timeline = made_up_timeline()
    twin = made_up_twin(timeline)
    worse = replace(twin, posterior=replace(twin.posterior, mean=twin.posterior.mean + 1.5))
    trial = compare_twins(twin, worse, timeline)
    assert trial.gain < 0.0
    assert not trial.promoted


def test_without_newer_readings_nothing_can_be_compared() -> None:
    timeline = made_up_timeline()
    twin = made_up_twin(timeline)
    with pytest.raises(DataError):
        compare_twins(twin, twin, timeline.cut(FITTED))
