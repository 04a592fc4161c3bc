"""The quality report of a timeline that goes on: what files told stays, what the whole shows is judged anew."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.check import common_findings, coverage_of
from glucotwin.ingest.live.folder import FOUND_AFTERWARDS
from glucotwin.ingest.quality import Action, Finding, FindingCode, QualityReport, Severity, Source, by_severity


def report_of(
    timeline: Timeline, *, before: Mapping[str, object], sources: Iterable[Source], findings: Iterable[Finding]
) -> QualityReport:
    """The report after a sync.

    Args:
        timeline: all the data.
        before: the stored report as JSON values; empty when there is none, and what cannot be read is passed over.
        sources: that were asked or read.
        findings: about what they gave. The same finding about overlapping times is one: the larger count stays.
    """
    told = [one for one in _findings_of(before) if one.code not in FOUND_AFTERWARDS]
    for finding in findings:
        told = _with(told, finding)
    listed = {one.name: one for one in (*_sources_of(before), *sources)}
    return QualityReport(
        sources=tuple(listed.values()),
        coverage=coverage_of(timeline),
        findings=by_severity((*told, *common_findings(timeline))),
    )


def _with(told: list[Finding], finding: Finding) -> list[Finding]:
    """The findings with one more, which may go on with an earlier one."""
    for index, one in enumerate(told):
        if (one.code, one.stream, one.file, one.values) == (
            finding.code,
            finding.stream,
            finding.file,
            finding.values,
        ):
            return [*told[:index], _continued(one, finding), *told[index + 1 :]]
    return [*told, finding]


def _continued(one: Finding, other: Finding) -> Finding:
    if one.first_time is None or other.first_time is None or one.last_time is None or other.last_time is None:
        return replace(other, count=max(one.count, other.count))
    apart = one.last_time < other.first_time or other.last_time < one.first_time
    return replace(
        other,
        count=one.count + other.count if apart else max(one.count, other.count),
        first_time=min(one.first_time, other.first_time),
        last_time=max(one.last_time, other.last_time),
    )


def _entries(report: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    listed = report.get(name)
    entries = cast("list[object]", listed) if isinstance(listed, list) else []
    return [cast("Mapping[str, object]", one) for one in entries if isinstance(one, Mapping)]


def _sources_of(report: Mapping[str, object]) -> list[Source]:
    found: list[Source] = []
    for entry in _entries(report, "sources"):
        refused = entry.get("refused")
        error = None
        if isinstance(refused, Mapping):
            code = str(refused.get("code"))
            known = ErrorCode(code) if code in set(ErrorCode) else ErrorCode.UNREADABLE_FILE
            error = DataError(known, str(refused.get("message")))
        records = entry.get("records")
        found.append(
            Source(
                name=str(entry.get("name")),
                sha256=str(entry.get("sha256")),
                format_name=str(entry.get("format")),
                records=records if isinstance(records, int) else 0,
                refused=error,
            )
        )
    return found


def _findings_of(report: Mapping[str, object]) -> list[Finding]:
    found: list[Finding] = []
    for entry in _entries(report, "findings"):
        try:
            found.append(_finding_of(entry))
        except (ValueError, TypeError):
            continue
    return found


def _finding_of(entry: Mapping[str, object]) -> Finding:
    values = entry.get("values")
    return Finding(
        code=FindingCode(str(entry.get("code"))),
        severity=Severity(str(entry.get("severity"))),
        stream=str(entry.get("stream")),
        action=Action(str(entry.get("action"))),
        count=int(str(entry.get("count"))),
        values={str(name): str(value) for name, value in values.items()} if isinstance(values, Mapping) else {},
        first_time=_time(entry.get("first_time")),
        last_time=_time(entry.get("last_time")),
        file=str(entry.get("file") or ""),
    )


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
