"""What each kind of alarm says at a moment."""

import math

import pytest

from glucotwin.forecast.alarm.kind import AlarmKind, Assessment
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.registry import RULES
from glucotwin.forecast.alarm.settings import AlarmSettings
from made_up_moment import level_outlook, moment, outlook, push

SETTINGS = AlarmSettings()


def said(kind: AlarmKind, now: Moment, settings: AlarmSettings = SETTINGS) -> Assessment:
    """What a rule says, which must be something."""
    assessment = RULES[kind].assess(settings, now)
    assert assessment is not None
    return assessment


def probability(kind: AlarmKind, now: Moment) -> float:
    """The probability that a rule gives."""
    return said(kind, now).probability


def test_every_kind_has_a_rule_under_its_own_name() -> None:
    assert set(RULES) == set(AlarmKind)
    assert all(rule.kind is kind for kind, rule in RULES.items())


def test_only_the_urgent_low_is_urgent() -> None:
    assert [kind for kind, rule in RULES.items() if rule.is_urgent] == [AlarmKind.URGENT_LOW_SOON]


@pytest.mark.parametrize("kind", [kind for kind in AlarmKind if kind is not AlarmKind.STALE_DATA])
def test_nothing_is_said_about_now_from_an_old_reading(kind: AlarmKind) -> None:
    old = moment(60.0, age_min=45.0, outlook=level_outlook(60.0), push=push(2.0), uses_pump=True)
    assert RULES[kind].assess(SETTINGS, old) is None


@pytest.mark.parametrize("kind", list(AlarmKind))
def test_ordinary_moment_raises_nothing(kind: AlarmKind) -> None:
    calm = moment(120.0, outlook=level_outlook(120.0), push=push(0.0), dosed_fraction=0.9, uses_pump=True)
    assert probability(kind, calm) < 0.05


def test_low_and_high_are_certain_beyond_the_limit_and_hold_within_the_margin() -> None:
    assert (said(AlarmKind.LOW, moment(69.0)).probability, said(AlarmKind.HIGH, moment(251.0)).probability) == (1, 1)
    near_low, near_high = said(AlarmKind.LOW, moment(72.0)), said(AlarmKind.HIGH, moment(248.0))
    assert (near_low.probability, near_low.held_by) == (0.0, 1.0)
    assert (near_high.probability, near_high.held_by) == (0.0, 1.0)
    assert said(AlarmKind.LOW, moment(76.0)).held_by == 0.0


def test_predicted_low_and_high_are_the_shares_of_paths() -> None:
    falling = [100.0 - 3.0 * step for step in range(24)]
    paths = outlook(falling, falling, [100.0] * 24, [100.0] * 24)
    assert probability(AlarmKind.PREDICTED_LOW, moment(100.0, outlook=paths)) == 0.0
    low = said(AlarmKind.PREDICTED_LOW, moment(100.0, outlook=paths), AlarmSettings(low_horizon_min=60.0))
    assert (low.probability, low.lead_min) == (0.5, 60.0)
    soon = outlook([65.0] * 24, [100.0] * 24, [300.0] * 24, [100.0] * 24)
    assert probability(AlarmKind.PREDICTED_LOW, moment(100.0, outlook=soon)) == 0.25
    assert probability(AlarmKind.PREDICTED_HIGH, moment(100.0, outlook=soon)) == 0.25


def test_urgent_low_is_certain_below_its_limit_without_any_forecast() -> None:
    now = said(AlarmKind.URGENT_LOW_SOON, moment(50.0))
    assert (now.probability, now.lead_min, now.reason) == (1.0, 0.0, "now")


def test_urgent_low_goes_by_the_trend_when_nothing_can_be_forecast() -> None:
    falling = said(AlarmKind.URGENT_LOW_SOON, moment([90.0, 84.0, 77.0, 70.0]))
    level = said(AlarmKind.URGENT_LOW_SOON, moment(70.0))
    assert falling.probability > 0.7 > 0.2 > level.probability
    assert 5.0 < falling.lead_min < 20.0


