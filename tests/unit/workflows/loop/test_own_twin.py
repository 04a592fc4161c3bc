"""A dosing algorithm around a person's own twin: their meals, their variation, their settings."""

from dataclasses import replace

import numpy as np
import pytest

from glucotwin.core.error import DataError, NotAllowedError, NotFoundError
from glucotwin.core.profile import Authority
from glucotwin.domain.frame import stream_of
from glucotwin.domain.meal import Meal
from glucotwin.workflows.loop.own_twin import OwnTwinRequest, run_own_twin
from synthetic_person import synthetic_timeline, synthetic_twin

REQUEST = OwnTwinRequest(algorithm="basal-bolus", days=2, draws=2, automatic=True)


@pytest.mark.slow
def test_each_draw_is_a_person_who_eats_the_recorded_meals() -> None:
    twin, timeline = synthetic_twin(), synthetic_timeline()
    result = run_own_twin(REQUEST, twin, timeline)
    assert [one.name for one in result.subjects] == ["draw#001", "draw#002"]
    assert result.glucose_mgdl.shape == (2, 2 * 288 + 1)
    assert np.all((result.glucose_mgdl > 20.0) & (result.glucose_mgdl < 600.0))
    assert not np.allclose(result.glucose_mgdl[0], result.glucose_mgdl[1])
    again = run_own_twin(REQUEST, twin, timeline)
    np.testing.assert_array_equal(result.glucose_mgdl, again.glucose_mgdl)
    fasting = replace(timeline, streams={**timeline.streams, stream_of(Meal): timeline.frame(Meal).clear()})
    boluses = result.decisions["bolus_u"].sum()
    assert run_own_twin(REQUEST, twin, fasting).decisions["bolus_u"].sum() < boluses / 2


@pytest.mark.slow
def test_a_model_predictive_controller_is_given_the_twins_own_model() -> None:
    result = run_own_twin(replace(REQUEST, algorithm="zone-mpc", days=1), synthetic_twin(), synthetic_timeline())
    assert np.isfinite(result.glucose_mgdl).all()


@pytest.mark.parametrize("days", [0, 61, 20])
def test_days_that_the_record_lacks_are_refused(days: int) -> None:
    with pytest.raises(DataError, match="days"):
        run_own_twin(replace(REQUEST, days=days), synthetic_twin(), synthetic_timeline())


def test_who_may_not_simulate_and_what_does_not_exist_is_refused() -> None:
    with pytest.raises(NotAllowedError):
        run_own_twin(REQUEST, synthetic_twin(), synthetic_timeline(), authority=Authority())
    with pytest.raises(NotFoundError):
        run_own_twin(replace(REQUEST, algorithm="none"), synthetic_twin(), synthetic_timeline())
