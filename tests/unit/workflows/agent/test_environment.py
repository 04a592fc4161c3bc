"""The Gymnasium environments, as an agent uses them."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from glucotwin.core.error import DataError
from glucotwin.workflows.agent.environment import T1dEnvironment
from glucotwin.workflows.agent.registration import ENVIRONMENT
from glucotwin.workflows.agent.vector_environment import T1dVectorEnvironment
from glucotwin.workflows.simulate import subjects_named

SCHEDULE = np.array([0.25, 0.0], dtype=np.float32)
NAME = f"glucotwin.workflows.agent:{ENVIRONMENT}"
FULL = 288


def test_a_step_before_the_first_reset_is_refused() -> None:
    with pytest.raises(DataError, match="not begun"):
        T1dEnvironment().step(SCHEDULE)


def test_gymnasium_makes_it_by_name() -> None:
    assert isinstance(gymnasium.make(NAME).unwrapped, T1dEnvironment)


@pytest.mark.slow
def test_it_passes_gymnasium_s_own_check() -> None:
    check_env(gymnasium.make(NAME).unwrapped, skip_render_check=True)


@pytest.mark.slow
def test_the_same_seed_is_the_same_episode_and_another_is_another() -> None:
    def lived(seed: int) -> list[float]:
        environment = T1dEnvironment()
        environment.reset(seed=seed)
        return [environment.step(SCHEDULE)[4]["glucose_mgdl"] for _ in range(100)]

    assert lived(5) == lived(5)
    assert lived(5) != lived(6)


@pytest.mark.slow
def test_an_episode_ends_with_its_days_and_counts_its_metrics() -> None:
    environment = T1dEnvironment(subject="adult#003", behaviour="adherent")
    _, info = environment.reset(seed=1)
    assert info == {"subject": "adult#003"}
    for step in range(FULL):
        _, reward, ended, over, info = environment.step(SCHEDULE)
        assert reward <= 0.0
        assert (ended, over) == (False, step == FULL - 1)
    shares = [info[name] for name in ("time_in_range_pct", "time_below_70_pct", "time_above_180_pct")]
    assert sum(shares) == pytest.approx(100.0)


@pytest.mark.slow
def test_a_bolus_beyond_the_limits_is_cut_and_the_clamp_is_told() -> None:
    environment = T1dEnvironment(subject="adult#003")
    environment.reset(seed=1)
    cut = [environment.step(np.ones(2, dtype=np.float32))[4] for _ in range(12)]
    largest_u = 0.2 * (subjects_named("padova-t1d", "adult#003")[0].total_daily_insulin_u or 0.0)
    assert cut[-1]["clamps"] > 0
    assert cut[-1]["bolus_u"] < 0.2 * largest_u


@pytest.mark.slow
def test_many_people_step_together_and_whoever_ends_begins_anew() -> None:
    environment = T1dVectorEnvironment(num_envs=3, behaviour="still", subject="adult")
    first, _ = environment.reset(seed=4)
    assert first.shape == (3, 38)
    actions = np.tile(SCHEDULE, (3, 1))
    environment.step(actions)
    environment._ended = np.array([False, True, False])
    _, reward, ended, _, info = environment.step(actions)
    assert reward[1] == 0.0
    assert list(info["_glucose_mgdl"]) == [True, False, True]
    assert not ended.any()
    over = np.zeros(3, dtype=bool)
    for _ in range(FULL - 2):
        *_, over, _ = environment.step(actions)
    assert over.all()
    observation, reward, *_ = environment.step(actions)
    assert np.all(reward == 0.0)
    assert np.all(observation[:, 1] == 0.0)  # a new life: one reading so far
