"""What was measured of a device, and what it was held against."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from glucotwin.core.claim import Verdict
from glucotwin.core.message import message

MARD_TOLERANCE_PCT, SHARE_TOLERANCE_PCT = 1.0, 3.0
"""How near a published mean error, and a published share, has to be met, in percentage points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One figure of a device.

    Attributes:
        name: of the figure; its text is the message ``device-finding-NAME``.
        details: what the text names, as ``{"hours": "6"}``.
        unit: of the figure.
        measured: the figure; nan where there was nothing to measure.
        bound: its one-sided 95 % confidence bound, where one decides.
        expected: what was published or is required, in words; empty where nothing is.
        verdict: whether it was met; None where nothing was expected.
        source: of what was expected.
    """

    name: str
    unit: str
    measured: float
    details: Mapping[str, str] = field(default_factory=dict)
    bound: float | None = None
    expected: str = ""
    verdict: Verdict | None = None
    source: str = ""

    @property
    def title(self) -> str:
        """What the figure is, in words."""
        return message(f"device-finding-{self.name}", **self.details)

    def to_json(self) -> dict[str, object]:
        """As JSON values; null where there was nothing to measure."""
        return {
            "name": self.name,
            "details": dict(self.details),
            "unit": self.unit,
            "measured": _number(self.measured),
            "bound": _number(self.bound),
            "expected": self.expected,
            "verdict": None if self.verdict is None else str(self.verdict),
            "source": self.source,
        }


def near(
    name: str, measured: float, published: float | None, *, tolerance: float, source: str, unit: str = "%"
) -> Finding:
    """A figure beside a published one, met when no further away than the tolerance."""
    if published is None:
        return Finding(name=name, unit=unit, measured=measured)
    is_met = abs(measured - published) <= tolerance
    expected = message("device-expected-near", published=f"{published:g}", tolerance=f"{tolerance:g}")
    return Finding(
        name=name, unit=unit, measured=measured, expected=expected, verdict=verdict_of(is_met), source=source
    )


def verdict_of(is_met: bool | None) -> Verdict:
    """Met, missed, or unverified for None."""
    if is_met is None:
        return Verdict.UNVERIFIED
    return Verdict.MET if is_met else Verdict.MISSED


def figure(value: float | None) -> str:
    """A figure with the decimals that say something; a dash where there was nothing to measure."""
    if value is None or not math.isfinite(value):
        return "-"
    if value == 0.0:
        return "0"
    return f"{value:.2f}" if abs(value) < 1.0 else f"{value:.1f}"


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 4)
