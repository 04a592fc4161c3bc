"""What the services that share a sensor's readings have in common: units that are checked, readings left out."""

from collections.abc import Mapping, Sequence

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.ingest.nightscout.document import number_of
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity

LARGEST_MMOLL = 36.0
"""Broken numbers below this are mmol/L."""


def possible_number(reading: object, name: str) -> float | None:
    """The number in a field of a reading; None when there is none."""
    return number_of(reading.get(name)) if isinstance(reading, Mapping) else None


def check_mgdl(values: Sequence[float], title: str) -> None:
    """Passes unless most values are small and broken numbers, as mmol/L are.

    Args:
        values: that the service says to be mg/dL.
        title: of the service.

    Raises:
        UnitError: they are not.
    """
    broken = sum(value < LARGEST_MMOLL and value != round(value) for value in values)
    if values and broken > 0.5 * len(values):
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"The readings of {title} look like mmol/L, but it gives mg/dL.",
            hint="Nothing was stored. Check the address, and tell the makers of GlucoTwin if it is the right one.",
        )


def left_out(*, unread: int, codes: int) -> tuple[Finding, ...]:
    """Findings about readings that are no glucose: those that cannot be read, and codes of the sensor's errors."""
    found: list[Finding] = []
    if codes:
        found.append(
            Finding(
                code=FindingCode.PASSED_OVER,
                severity=Severity.INFO,
                stream="glucose",
                action=Action.DROPPED,
                count=codes,
                values={"kinds": "sensor error codes"},
            )
        )
    if unread:
        found.append(
            Finding(
                code=FindingCode.UNREADABLE_ROWS,
                severity=Severity.WARNING,
                stream="glucose",
                action=Action.DROPPED,
                count=unread,
            )
        )
    return tuple(found)
