"""What came out of a trial as rows of text, the first one naming the columns."""

from glucotwin.core.message import message
from glucotwin.core.number import number
from glucotwin.reports.trial.text import endpoint_text, gain_text, interval_text, p_text, verdict_text
from glucotwin.trial.result import TrialResult


def estimate_rows(result: TrialResult) -> list[tuple[str, ...]]:
    """A row for each endpoint and comparison."""
    columns = ("endpoint", "comparison", "arm-mean", "versus-mean", "difference", "p")
    rows = [tuple(message(f"trial-column-{name}") for name in columns)]
    design = result.design
    for one in result.estimates:
        decimals = one.endpoint.decimals
        rows.append(
            (
                endpoint_text(one),
                f"{design.arm(one.arm).label} – {design.arm(one.versus).label}",
                number(one.compared.mean_arm, decimals),
                number(one.compared.mean_versus, decimals),
                interval_text(one.compared.difference.estimate, *one.compared.difference.interval(one.alpha), decimals),
                p_text(one.p),
            )
        )
    return rows


def claim_rows(result: TrialResult) -> list[tuple[str, ...]]:
    """A row for each claim."""
    rows = [tuple(message(f"trial-column-{name}") for name in ("claim", "found", "verdict"))]
    rows += [(one.claim.text, gain_text(result.design, one), verdict_text(one)) for one in result.verdicts]
    return rows
