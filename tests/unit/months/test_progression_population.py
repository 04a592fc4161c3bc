"""The model of meals and years for many people, and prevention with it."""

from dataclasses import replace

import numpy as np
import pytest

from glucotwin.months.progression.population import (
    STRIDE_D,
    BetaPeople,
    comes_back,
    live_stride,
    people_at_rest,
    settle,
    together,
    two_hours_mgdl,
)
from glucotwin.months.progression.prevention import draw_prevention, live_arms, prevention_arms, prevention_numbers
from glucotwin.months.progression.table import progression_parameters

ONE = np.ones(1)


def _healthy() -> BetaPeople:
    return people_at_rest(sensitivity=0.8 * ONE, hepatic_sensitivity=ONE, capacity=ONE)


def test_the_healthy_rest_where_the_authors_begin() -> None:
    healthy = _healthy()
    assert healthy.fasting_mgdl[0] == pytest.approx(78.6, abs=0.6)
    assert two_hours_mgdl(healthy)[0] == pytest.approx(117.0, abs=1.0)
    assert healthy.capacity_max[0] == pytest.approx(1.4, abs=0.01)  # of healthy people (Ha and Sherman 2020)


@pytest.mark.slow
def test_strides_come_to_where_every_meal_of_a_year_does() -> None:
    # igt-first, every meal integrated for a year: 94.4 mg/dL fasting, 144.0 two hours after 75 g.
    people = replace(
        _healthy(),
        capacity_max=np.array([progression_parameters("meals")["capacity_max"]]),
        usual_growth=np.zeros(1),
    )

    def aimed(day: float) -> dict[str, np.ndarray]:
        left = np.exp(-day / 250.0)
        return {"sensitivity": (0.1 + 0.7 * left) * ONE, "hepatic_sensitivity": (0.85 + 0.15 * left) * ONE}

    for stride in range(round(365.0 / STRIDE_D)):
        people = live_stride(people.holding(**aimed((stride + 0.5) * STRIDE_D)))
    people = settle(people.holding(**aimed(365.0)))
    assert people.fasting_mgdl[0] == pytest.approx(94.4, abs=0.5)
    assert two_hours_mgdl(people)[0] == pytest.approx(144.0, abs=1.0)


def test_whoever_rests_stays_and_groups_keep_their_people() -> None:
    healthy = _healthy()
    later = live_stride(live_stride(healthy))
    assert later.fasting_mgdl[0] == pytest.approx(healthy.fasting_mgdl[0], abs=0.3)
    assert comes_back(healthy).all()
    both = together([healthy, later])
    assert len(both) == 2
    assert both.some(np.array([1])).fasting_mgdl[0] == later.fasting_mgdl[0]


def test_an_arm_loses_its_weight_in_half_a_year_and_gains_some_back() -> None:
    lifestyle = prevention_arms()["lifestyle"]
    assert lifestyle.lost_kg_at(0.25) == pytest.approx(3.5)
    assert [lifestyle.lost_kg_at(year) for year in (0.5, 1.5, 9.0)] == [7.0, 6.0, 0.0]
    lost = np.mean([lifestyle.lost_kg_at(year) for year in np.linspace(0.0, 2.8, 281)])
    assert lost == pytest.approx(5.6, abs=0.3)  # published mean


@pytest.mark.slow
def test_people_meet_inclusion_and_arms_differ_as_they_are_meant_to() -> None:
    known, people = prevention_numbers(), draw_prevention(60)
    assert len(people) == 60
    assert people.fasting_mgdl.min() >= known["fasting_low"]
    assert people.two_hours_mgdl.max() <= known["two_hours_high"]
    # Let in by what was measured, people are truly nearer to the middle.
    assert two_hours_mgdl(people.beta).mean() < people.two_hours_mgdl.mean()
    assert np.array_equal(draw_prevention(20).decline, people.decline[:20])
    placebo, metformin, lifestyle = live_arms(people, tuple(prevention_arms().values()), years=2)
    assert np.isfinite(np.stack([placebo.fasting_mgdl, metformin.fasting_mgdl, lifestyle.fasting_mgdl])).all()
    assert np.array_equal(placebo.fasting_mgdl[0], metformin.fasting_mgdl[0])
    for treated in (metformin, lifestyle):
        assert treated.fasting_mgdl[2].mean() < placebo.fasting_mgdl[2].mean()
        assert treated.incidence_per_100y < placebo.incidence_per_100y
    assert ((placebo.followed_y == 2.0) | np.isfinite(placebo.diagnosed_y)).all()
    faster, _, _ = live_arms(people, tuple(prevention_arms().values()), years=2, decline=4.0)
    assert faster.two_hours_mgdl[-1].mean() > placebo.two_hours_mgdl[-1].mean()
