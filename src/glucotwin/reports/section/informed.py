"""How far data informed something, in words."""

from glucotwin.core.message import message
from glucotwin.reports.number import percent

WELL_INFORMED, PARTLY_INFORMED = 0.6, 0.3


def informed_text(fraction: float) -> str:
    """How far the data informed a parameter, in words and as a percentage."""
    amount = "much" if fraction >= WELL_INFORMED else "partly" if fraction >= PARTLY_INFORMED else "little"
    return message(f"report-informed-{amount}", share=percent(100.0 * fraction, 0))
