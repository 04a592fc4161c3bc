from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from glucotwin.advise.algorithm_plan import FollowAlgorithm
from glucotwin.advise.replay import replay_what_if
from glucotwin.advise.what_if import WhatIf
from glucotwin.core.error import DataError, NotFoundError
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Window
from made_up_person import made_up_timeline, made_up_twin
from synthetic_person import (
    CARB_RATIO_G_PER_U,
    CORRECTION_FACTOR_MGDL_PER_U,
    HELD_OUT,
    synthetic_timeline,
    synthetic_twin,
)

MEAL = synthetic_timeline().cut(HELD_OUT).frame(Meal)["time"][-1]
EVENING = Window(start=MEAL - timedelta(hours=2), end=MEAL + timedelta(hours=4))


@cache
def followed(algorithm: str, target_mgdl: float = 110.0) -> WhatIf:
    return replay_what_if(
        synthetic_twin(),
        synthetic_timeline(),
        window=EVENING,
        changes=(),
        dosing=FollowAlgorithm(algorithm=algorithm, target_mgdl=target_mgdl),
    )


@pytest.mark.slow
def test_an_algorithm_doses_the_hours_that_are_asked_about() -> None:
    answer = followed("loop")
    assert np.abs(answer.difference.median_mgdl).max() > 1.0
    assert answer.difference.median_mgdl[0] == pytest.approx(0.0, abs=1e-6)
    assert "what-if-dosing-answered" in answer.cautions
    assert any("loop" in one for one in answer.changes)


@pytest.mark.slow
def test_a_higher_target_gives_higher_glucose() -> None:
    assert np.all(followed("loop", 160.0).changed.median_mgdl >= followed("loop").changed.median_mgdl - 1e-6)
    assert followed("loop", 160.0).changed.median_mgdl[-1] > followed("loop").changed.median_mgdl[-1] + 2.0


@pytest.mark.slow
def test_another_algorithm_is_another_answer() -> None:
    assert np.abs(followed("loop").changed.median_mgdl - followed("basal-bolus").changed.median_mgdl).max() > 1.0


@pytest.mark.slow
def test_settings_are_the_records_unless_they_are_asked_about() -> None:
    twin, record = synthetic_twin(), synthetic_timeline()
    own = FollowAlgorithm(algorithm="loop").setting(twin, record, EVENING.start)
    asked = FollowAlgorithm(algorithm="loop", carb_ratio_g_per_u=9.0).setting(twin, record, EVENING.start)
    assert float(own.carb_ratio_g_per_u[0]) == CARB_RATIO_G_PER_U
    assert float(asked.carb_ratio_g_per_u[0]) == 9.0
    assert float(asked.correction_factor_mgdl_per_u[0]) == CORRECTION_FACTOR_MGDL_PER_U
    assert float(own.basal_u_per_h[0]) == pytest.approx(60.0 * twin.basal_u_per_min)


@pytest.mark.slow
def test_the_algorithm_hears_of_the_meals_on_record() -> None:
    response = FollowAlgorithm(algorithm="loop").response(synthetic_twin(), synthetic_timeline(), EVENING, EVENING)
    eaten = synthetic_timeline().cut(EVENING).frame(Meal)["carbs_g"].sum()
    assert np.sum(response.announced_g) == pytest.approx(eaten)
    assert np.all(response.acts)


def test_unknown_settings_and_algorithms_are_refused() -> None:
    with pytest.raises(DataError, match="no carbohydrate ratio"):
        FollowAlgorithm(algorithm="loop").response(made_up_twin(), made_up_timeline(), EVENING, EVENING)
    with pytest.raises(NotFoundError):
        FollowAlgorithm(algorithm="nobody").response(synthetic_twin(), synthetic_timeline(), EVENING, EVENING)
