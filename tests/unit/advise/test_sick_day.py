import numpy as np
import pytest

from glucotwin.advise.sick_day import (
    EMERGENCY,
    NONE,
    TEAM,
    basal_titration,
    sick_day_rule,
    sick_day_rules,
    titration_rules,
)
from glucotwin.core.error import DataError


@pytest.mark.parametrize(
    ("ketones", "glucose", "identifier", "call"),
    [
        (3.0, 100.0, "emergency", EMERGENCY),
        (6.5, float("nan"), "emergency", EMERGENCY),
        (1.5, 300.0, "high-with-ketones", TEAM),
        (1.0, float("nan"), "high-with-ketones", TEAM),
        (1.5, 150.0, "ketones-without-high", TEAM),
        (0.7, 260.0, "some-ketones-high", TEAM),
        (0.7, 150.0, "some-ketones", NONE),
        (0.2, 300.0, "no-ketones", NONE),
    ],
)
def test_every_level_of_ketones_has_its_dated_rule(ketones: float, glucose: float, identifier: str, call: str) -> None:
    rule = sick_day_rule(ketones, glucose)
    assert (rule.identifier, rule.call) == (identifier, call)
    assert rule.source
    assert rule.dated.year >= 2026
    assert rule.sentence()


def test_call_for_help_is_never_lower_with_more_ketones() -> None:
    rank = {NONE: 0, TEAM: 1, EMERGENCY: 2}
    for glucose in (60.0, 150.0, 300.0, float("nan")):
        calls = [rank[sick_day_rule(level, glucose).call] for level in np.arange(0.0, 10.0, 0.1).tolist()]
        assert calls == sorted(calls)


def test_insulin_is_named_by_the_guideline_alone() -> None:
    assert {one.identifier for one in sick_day_rules() if one.extra_fraction is not None} == {"high-with-ketones"}


@pytest.mark.parametrize("ketones", [-0.1, float("nan"), float("inf")])
def test_ketones_that_are_no_number_are_refused(ketones: float) -> None:
    with pytest.raises(DataError):
        sick_day_rule(ketones, 100.0)


@pytest.mark.parametrize(
    ("mornings", "identifier"),
    [
        ([100.0, 110.0, 120.0], "in-target"),
        ([200.0, 190.0, 185.0], "high"),
        ([150.0, 140.0, 160.0], "above-target"),
        ([75.0, 76.0, 78.0], "below-target"),
        ([200.0, 190.0, 65.0], "low"),
    ],
)
def test_long_acting_insulin_goes_by_the_mornings_and_a_low_one_decides(mornings: list[float], identifier: str) -> None:
    found = basal_titration(np.array(mornings))
    assert found is not None
    assert found.rule.identifier == identifier
    assert abs(found.rule.change_fraction) <= 0.1
    assert found.decides_mgdl == (65.0 if identifier == "low" else np.median(mornings))


def test_two_mornings_are_too_few() -> None:
    assert basal_titration(np.array([100.0, 110.0])) is None
    assert len(titration_rules()) == 5
