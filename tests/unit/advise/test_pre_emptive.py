"""Steps against a coming low, with what they would do."""

from datetime import timedelta

import numpy as np
import pytest

from glucotwin.advise.pre_emptive import CARBS_G, PreEmptiveStep, StepKind, carbs_step, no_basal_step
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.alarm.outlook import Outlook
from made_up_person import DINNER, PERSON, made_up_timeline, made_up_twin

AT = DINNER - timedelta(hours=3)
T_MIN = 5.0 * np.arange(1, 25)


def falling_to(lowest_mgdl: float) -> Outlook:
    """Paths that fall within an hour and stay there, some a little higher."""
    path = np.maximum(110.0 - 0.9 * T_MIN, lowest_mgdl)
    return Outlook(t_min=T_MIN, paths_mgdl=path + np.linspace(-5.0, 5.0, 20)[:, None])


def carbs(outlook: Outlook) -> PreEmptiveStep:
    """The step of carbohydrate."""
    timeline = made_up_timeline()
    step = carbs_step(made_up_twin(timeline), timeline, outlook, at=AT, limit_mgdl=70.0, lasting_min=15.0)
    assert step is not None
    return step


def test_smallest_amount_that_is_enough_is_shown() -> None:
    shallow, deep = carbs(falling_to(67.0)), carbs(falling_to(52.0))
    assert (shallow.kind, shallow.is_enough) == (StepKind.CARBS, True)
    assert shallow.amount < deep.amount <= CARBS_G[-1]
    assert shallow.probability_after < shallow.probability_before
    assert shallow.low_after_min < shallow.low_before_min
    assert shallow.lowest_after_mgdl.median > shallow.lowest_before_mgdl.median


def test_without_a_low_the_smallest_amount_is_enough() -> None:
    step = carbs(falling_to(100.0))
    assert (step.amount, step.probability_before, step.is_enough, step.helps) == (CARBS_G[0], 0.0, True, False)


def test_an_hour_without_basal_insulin_lifts_glucose_later() -> None:
    timeline = made_up_timeline()
    step = no_basal_step(made_up_twin(timeline), timeline, falling_to(69.0), at=AT, limit_mgdl=70.0, lasting_min=15.0)
    assert step is not None
    assert step.low_after_min < step.low_before_min
    assert step.lowest_after_mgdl.median >= step.lowest_before_mgdl.median


def test_no_basal_rate_is_left_out_where_there_is_none_or_an_algorithm_sets_it() -> None:
    from dataclasses import replace

    looped = made_up_timeline(replace(PERSON, therapy=TherapyKind.CLOSED_LOOP))
    without = made_up_timeline()
    without = replace(without, streams={name: frame for name, frame in without.streams.items() if name != "basal"})

    def ask(timeline: Timeline) -> PreEmptiveStep | None:
        return no_basal_step(
            made_up_twin(timeline), timeline, falling_to(60.0), at=AT, limit_mgdl=70.0, lasting_min=15.0
        )

    assert (ask(looped), ask(without)) == (None, None)


def test_step_is_written_with_its_unit() -> None:
    values = carbs(falling_to(60.0)).to_json()
    assert (values["kind"], values["unit"], values["horizon_min"]) == ("carbs", "g", 120.0)
    assert values["probability_before"] == pytest.approx(1.0)
