"""A person's own glycation ratio: HbA1c over the one that their mean glucose usually gives, from a series of pairs.

People whose red cells live longer or take up more sugar keep a ratio above 1 over years (glycation gap, Cohen 2003;
red-cell age, Malka 2016). One pair tells it roughly; the estimate leans on the population where days or pairs are few.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from glucotwin.metrics.summary import ea1c_pct_from_mean

POPULATION_LOG_SD = 0.07
"""Of people's own ratio: half a percentage point at an HbA1c of 7.5 % (order of Hempe 2015; chosen)."""
ASSAY_LOG_SD = 0.02
"""Of one HbA1c (NGSP's limit of imprecision is 3 %)."""
OTHER_WEEKS_LOG_SD = 0.03
"""What weeks without readings may differ (chosen)."""
DAY_LOG_SD = 0.12
"""Of one day's mean glucose about the person's (chosen)."""
NINETY_PERCENT_SCORE = 1.6449


@dataclass(frozen=True, slots=True, kw_only=True)
class GlycationPair:
    """An HbA1c in % with the mean glucose in mg/dL of so many days beside it."""

    hba1c_pct: float
    mean_mgdl: float
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GlycationRatio:
    """A person's ratio: median and 90 % interval.

    Attributes:
        median, low, high: of HbA1c over the one that mean glucose usually gives (ADAG).
        pairs: how many values it rests on.
        doubts: names of conditions in which HbA1c misleads (``hba1c_doubts``): with one, the ratio tells of that
            condition and is not carried forward.
    """

    median: float
    low: float
    high: float
    pairs: int
    doubts: tuple[str, ...] = ()

    @property
    def reliable(self) -> bool:
        """Whether nothing speaks against HbA1c."""
        return not self.doubts

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "median": self.median,
            "low": self.low,
            "high": self.high,
            "pairs": self.pairs,
            "reliable": self.reliable,
            "doubts": list(self.doubts),
        }


def glycation_ratio(pairs: Sequence[GlycationPair], *, doubts: tuple[str, ...] = ()) -> GlycationRatio | None:
    """The ratio of a person, log-normal; None without a pair.

    Args:
        pairs: HbA1c values with the glucose of their weeks.
        doubts: conditions in which HbA1c misleads.
    """
    if not pairs:
        return None
    precision, pull = POPULATION_LOG_SD**-2, 0.0
    for one in pairs:
        own = 1.0 / (ASSAY_LOG_SD**2 + OTHER_WEEKS_LOG_SD**2 + DAY_LOG_SD**2 / max(one.days, 1.0))
        precision += own
        pull += own * math.log(one.hba1c_pct / ea1c_pct_from_mean(one.mean_mgdl))
    centre, half = pull / precision, NINETY_PERCENT_SCORE / math.sqrt(precision)
    return GlycationRatio(
        median=math.exp(centre),
        low=math.exp(centre - half),
        high=math.exp(centre + half),
        pairs=len(pairs),
        doubts=doubts,
    )
