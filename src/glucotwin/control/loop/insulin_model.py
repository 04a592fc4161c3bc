"""How long insulin acts: Loop's exponential curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.series import MINUTE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinModel:
    """An exponential curve of action.

    With the duration t_d, the peak t_p and the time s after the delay: tau = t_p (1 - t_p/t_d) / (1 - 2 t_p/t_d),
    a = 2 tau/t_d, S = 1 / (1 - a + (1 + a) exp(-t_d/tau)); the share left is
    1 - S (1 - a) [(s^2/(tau t_d (1 - a)) - s/tau - 1) exp(-s/tau) + 1].

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
        duration = self.duration_min
        elapsed = np.clip(elapsed_s / MINUTE_S - self.delay_min, 0.0, duration)
        tau = self.peak_min * (1 - self.peak_min / duration) / (1 - 2 * self.peak_min / duration)
        rise = 2 * tau / duration
        scale = 1 / (1 - rise + (1 + rise) * np.exp(-duration / tau))
        shape = elapsed**2 / (tau * duration * (1 - rise)) - elapsed / tau - 1
        left = 1 - scale * (1 - rise) * (shape * np.exp(-elapsed / tau) + 1)
        return np.where(elapsed >= duration, 0.0, np.where(elapsed <= 0, 1.0, left))


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
