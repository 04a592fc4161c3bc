"""Many virtual people at once as a Gymnasium vector environment: one compiled step for all."""

from typing import Any

import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.workflows.agent.environment import LARGEST_SEED, Info
from glucotwin.workflows.agent.episode import Episode, EpisodeSettings
from glucotwin.workflows.agent.space import ACTION_HIGH, ACTION_LOW, OBSERVATION_HIGH, OBSERVATION_LOW


class T1dVectorEnvironment(VectorEnv[np.ndarray, np.ndarray, np.ndarray]):
    """``glucotwin/T1D-v0`` for several people in step; see ``T1dEnvironment``.

    All live the same days. Whoever's episode ends early begins anew at rest, at that time of the same day, and all
    get new lives when the days are over; the action of the step in which that happens is not used
    (``AutoresetMode.NEXT_STEP``).

    Attributes:
        settings: what episodes are made of.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(self, num_envs: int = 1, render_mode: str | None = None, **settings: Any) -> None:  # noqa: ANN401 - as gymnasium.make_vec passes them
        """With the settings of ``EpisodeSettings`` by name.

        Args:
            num_envs: how many people.
            render_mode: none is there.
            settings: of the episodes.
        """
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.settings = EpisodeSettings(**settings)
        self.single_observation_space = Box(OBSERVATION_LOW, OBSERVATION_HIGH, dtype=np.float32)
        self.single_action_space = Box(ACTION_LOW, ACTION_HIGH, dtype=np.float32)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._episode: Episode | None = None
        self._ended = np.zeros(num_envs, dtype=bool)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, Info]:
        """New lives for all; the same for the same seed, of a list the first.

        Raises:
            NotFoundError: there is no such subject, behaviour, body or device.
        """
        super().reset(seed=seed[0] if isinstance(seed, list) else seed, options=options)
        life, *picks = (int(one) for one in self.np_random.integers(0, LARGEST_SEED, size=1 + self.num_envs))
        self._episode = Episode(self.settings, seed=life, picks=np.array(picks))
        self._ended = np.zeros(self.num_envs, dtype=bool)
        return self._episode.record.observation(), {}

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Info]:
        """Five minutes with everybody's action.

        Raises:
            DataError: there was no reset.
        """
        episode = self._episode
        if episode is None:
            raise DataError(ErrorCode.INVALID_VALUE, "The episode has not begun.", hint="Call reset first.")
        nobody = np.zeros(self.num_envs, dtype=bool)
        if episode.is_over:
            observation, info = self.reset()
            return observation, np.zeros(self.num_envs), nobody, nobody.copy(), info
        reward, fatal, known = episode.step(np.asarray(actions))
        begins = self._ended
        if begins.any():
            episode.restart(begins)
            reward, fatal = np.where(begins, 0.0, reward), fatal & ~begins
        self._ended = fatal
        over = np.full(self.num_envs, episode.is_over)
        present = {f"_{name}": ~begins for name in known}
        return episode.record.observation(), reward, fatal, over, {**known, **present}
