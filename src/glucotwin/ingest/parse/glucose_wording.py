"""How vendors word glucose in several languages: the unit in a header, the words for what is out of range."""

import re
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import GlucoseUnit, parse_glucose_unit
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

_UNIT = re.compile(r"(?<![a-z])(?:mg\s*/\s*dl|mmol\s*/\s*l)(?![a-z])", re.IGNORECASE)
_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("low", "lo", "niedrig", "bajo", "baja", "bas", "basse", "faible", "basso", "laag"), "Low"),
        **dict.fromkeys(("high", "hi", "hoch", "alto", "alta", "haut", "haute", "élevé", "élevée", "hoog"), "High"),
    }
)


def glucose_unit_in(header: str) -> GlucoseUnit | None:
    """The glucose unit that a column's header names, wherever in it; None when it names none."""
    found = _UNIT.search(header)
    return parse_glucose_unit(re.sub(r"\s", "", found[0])) if found else None


def require_glucose_unit(header: str) -> GlucoseUnit:
    """The glucose unit that a column's header names, wherever in it.

    Raises:
        UnitError: it names none; the values are not guessed at.
    """
    unit = glucose_unit_in(header)
    if unit is None:
        raise UnitError(
            ErrorCode.MISSING_UNIT,
            f"The column {header!r} holds glucose but does not say in which unit.",
            hint="Export the file again, or write mg/dL or mmol/L into the header.",
        )
    return unit


def english_words(texts: pl.Series) -> pl.Series:
    """Texts with the words for out of range as Low and High, whatever the language; numbers and others stay."""
    lower = texts.str.strip_chars().str.to_lowercase()
    return lower.replace_strict(_WORDS, default=texts, return_dtype=pl.String)


def converted(glucose: pl.DataFrame, unit: GlucoseUnit) -> tuple[Finding, ...]:
    """The finding that glucose came in another unit than mg/dL; none when it did not.

    Args:
        glucose: readings.
        unit: as they came.
    """
    if unit is GlucoseUnit.MGDL:
        return ()
    code, severity, action = FindingCode.UNITS_CONVERTED, Severity.INFO, Action.KEPT
    return findings_in(glucose, code, severity=severity, action=action, stream="glucose", unit=str(unit))
