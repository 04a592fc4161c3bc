"""One virtual person as a Gymnasium environment."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.workflows.agent.episode import Episode, EpisodeSettings
from glucotwin.workflows.agent.space import ACTION_HIGH, ACTION_LOW, OBSERVATION_HIGH, OBSERVATION_LOW

LARGEST_SEED = 2**31 - 1

Info = dict[str, Any]


class T1dEnvironment(gymnasium.Env[np.ndarray, np.ndarray]):
    """``glucotwin/T1D-v0``: a virtual person with type 1 diabetes, a sensor, a pump, and limits outside the agent.

    Observations are those of ``space.Record``, actions those of ``space.decisions_of``, rewards those of
    ``space.reward_of``. ``info`` holds per step the true glucose, what was given after the limits, which limits changed
    it (bits of ``control.safety_array.REASONS``), and the consensus metrics of the episode so far.

    Attributes:
        settings: what episodes are made of.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(self, render_mode: str | None = None, **settings: Any) -> None:  # noqa: ANN401 - as gymnasium.make passes them
        """With the settings of ``EpisodeSettings`` by name."""
        self.render_mode = render_mode
        self.settings = EpisodeSettings(**settings)
        self.observation_space = Box(OBSERVATION_LOW, OBSERVATION_HIGH, dtype=np.float32)
        self.action_space = Box(ACTION_LOW, ACTION_HIGH, dtype=np.float32)
        self._episode: Episode | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, Info]:
        """A new life, and a new person where the settings name a group; the same for the same seed.

        Raises:
            NotFoundError: there is no such subject, behaviour, body or device.
        """
        super().reset(seed=seed, options=options)
        life, pick = (int(one) for one in self.np_random.integers(0, LARGEST_SEED, size=2))
        self._episode = Episode(self.settings, seed=life, picks=np.array([pick]))
        return self._episode.record.observation()[0], {"subject": self._episode.subjects[0].name}

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, Info]:
        """Five minutes with an action.

        Raises:
            DataError: there was no reset, or the episode is over.
        """
        episode = self._episode
        if episode is None:
            raise DataError(ErrorCode.INVALID_VALUE, "The episode has not begun.", hint="Call reset first.")
        reward, fatal, known = episode.step(np.asarray(action)[None])
        info = {name: values[0].item() for name, values in known.items()}
        return episode.record.observation()[0], float(reward[0]), bool(fatal[0]), episode.is_over, info
