from dataclasses import replace
from datetime import timedelta

import pytest

from glucotwin.advise.change import with_record
from glucotwin.advise.moment_option import MomentKind
from glucotwin.core.error import NotAllowedError
from glucotwin.core.profile import Authority, Profile, Role
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.workflows.moment_advice import Asked, advise_person_now, missed_carbs_g
from synthetic_person import HELD_OUT, ORIGIN, synthetic_timeline, synthetic_twin

DINNER = synthetic_timeline().cut(HELD_OUT).frame(Meal)["time"][-1]


def test_a_meal_without_its_dose_is_found_for_two_hours() -> None:
    timeline = synthetic_timeline()
    undosed = replace(timeline, streams={**timeline.streams, "bolus": timeline.frame(Bolus).clear()})
    grams = timeline.cut(HELD_OUT).frame(Meal)["carbs_g"][-1]
    assert missed_carbs_g(undosed, DINNER + timedelta(minutes=50)) == grams
    assert missed_carbs_g(undosed, DINNER + timedelta(minutes=150)) == 0.0
    assert missed_carbs_g(timeline, DINNER + timedelta(minutes=50)) == 0.0


def test_food_against_a_low_is_no_meal_without_its_dose() -> None:
    at = DINNER + timedelta(hours=3)
    rescue = Meal(time=at - timedelta(minutes=20), carbs_g=16.0, absorption=Absorption.FAST)
    snack = replace(rescue, absorption=Absorption.SLOW)
    assert missed_carbs_g(with_record(synthetic_timeline(), "meal", rescue), at) == 0.0
    assert missed_carbs_g(with_record(synthetic_timeline(), "meal", snack), at) == 16.0


@pytest.mark.slow
def test_a_person_in_the_review_profile_is_told_of_food_but_of_no_dose() -> None:
    person = Authority(profile=Profile.REVIEW, role=Role.PERSON)
    ask = Asked(kind=MomentKind.LOW_AHEAD)
    answer = advise_person_now(synthetic_twin(), synthetic_timeline(), ask, at=ORIGIN, authority=person)
    assert all(one.step.basal_factor == 1.0 for one in answer.payload.advice.options)
    with pytest.raises(NotAllowedError):
        advise_person_now(
            synthetic_twin(), synthetic_timeline(), Asked(kind=MomentKind.CORRECTION), at=ORIGIN, authority=person
        )


@pytest.mark.slow
def test_ketones_bring_the_sick_day_rule_and_refuse_insulin() -> None:
    asked = Asked(kind=MomentKind.CORRECTION, ketone_mmoll=3.4)
    answer = advise_person_now(synthetic_twin(), synthetic_timeline(), asked, at=ORIGIN)
    assert answer.payload.sick_day is not None
    assert answer.payload.sick_day.call == "emergency"
    assert answer.payload.advice.chosen.step.is_nothing
