"""Accepted people: the same whoever else is drawn, at rest at their basal rate, and dosed as the rules say."""

from functools import cache

import numpy as np
import pytest

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.module.registry import MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.population import GROUPS, draw_candidates
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.population import (
    CARBS_PER_DAY_G,
    DAILY_INSULIN_U_PER_KG,
    LARGEST_RATIO_G_PER_U,
    SMALLEST_RATIO_G_PER_U,
    WITHOUT_INSULIN_MGDL,
    accepted_people,
    judge,
)

BODY = "padova-t1d"
COUNT = 12
STEADY = frozenset({"circadian"})
"""Without the day in the body, a constant rate keeps a person at rest."""


@cache
def people(group: str, count: int = COUNT, seed: int = 3) -> tuple[list[Subject], dict[str, int]]:
    return accepted_people(group, count, seed=seed)


@cache
def everyone() -> list[Subject]:
    return [one for group in GROUPS for one in people(group)[0]]


def basal_glucose(subjects: list[Subject]) -> np.ndarray:
    return np.array([one.values["basal_glucose_mgdl"] for one in subjects])


def glucose(subjects: list[Subject], inputs: list[Inputs], without: frozenset[str] = STEADY) -> np.ndarray:
    """Every ten minutes, ``(people, points)``."""
    bodies = stack_bodies([body_of(BODY, one, options=BodyOptions(without=without)) for one in subjects])
    return np.asarray(simulate_cohort(bodies, stack_inputs(inputs), stride=10).outputs["glucose_mgdl"])


def with_meal(subject: Subject) -> Inputs:
    """Six hours with 50 g after the first half hour, and the bolus of the subject's carb ratio."""
    assert subject.carb_ratio_g_per_u
    insulin, carbs = np.full(360, subject.basal_u_per_min), np.zeros(360)
    insulin[30] += 50.0 / subject.carb_ratio_g_per_u
    carbs[30:40] = 5.0
    return constant_inputs(360, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def with_profile(subject: Subject) -> Inputs:
    """Two days with the basal rates of the subject's hours."""
    hours = np.arange(2 * MINUTES_PER_DAY) // 60 % 24
    rates = np.asarray(subject.basal_profile_u_per_h)[hours] / 60.0
    return constant_inputs(2 * MINUTES_PER_DAY, insulin_u_per_min=rates)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["adult", "child"])
def test_larger_population_begins_with_the_smaller_one(group: str) -> None:
    assert people(group)[0][:5] == people(group, 5)[0]
    assert people(group)[1]["drawn"] > people(group, 5)[1]["drawn"] > 5


@pytest.mark.slow
def test_people_are_the_accepted_ones_however_many_are_judged_together() -> None:
    found, refused = people("adult")
    judged = judge(draw_candidates("adult", np.arange(refused["drawn"]), seed=3))
    assert judged.accepted[-1]
    ratios = [one.carb_ratio_g_per_u or 0.0 for one in found]
    np.testing.assert_allclose(judged.carb_ratio_g_per_u[judged.accepted], ratios, rtol=1e-12)
    basal = [one.basal_u_per_min for one in found]
    np.testing.assert_allclose(judged.basal_u_per_min[judged.accepted], basal, rtol=1e-12)
    by_rule = {name: int((~passes).sum()) for name, passes in judged.rules.items()}
    assert refused == {"drawn": judged.accepted.size, **by_rule}


@pytest.mark.slow
def test_another_seed_finds_other_people() -> None:
    weights = [{one.weight_kg for one in people("adult", seed=seed)[0]} for seed in (3, 4)]
    assert weights[0].isdisjoint(weights[1])


@pytest.mark.parametrize("group", GROUPS)
def test_people_are_numbered_and_have_age_sex_and_height(group: str) -> None:
    found = people(group)[0]
    assert [one.name for one in found] == [f"{group}#{number:05d}" for number in range(1, COUNT + 1)]
    assert {one.group for one in found} == {group}
    assert {one.sex for one in found} == {"female", "male"}
    assert all(one.age_years and one.height_cm and one.weight_kg == one.values["weight_kg"] for one in found)


def test_labels_are_kept_and_progress_ends_at_one() -> None:
    told: list[float] = []
    labelled, _ = accepted_people(
        "adult", 5, seed=3, ethnicity_mix={"japanese": 1.0}, progress=lambda stage, fraction: told.append(fraction)
    )
    assert {one.ethnicity for one in labelled} == {"japanese"}
    assert {one.ethnicity for one in people("adult")[0]} == {""}
    assert told[-1] == 1.0


def test_everyone_rests_at_basal_glucose_at_the_basal_rate() -> None:
    inputs = [constant_inputs(360, insulin_u_per_min=one.basal_u_per_min) for one in everyone()]
    course = glucose(everyone(), inputs)
    np.testing.assert_allclose(course, np.repeat(basal_glucose(everyone())[:, None], 37, axis=1), atol=1e-6)


@pytest.mark.slow
def test_basal_profile_keeps_the_day_nearer_to_basal_glucose_than_the_constant_rate() -> None:
    constant = [constant_inputs(2 * MINUTES_PER_DAY, insulin_u_per_min=one.basal_u_per_min) for one in everyone()]
    second_day = slice(MINUTES_PER_DAY // 10, None)
    apart = [
        np.abs(glucose(everyone(), inputs, frozenset())[:, second_day] - basal_glucose(everyone())[:, None])
        for inputs in ([with_profile(one) for one in everyone()], constant)
    ]
    assert np.mean(apart[0]) < 0.6 * np.mean(apart[1])
    assert np.max(apart[0]) < 50.0


@pytest.mark.slow
def test_nobody_stays_below_300_without_insulin() -> None:
    bare = glucose(everyone(), [constant_inputs(4 * MINUTES_PER_DAY)] * len(everyone()), frozenset(MODULES))
    assert np.min(bare[:, -1]) > WITHOUT_INSULIN_MGDL


def test_carb_ratio_brings_glucose_back_in_three_hours_without_a_low() -> None:
    course = glucose(everyone(), [with_meal(one) for one in everyone()])
    back = course[:, 21] / basal_glucose(everyone())
    assert np.all((back > 0.85) & (back < 1.1))
    assert np.min(course[:, :22]) > 80.0
    assert np.all(course.max(axis=1) > basal_glucose(everyone()) + 10.0)


@pytest.mark.parametrize("group", GROUPS)
def test_dosing_follows_the_rules(group: str) -> None:
    for one in people(group)[0]:
        ratio, daily = one.carb_ratio_g_per_u, one.total_daily_insulin_u
        assert ratio is not None
        assert daily is not None
        assert SMALLEST_RATIO_G_PER_U < ratio < LARGEST_RATIO_G_PER_U[group]
        assert daily == pytest.approx(one.basal_u_per_min * MINUTES_PER_DAY + CARBS_PER_DAY_G[group] / ratio)
        assert DAILY_INSULIN_U_PER_KG[0] < daily / one.weight_kg < DAILY_INSULIN_U_PER_KG[1]
        assert one.correction_factor_mgdl_per_u == pytest.approx(1700.0 / daily)


@pytest.mark.parametrize("group", GROUPS)
def test_everyone_refused_broke_a_rule(group: str) -> None:
    found, refused = people(group)
    by_rule = [count for name, count in refused.items() if name != "drawn"]
    assert max(by_rule) <= refused["drawn"] - len(found) <= sum(by_rule)
