"""Accepting people of the type 2 body: definitions of the groups, what they inject, and prefixes of a seed."""

import numpy as np
import pytest

from glucotwin.physiology.population_t2d import TYPE2_GROUPS
from glucotwin.physiology.registry import body_entry
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.population_t2d import accepted_type2_people

pytestmark = pytest.mark.slow

COUNT = 40


@pytest.fixture(scope="module")
def people() -> dict[str, list[Subject]]:
    return {group: accepted_type2_people(group, COUNT, seed=1)[0] for group in TYPE2_GROUPS}


def column(people: list[Subject], name: str) -> np.ndarray:
    return np.array([one.values[name] for one in people])


@pytest.mark.parametrize(("group", "low", "high"), [("normal", 0.0, 140.0), ("impaired", 140.0, 200.0)])
def test_tolerance_is_what_defines_the_group(
    people: dict[str, list[Subject]], group: str, low: float, high: float
) -> None:
    after = column(people[group], "two_hour_glucose_mgdl")
    assert np.all((after >= low) & (after < high))
    assert np.all(column(people[group], "basal_glucose_mgdl") < 126.0)


@pytest.mark.parametrize("group", [group for group in TYPE2_GROUPS if "early" in group or "late" in group])
def test_people_with_diabetes_meet_its_definition(people: dict[str, list[Subject]], group: str) -> None:
    fasting, after = (column(people[group], f"{name}_glucose_mgdl") for name in ("fasting", "two_hour"))
    assert np.all((fasting >= 126.0) | (after >= 200.0))
    own = column(people[group], "basal_glucose_mgdl")
    assert np.all((own > 110.0) & (own < 220.0))
    assert np.all(column(people[group], "highest_glucose_mgdl") <= 400.0)
    assert all(not one.boluses and one.basal_u_per_min == 0.0 for one in people[group])


def test_fasting_and_two_hour_glucose_are_near_the_published_simulator(people: dict[str, list[Subject]]) -> None:
    # Visentin 2020, from memory: 160 to 170 mg/dL fasting and about 270 after two hours.
    late = people["obese-late"]
    assert column(late, "fasting_glucose_mgdl").mean() == pytest.approx(165.0, abs=12.0)
    assert column(late, "two_hour_glucose_mgdl").mean() == pytest.approx(270.0, abs=20.0)


def test_indices_fall_from_normal_over_impaired_to_diabetes(people: dict[str, list[Subject]]) -> None:
    for name in ("action_index", "static_index", "dynamic_index"):
        means = [column(people[group], name).mean() for group in ("normal", "impaired", "obese-late")]
        assert means == sorted(means, reverse=True), name


def test_hba1c_is_that_of_mean_glucose_with_the_persons_own_gap(people: dict[str, list[Subject]]) -> None:
    for one in people["lean-late"]:
        expected = (one.values["mean_glucose_mgdl"] + 46.7) / 28.7 + one.values["glycation_gap_pct"]
        assert one.values["hba1c_pct"] == pytest.approx(expected)


def test_insulin_treated_inject_their_need_by_the_clock(people: dict[str, list[Subject]]) -> None:
    kinds = set()
    for one in people["insulin-treated"]:
        slow = sum(dose.dose_u for dose in one.daily_doses if dose.product != "rapid")
        assert slow == pytest.approx(1440.0 * one.basal_u_per_min)
        assert one.total_daily_insulin_u == pytest.approx(sum(dose.dose_u for dose in one.daily_doses))
        kinds.add(len(one.daily_doses))
    assert kinds == {1, 4}


def test_larger_population_begins_with_the_smaller_one(people: dict[str, list[Subject]]) -> None:
    few, refused = accepted_type2_people("lean-early", 7, seed=1)
    assert few == people["lean-early"][:7]
    assert refused["drawn"] >= 7
    assert all(one.name in {f"lean-early#{number:05d}" for number in range(1, 8)} for one in few)


def test_drawn_people_can_be_changed_like_published_ones(people: dict[str, list[Subject]]) -> None:
    entry = body_entry("padova-t2d")
    for group in TYPE2_GROUPS:
        one = people[group][0]
        assert entry.basal_u_per_min(one.values) == one.basal_u_per_min
