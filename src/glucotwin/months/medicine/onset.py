"""How fast medicines act: half-life of what acts, and the delay of glucose behind it, from ``data/onsets.csv``."""

import math
from dataclasses import dataclass
from functools import cache

from glucotwin.months.table import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """Two lags in a row: exposure behind the dose, effect behind exposure.

    Attributes:
        half_life_h: of the medicine, its release or its hold on an enzyme, whichever is slowest.
        delay_d: time constant of the effect behind exposure.
    """

    half_life_h: float
    delay_d: float

    @property
    def exposure_d(self) -> float:
        """Time constant of exposure."""
        return self.half_life_h / 24.0 / math.log(2.0)

    @property
    def total_d(self) -> float:
        """Mean delay of the effect behind the dose, for bodies that take both lags as one."""
        return self.exposure_d + self.delay_d


@cache
def onset_of(medicine: str) -> Onset:
    """The onset of a medicine.

    Args:
        medicine: its name in the registry.

    Raises:
        KeyError: the table lacks it.
    """
    for row in read_rows("onsets.csv"):
        if row["medicine"] == medicine:
            return Onset(half_life_h=float(row["half_life_h"]), delay_d=float(row["delay_d"]))
    raise KeyError(medicine)
