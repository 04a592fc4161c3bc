"""What an import found out about the quality of a person's data: findings, coverage, and sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import polars as pl

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.message import message
from glucotwin.core.number import as_read


class Severity(StrEnum):
    """How much a finding matters to what is computed from the data."""

    INFO = "info"
    WARNING = "warning"
    PROBLEM = "problem"


class Action(StrEnum):
    """What the import did about it."""

    KEPT = "kept"
    CORRECTED = "corrected"
    DROPPED = "dropped"


class FindingCode(StrEnum):
    """Stable identifiers of findings; the sentence of each is the message ``quality-<code>``."""

    DUPLICATE_ROWS = "duplicate-rows"
    REPEATED_GLUCOSE_TIMES = "repeated-glucose-times"
    REPEATED_BASAL_TIMES = "repeated-basal-times"
    BASAL_MILLIUNITS = "basal-milliunits"
    BASAL_UNKNOWN = "basal-unknown"
    EXTENDED_PART_INFERRED = "extended-part-inferred"
    CANCELLED_MEALS = "cancelled-meals"
    CANCELLED_BOLUSES = "cancelled-boluses"
    CENSORED_GLUCOSE = "censored-glucose"
    IMPOSSIBLE_VALUES = "impossible-values"
    GLUCOSE_GAPS = "glucose-gaps"
    GLUCOSE_JUMPS = "glucose-jumps"
    FEW_MEALS = "few-meals"
    NO_MEALS = "no-meals"
    NO_INSULIN = "no-insulin"
    IMPLAUSIBLE_INSULIN = "implausible-insulin"
    LARGE_BOLUSES = "large-boluses"
    LARGE_MEALS = "large-meals"
    AMBIGUOUS_TIMES = "ambiguous-times"
    SKIPPED_TIMES = "skipped-times"
    IGNORED_COLUMNS = "ignored-columns"
    IGNORED_DOCUMENTS = "ignored-documents"
    UNCERTAIN_TIMES = "uncertain-times"
    MEALS_LOGGED_TWICE = "meals-logged-twice"
    WRONG_CLOCK = "wrong-clock"
    ZONE_ASSUMED = "zone-assumed"
    DATE_ORDER_ASSUMED = "date-order-assumed"
    UNREADABLE_ROWS = "unreadable-rows"
    PASSED_OVER = "passed-over"
    NOT_DELIVERED = "not-delivered"
    MEAL_TIMES_ASSUMED = "meal-times-assumed"
    DAILY_TOTALS_ONLY = "daily-totals-only"
    SOURCES_OVERLAP = "sources-overlap"
    UNITS_CONVERTED = "units-converted"
    UNIT_INFERRED = "unit-inferred"
    ENDS_EARLY = "ends-early"
    EXPORT_INCOMPLETE = "export-incomplete"
    EXTENDED_DURATION_ASSUMED = "extended-duration-assumed"
    BASAL_PERCENT_UNKNOWN = "basal-percent-unknown"
    PROGRAMMED_BASAL_REPLACED = "programmed-basal-replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One kind of irregularity in one stream.

    Attributes:
        code: what was found.
        severity: how much it matters.
        stream: the stream concerned (see ``glucotwin.domain.frame.STREAMS``); empty when it concerns the whole file.
        action: what was done about it.
        count: how many records it concerns.
        values: further values of the sentence, formatted.
        first_time, last_time: when, if it can be placed.
        file: the file it was found in, when there are several.
    """

    code: FindingCode
    severity: Severity
    stream: str
    action: Action
    count: int
    values: Mapping[str, str] = field(default_factory=dict)
    first_time: datetime | None = None
    last_time: datetime | None = None
    file: str = ""

    @property
    def text(self) -> str:
        """The finding as a sentence."""
        values = {name: as_read(value) for name, value in self.values.items()}
        sentence = message(f"quality-{self.code}", count=self.count, **values)
        return f"{self.file}: {sentence}" if self.file else sentence

    def to_json(self) -> dict[str, object]:
        """The finding as JSON values."""
        return {
            "code": str(self.code),
            "severity": str(self.severity),
            "stream": self.stream,
            "action": str(self.action),
            "count": self.count,
            "values": dict(self.values),
            "first_time": _iso(self.first_time),
            "last_time": _iso(self.last_time),
            "file": self.file,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a stream there is.

    Attributes:
        stream: its name.
        records: number of records.
        first, last: times of the first and the last record.
        gaps: stretches longer than 15 minutes without data; None for streams of single events.
        gap_min: their total length in minutes.
        active_percent: share of the time from first to last with data, 0 to 100; None for streams of single events.
    """

    stream: str
    records: int
    first: datetime
    last: datetime
    gaps: int | None = None
    gap_min: float | None = None
    active_percent: float | None = None

    def to_json(self) -> dict[str, object]:
        """The coverage as JSON values."""
        return {
            "stream": self.stream,
            "records": self.records,
            "first": _iso(self.first),
            "last": _iso(self.last),
            "gaps": self.gaps,
            "gap_min": self.gap_min,
            "active_percent": self.active_percent,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that was given.

    Attributes:
        name: what people call it: its name, or its path within the folder or archive.
        sha256: SHA-256 of its bytes; empty when it was refused.
        format_name: the format it was read as; empty when it was refused.
        records: how many records it holds.
        refused: why it was not read; None when it was.
    """

    name: str
    sha256: str = ""
    format_name: str = ""
    records: int = 0
    refused: GlucoTwinError | None = None

    def to_json(self) -> dict[str, object]:
        """The source as JSON values."""
        refused = None if self.refused is None else {"code": str(self.refused.code), "message": self.refused.message}
        return {
            "name": self.name,
            "sha256": self.sha256,
            "format": self.format_name,
            "records": self.records,
            "refused": refused,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What was read, how much of it there is, and what is wrong with it.

    Attributes:
        sources: the files, read or refused; of files with the same content one.
        coverage: one entry per stream that has records.
        findings: the most severe first.
    """

    sources: tuple[Source, ...]
    coverage: tuple[Coverage, ...]
    findings: tuple[Finding, ...]

    @property
    def format_names(self) -> tuple[str, ...]:
        """The formats that were read, each once, in alphabetical order."""
        return tuple(sorted({one.format_name for one in self.sources if one.format_name}))

    def coverage_of(self, stream: str) -> Coverage | None:
        """The coverage of a stream; None when it has no records."""
        return next((one for one in self.coverage if one.stream == stream), None)

    def having(self, code: FindingCode) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.code is code)

    def to_json(self) -> dict[str, object]:
        """The report as JSON values."""
        return {
            "schema": "glucotwin-quality/2",
            "sources": [one.to_json() for one in self.sources],
            "coverage": [one.to_json() for one in self.coverage],
            "findings": [finding.to_json() for finding in self.findings],
        }


def findings_in(
    concerned: pl.DataFrame,
    code: FindingCode,
    *,
    severity: Severity,
    action: Action,
    stream: str = "",
    count: int | None = None,
    **values: str,
) -> tuple[Finding, ...]:
    """One finding about the rows of a table with a ``time`` column; none when it has no rows.

    Args:
        concerned: the rows that the finding is about.
        code: what was found.
        severity: how much it matters.
        action: what was done about it.
        stream: the stream concerned.
        count: how many records it concerns, if not one per row.
        **values: further values of its sentence.
    """
    if concerned.is_empty():
        return ()
    first, last = concerned.select(pl.min("time").alias("first"), pl.max("time").alias("last")).row(0)
    return (
        Finding(
            code=code,
            severity=severity,
            stream=stream,
            action=action,
            count=len(concerned) if count is None else count,
            values=values,
            first_time=first,
            last_time=last,
        ),
    )


SEVERITY_ORDER = (Severity.PROBLEM, Severity.WARNING, Severity.INFO)


def by_severity(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Findings with the most severe first, otherwise in their order."""
    return tuple(sorted(findings, key=lambda finding: SEVERITY_ORDER.index(finding.severity)))


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
