"""Estimates, claims and p-values of trials as people read them."""

import math

from glucotwin.core.message import message
from glucotwin.core.number import MISSING, number
from glucotwin.trial.analysis import Estimate
from glucotwin.trial.design import Design
from glucotwin.trial.verdict import ClaimVerdict


def endpoint_text(estimate: Estimate) -> str:
    """Label and unit."""
    unit = estimate.endpoint.unit
    return f"{estimate.endpoint.label} ({unit})" if unit else estimate.endpoint.label


def interval_text(estimate: float, low: float, high: float, decimals: int) -> str:
    """An estimate with its interval."""
    return message(
        "trial-interval",
        estimate=number(estimate, decimals, signed=True),
        low=number(low, decimals, signed=True),
        high=number(high, decimals, signed=True),
    )


def gain_text(design: Design, verdict: ClaimVerdict) -> str:
    """The gain that was found, in the claim's measure."""
    endpoint = design.endpoint(verdict.claim.endpoint)
    relative = verdict.claim.measure == "relative-pct"
    decimals, unit = (0, "%") if relative else (endpoint.decimals, endpoint.unit)
    return f"{interval_text(verdict.gain, verdict.low, verdict.high, decimals)} {unit}".rstrip()


def reason_text(design: Design, verdict: ClaimVerdict) -> str:
    """Why a claim was reached or not."""
    endpoint, claim = design.endpoint(verdict.claim.endpoint), verdict.claim
    relative = claim.measure == "relative-pct"
    decimals, unit = (0, "%") if relative else (endpoint.decimals, endpoint.unit)
    asked = f"{number(claim.at_least, decimals, signed=True)} {unit}".rstrip()
    if verdict.reached:
        return message(f"trial-reason-reached-{claim.by}", asked=asked)
    if not verdict.enough:
        return message("trial-reason-too-little", asked=asked)
    low = f"{number(verdict.low, decimals, signed=True)} {unit}".rstrip()
    return message(f"trial-reason-unsure-{claim.by}", asked=asked, low=low)


def verdict_text(verdict: ClaimVerdict) -> str:
    """Reached or not, and whether that was hoped for."""
    text = message("trial-reached" if verdict.reached else "trial-not-reached")
    if verdict.claim.expect == "reached":
        return text
    return message("trial-expected" if verdict.as_expected else "trial-unexpected", verdict=text)


def p_text(p: float) -> str:
    """A p-value as papers write it."""
    if not math.isfinite(p):
        return MISSING
    return f"< {number(0.001, 3)}" if p < 0.001 else number(p, 3)
