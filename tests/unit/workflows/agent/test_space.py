"""What an agent sees, does and gets for it, as numbers within bounds."""

from types import SimpleNamespace

import numpy as np
import pytest

from glucotwin.control.controller import Seen
from glucotwin.control.python_controller import Sight
from glucotwin.control.relayed import seen_from
from glucotwin.testing.controller import probing_setting
from glucotwin.workflows.agent.space import OBSERVATION_HIGH, OBSERVATION_LOW, Record, decisions_of, reward_of


def moment(glucose_mgdl: float, **values: float) -> SimpleNamespace:
    seen = seen_from(Sight(minute=0.0, minute_of_day=360.0, glucose_mgdl=glucose_mgdl, **values))
    return SimpleNamespace(seen=Seen(**{name: getattr(seen, name)[None] for name in Seen.__dataclass_fields__}))


def test_an_observation_holds_the_last_hour_the_latest_first() -> None:
    record = Record(1)
    record.add(moment(120.0))  # pyright: ignore[reportArgumentType]
    record.add(moment(150.0, delivered_basal_u=0.1, delivered_bolus_u=2.0, announced_carbs_g=40.0))  # pyright: ignore[reportArgumentType]
    (seen,) = record.observation()
    assert list(seen[:3]) == [150.0, 120.0, 0.0]
    assert seen[12] == pytest.approx(2.1)
    assert seen[24] == 40.0
    assert list(seen[-2:]) == pytest.approx([1.0, 0.0], abs=1e-6)


def test_what_the_sensor_does_not_show_is_zero_and_what_is_off_the_scale_is_its_end() -> None:
    record = Record(1)
    record.add(moment(float("nan"), announced_carbs_g=900.0))  # pyright: ignore[reportArgumentType]
    (seen,) = record.observation()
    assert seen[0] == 0.0
    assert np.all((seen >= OBSERVATION_LOW) & (seen <= OBSERVATION_HIGH))


def test_an_action_is_a_part_of_the_largest_rate_and_bolus() -> None:
    decided = decisions_of(np.array([[0.25, 0.5]]), moment(120.0), [probing_setting(1.2)])  # pyright: ignore[reportArgumentType]
    assert float(decided.rate_u_per_h[0]) == pytest.approx(1.2)
    assert float(decided.bolus_u[0]) == pytest.approx(4.8)


def test_an_action_outside_its_bounds_counts_as_the_bound() -> None:
    decided = decisions_of(np.array([[-3.0, 9.0]]), moment(120.0), [probing_setting(1.0)])  # pyright: ignore[reportArgumentType]
    assert (float(decided.rate_u_per_h[0]), float(decided.bolus_u[0])) == pytest.approx((0.0, 9.6))


def test_the_reward_is_best_in_range_and_an_early_end_does_not_pay() -> None:
    reward, fatal = reward_of(np.array([139.0, 70.0, 280.0, 9.0]), steps_left=100)
    assert reward[0] == pytest.approx(0.0, abs=1e-4)
    assert reward[1] == pytest.approx(-0.25, abs=0.01)
    assert reward[2] == pytest.approx(-0.25, abs=0.01)
    assert list(fatal) == [False, False, False, True]
    lowest, _ = reward_of(np.array([11.0]), steps_left=100)
    assert reward[3] < 100 * lowest[0]