def test_urgent_low_goes_by_the_paths_of_the_forecast() -> None:
    now = moment(70.0, outlook=outlook([50.0] * 6, [50.0] * 6, [70.0] * 6, [70.0] * 6))
    assert probability(AlarmKind.URGENT_LOW_SOON, now) == 0.5


def test_stale_data_are_told_apart_from_no_data() -> None:
    assert probability(AlarmKind.STALE_DATA, moment(age_min=19.0)) == 0.0
    assert probability(AlarmKind.STALE_DATA, moment(age_min=20.0)) == 1.0
    assert said(AlarmKind.STALE_DATA, moment(age_min=math.inf)).reason == "never"


def test_missed_bolus_is_as_likely_as_meals_usually_have_one() -> None:
    eaten = [40.0] + [0.0] * 6
    assert probability(AlarmKind.MISSED_BOLUS, moment(carbs_g=eaten, dosed_fraction=0.9)) == 0.9
    assert probability(AlarmKind.MISSED_BOLUS, moment(carbs_g=eaten, bolus_u=[4.0, 0.0], dosed_fraction=0.9)) == 0.0
    assert probability(AlarmKind.MISSED_BOLUS, moment(carbs_g=[5.0] + [0.0] * 6, dosed_fraction=0.9)) == 0.0


def test_missed_bolus_waits_and_leaves_out_what_was_eaten_against_a_low() -> None:
    assert probability(AlarmKind.MISSED_BOLUS, moment(carbs_g=[40.0, 0.0], dosed_fraction=0.9)) == 0.0
    low = [65.0] * 4 + [80.0] * 4
    assert probability(AlarmKind.MISSED_BOLUS, moment(low, carbs_g=[40.0] + [0.0] * 6, dosed_fraction=0.9)) == 0.0


def test_nobody_who_seldom_boluses_is_told_of_a_missed_bolus() -> None:
    assert RULES[AlarmKind.MISSED_BOLUS].assess(SETTINGS, moment(carbs_g=[60.0] * 7, dosed_fraction=0.3)) is None


def test_unexplained_rise_needs_a_rise_and_a_push() -> None:
    rising = [120.0 + 8.0 * step for step in range(8)]
    assert probability(AlarmKind.UNEXPLAINED_RISE, moment(rising, push=push(2.5, 0.3))) > 0.9
    assert probability(AlarmKind.UNEXPLAINED_RISE, moment([one - 50.0 for one in rising], push=push(2.5))) == 0.0
    assert probability(AlarmKind.UNEXPLAINED_RISE, moment(rising, push=push(0.2))) < 0.1
    assert probability(AlarmKind.UNEXPLAINED_RISE, moment(176.0, push=push(2.5))) == 0.0


def test_recovery_from_a_low_is_no_unexplained_rise() -> None:
    recovering = [62.0 + 8.0 * step for step in range(8)]
    assert probability(AlarmKind.UNEXPLAINED_RISE, moment(recovering, push=push(2.5))) == 0.0


def test_pump_site_is_suspected_when_insulin_does_nothing() -> None:
    given = [0.0, 3.0] + [0.0] * 30
    high = moment(300.0, push=push(1.0), bolus_u=given, uses_pump=True)
    assert probability(AlarmKind.PUMP_SITE, high) > 0.8
    assert probability(AlarmKind.PUMP_SITE, moment(300.0, push=push(1.0), uses_pump=True)) == 0.0
    assert probability(AlarmKind.PUMP_SITE, moment(300.0, push=push(0.0), bolus_u=given, uses_pump=True)) < 0.2
    assert RULES[AlarmKind.PUMP_SITE].assess(SETTINGS, moment(300.0, push=push(1.0), bolus_u=given)) is None


def test_ketones_raise_and_lower_the_suspicion() -> None:
    given = [0.0, 3.0] + [0.0] * 30
    at = {
        ketones: said(
            AlarmKind.PUMP_SITE,
            moment(300.0, push=push(0.35, 0.3), bolus_u=given, uses_pump=True, ketone_mmoll=ketones),
        )
        for ketones in (None, 0.2, 0.8, 2.0)
    }
    assert at[0.2].probability < at[None].probability < at[0.8].probability < at[2.0].probability
    assert (at[2.0].reason, at[0.2].reason) == ("ketones", "why")
