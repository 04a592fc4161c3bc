"""Whether a trial's claims were reached, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from glucotwin.trial.analysis import Estimate
from glucotwin.trial.part import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVerdict:
    """A claim beside what was found.

    Attributes:
        claim: as designed.
        gain, low, high: found, in the claim's measure.
        enough: whether the estimated gain is what the claim asks for.
        sure: whether the interval is where the claim asks for.
    """

    claim: Claim
    gain: float
    low: float
    high: float
    enough: bool
    sure: bool

    @property
    def reached(self) -> bool:
        """Whether the claim holds in this trial."""
        return self.enough and self.sure

    @property
    def as_expected(self) -> bool:
        """Whether it came out as the design hoped: a sham arm must not reach its claim."""
        return self.reached == (self.claim.expect == "reached")


def judge_claims(claims: Sequence[Claim], estimates: Sequence[Estimate], *, alpha: float) -> tuple[ClaimVerdict, ...]:
    """A verdict for each claim.

    Args:
        claims: of the design.
        estimates: as designed, one of each claim's endpoint and arms among them.
        alpha: two-sided level of the intervals that decide.

    Raises:
        ValueError: an estimate is missing; the workflow should have made it.
    """
    return tuple(_judged(one, estimates, alpha) for one in claims)


def _judged(claim: Claim, estimates: Sequence[Estimate], alpha: float) -> ClaimVerdict:
    wanted = (claim.endpoint, claim.arm, claim.versus)
    found = next((one for one in estimates if (one.endpoint.name, one.arm, one.versus) == wanted), None)
    if found is None:
        raise ValueError(f"No estimate for the claim {claim.name!r}.")
    relative = claim.measure == "relative-pct"
    gain, low, high = found.compared.gain(found.endpoint.better, relative=relative, alpha=alpha)
    threshold = claim.at_least if claim.by == "interval" else 0.0
    return ClaimVerdict(
        claim=claim,
        gain=gain,
        low=low,
        high=high,
        enough=gain >= claim.at_least,
        sure=low > threshold or (claim.by == "interval" and low == threshold),
    )
