"""Strangers are judged by what was learned from the others alone."""

from dataclasses import replace

import numpy as np
import pytest

from glucotwin.forecast.case import Case
from glucotwin.forecast.comparison import NO_MECHANISM, TWIN, TWIN_ONLY, Comparison
from glucotwin.forecast.newcomer import compare_strangers
from glucotwin.forecast.score import number_at
from glucotwin.forecast.stack import GBM
from glucotwin.forecast.tree import TreeSettings
from synthetic_case import CUT, synthetic_case

FEW = TreeSettings(rounds=10, leaves=8, leaf_rows=20)


def people(last_moved_mgdl: float = 0.0) -> list[Case]:
    """Three of them, the last one's training readings moved."""
    one = synthetic_case()
    moved = np.where(np.arange(one.record.steps) < CUT, last_moved_mgdl, 0.0)
    last = replace(one.record, measured_mgdl=one.record.measured_mgdl + moved)
    return [replace(one, person_id="a"), replace(one, person_id="b"), replace(one, person_id="c", record=last)]


def error(comparison: Comparison, person: int, system: str = TWIN) -> float:
    return number_at(comparison.people[person].scores[30][system], "rmse")


@pytest.mark.slow
def test_nothing_is_learned_from_who_is_left_out() -> None:
    plain = compare_strangers(people(), (30,), settings=FEW)
    moved = compare_strangers(people(40.0), (30,), settings=FEW)
    assert {*plain.people[0].scores[30]} == {"persistence", GBM, NO_MECHANISM, TWIN_ONLY, TWIN}
    assert error(moved, 2) == error(plain, 2)
    assert error(moved, 0) != error(plain, 0)


@pytest.mark.slow
def test_people_left_out_together_learn_nothing_from_each_other() -> None:
    told: list[str] = []
    plain = compare_strangers(people(), (30,), groups=2, settings=FEW, progress=lambda stage, _: told.append(stage))
    moved = compare_strangers(people(40.0), (30,), groups=2, settings=FEW)
    assert told == ["a", "c"]
    assert error(moved, 2) == error(plain, 2)
    assert [one.person_id for one in plain.people] == ["a", "b", "c"]
