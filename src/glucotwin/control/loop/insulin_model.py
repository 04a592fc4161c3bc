"""How long insulin acts: Loop's exponential curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from glucotwin.control.action_curve import fraction_left
from glucotwin.control.loop.series import MINUTE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinModel:
    """An exponential curve of action, see ``control.action_curve``.

    Source: tidepool-org/LoopAlgorithm, exponential insulin model.

    Attributes:
        duration_min: how long it acts, after the delay.
        peak_min: when it acts most, after the delay.
        delay_min: how long nothing happens.
    """

    duration_min: float
    peak_min: float
    delay_min: float = 10.0

    @property
    def effect_duration_s(self) -> float:
        """From the dose to the end of its action, s."""
        return (self.duration_min + self.delay_min) * MINUTE_S

    def fraction_left(self, elapsed_s: Float[np.ndarray, " *shape"]) -> Float[np.ndarray, " *shape"]:
        """Share of a dose that has not acted yet, 1 before it and 0 after its action.

        Args:
            elapsed_s: time since the dose, s.
        """
        elapsed_min = elapsed_s / MINUTE_S - self.delay_min
        return fraction_left(elapsed_min, duration_min=self.duration_min, peak_min=self.peak_min)


_ADULT = InsulinModel(duration_min=360, peak_min=75)

PRESETS: Mapping[str, InsulinModel] = MappingProxyType(
    {
        "rapidActingAdult": _ADULT,
        "rapidActingChild": InsulinModel(duration_min=360, peak_min=65),
        "novolog": _ADULT,
        "humalog": _ADULT,
        "apidra": _ADULT,
        "fiasp": InsulinModel(duration_min=360, peak_min=55),
        "lyumjev": InsulinModel(duration_min=360, peak_min=55),
        "afrezza": InsulinModel(duration_min=300, peak_min=29),
    }
)
"""Curves by the names that Loop uses for them and for insulins."""
