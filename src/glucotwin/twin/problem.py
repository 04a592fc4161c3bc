"""What a method of fitting is given and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from glucotwin.core.array import PRNGKeyArray
from glucotwin.twin.diagnostic import Sampling
from glucotwin.twin.objective import DayBatch, Evaluated
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.twin import Posterior


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How much work a method does; the defaults are what the accuracy and speed of a fit are stated for.

    Attributes:
        chains: Markov chains that run side by side.
        warm_up: transitions of each chain that tune the sampler and are thrown away.
        draws: transitions of each chain that are kept.
        acceptance: mean acceptance that the step size is tuned for.
        doublings: most doublings of a trajectory.
    """

    chains: int = 4
    warm_up: int = 200
    draws: int = 500
    acceptance: float = 0.8
    doublings: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FitProblem:
    """A person's days and the family of bodies in which their twin is sought.

    Attributes:
        model: the family; its prior is standard normal.
        batch: the days.
        key: for methods that draw.
        settings: how much work to do.
    """

    model: PersonalModel
    batch: DayBatch
    key: PRNGKeyArray
    settings: FitSettings = field(default_factory=FitSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """The most probable point.

    Attributes:
        point: unconstrained parameters.
        evaluated: the objective there.
        iterations: steps that the optimiser took.
        settled: whether it stopped because nothing was left to gain.
        sparse: whether readings are hours apart, so that they are independent of each other and few.
    """

    point: np.ndarray
    evaluated: Evaluated
    iterations: int
    settled: bool
    sparse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a method found.

    Attributes:
        method: its name.
        mode: the most probable point, from which every method starts.
        posterior: what is believed of the parameters.
        sampling: how well the posterior was sampled; None for a method that does not sample.
    """

    method: str
    mode: Mode
    posterior: Posterior
    sampling: Sampling | None = None

    def settings_json(self) -> Mapping[str, object]:
        """For the manifest."""
        return {"method": self.method}
