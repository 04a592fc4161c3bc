"""Find the best of some simple policies by random search on ``glucotwin/T1D-v0``, eight virtual people at a time.

Run: ``python examples/agent/random_search.py``. A policy is a linear rule on glucose and its change: how much of the
largest basal rate to give, and a bolus for announced carbohydrate.
"""

import gymnasium
import numpy as np
from gymnasium.utils import seeding

PEOPLE, TRIES, STEPS = 8, 6, 288


def act(policy: np.ndarray, observation: np.ndarray) -> np.ndarray:
    """Rate and bolus, each from 0 to 1, of everybody."""
    glucose, before, carbs = observation[:, 0], observation[:, 1], observation[:, 24]
    change = np.where(before > 0.0, glucose - before, 0.0)
    rate = 0.25 + policy[0] * (glucose - 120.0) / 100.0 + policy[1] * change / 10.0
    return np.column_stack([rate, policy[2] * carbs / 100.0]).clip(0.0, 1.0).astype(np.float32)


def score(environment: gymnasium.vector.VectorEnv, policy: np.ndarray) -> float:
    """Mean reward of an episode; every policy meets the same people and days."""
    observation, _ = environment.reset(seed=1)
    total = np.zeros(PEOPLE)
    for _ in range(STEPS):
        observation, reward, *_ = environment.step(act(policy, observation))
        total += reward
    return float(total.mean())


def main() -> None:
    """Tries some policies and tells the best."""
    name = "glucotwin.workflows.agent:glucotwin/T1D-v0"
    environment = gymnasium.make_vec(name, num_envs=PEOPLE, vectorization_mode="vector_entry_point")
    # A generator of its own: the environment's begins anew with every episode.
    chance, _ = seeding.np_random(2)
    best, best_score = np.array([0.1, 0.1, 0.5]), -np.inf
    for number in range(TRIES):
        tried = best * (1.0 if number == 0 else chance.lognormal(0.0, 0.5, size=3))
        reached = score(environment, tried)
        if reached > best_score:
            best, best_score = tried, reached
        print(f"try {number}: reward {reached:.2f}, best {best_score:.2f} with {np.round(best, 3)}")


if __name__ == "__main__":
    main()
