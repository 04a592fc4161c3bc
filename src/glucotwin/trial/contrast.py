"""A comparison of two arms as numbers: estimate, interval, tests of difference, non-inferiority and equivalence."""

import math
from dataclasses import dataclass

from scipy import stats

from glucotwin.trial.part import Better


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """An estimate with its standard error.

    Attributes:
        estimate: arm minus versus, or gain in percent.
        se: its standard error.
        df: degrees of freedom of the t distribution; infinite for the normal one.
    """

    estimate: float
    se: float
    df: float

    def interval(self, alpha: float) -> tuple[float, float]:
        """The two-sided interval of confidence ``1 - alpha``."""
        reach = float(stats.t.ppf(1.0 - alpha / 2.0, self.df)) * self.se
        return self.estimate - reach, self.estimate + reach

    @property
    def p(self) -> float:
        """Two-sided p-value of no difference."""
        return 2.0 * self._beyond(abs(self.estimate))

    def p_not_inferior(self, margin: float, better: Better) -> float:
        """One-sided p-value against being worse by the margin or more."""
        gain = -self.estimate if better is Better.LOWER else self.estimate
        return self._beyond(gain + margin)

    def p_equivalent(self, margin: float) -> float:
        """P-value against a difference of the margin or more: the larger of two one-sided tests (Schuirmann 1987)."""
        return max(self._beyond(margin + self.estimate), self._beyond(margin - self.estimate))

    def _beyond(self, distance: float) -> float:
        if self.se == 0.0:
            return 0.0 if distance > 0.0 else (0.5 if distance == 0.0 else 1.0)
        return float(stats.t.sf(distance / self.se, self.df))


def pooled_contrast(contrasts: list[Contrast]) -> Contrast:
    """Contrasts of imputed data sets as one: Rubin's rules, degrees of freedom by Barnard and Rubin (1999)."""
    count = len(contrasts)
    mean = sum(one.estimate for one in contrasts) / count
    within = sum(one.se**2 for one in contrasts) / count
    between = sum((one.estimate - mean) ** 2 for one in contrasts) / (count - 1)
    total = within + (1.0 + 1.0 / count) * between
    complete = contrasts[0].df
    if between == 0.0 or total == 0.0:
        return Contrast(estimate=mean, se=math.sqrt(total), df=complete)
    lost = (1.0 + 1.0 / count) * between / total
    old = (count - 1) / lost**2
    seen = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - lost)
    return Contrast(estimate=mean, se=math.sqrt(total), df=old * seen / (old + seen))
