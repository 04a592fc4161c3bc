"""Data quality: what there was, what was noticed, and what was done about it."""

from zoneinfo import ZoneInfo

from glucotwin.core.message import message
from glucotwin.core.number import MISSING, number
from glucotwin.ingest.quality import Coverage, Finding, QualityReport
from glucotwin.reports.content import ReportContent
from glucotwin.reports.number import capitalised, days, percent
from glucotwin.reports.view import Block, Row, Section, Table, Text


def quality_section(content: ReportContent) -> Section:
    """Coverage of every stream and the findings of the import."""
    quality = content.quality
    blocks: tuple[Block, ...] = (Text(text=message("report-quality-unknown"), tone="note"),)
    if quality is not None:
        blocks = (coverage_table(quality, content.person.zone_info), findings_block(quality))
    return Section(identifier="quality", title=message("report-quality"), blocks=blocks)


def stream_name(stream: str) -> str:
    """A stream in plain words."""
    return message(f"report-stream-{stream.replace('_', '-')}")


def coverage_table(quality: QualityReport, zone: ZoneInfo) -> Table:
    """How much there is of every stream, in local days."""
    names = ("stream", "records", "days", "known", "gaps")
    return Table(
        header=tuple(message(f"report-coverage-{name}") for name in names),
        rows=tuple(_coverage_row(one, zone) for one in quality.coverage),
    )


def _coverage_row(coverage: Coverage, zone: ZoneInfo) -> Row:
    span = (coverage.last - coverage.first).total_seconds() / 86400.0
    gap_hours = "" if not coverage.gap_min else message("report-hours", hours=number(coverage.gap_min / 60.0, 1))
    gaps = MISSING if coverage.gaps is None else str(coverage.gaps)
    return Row(
        cells=(
            capitalised(stream_name(coverage.stream)),
            number(coverage.records, 0),
            number(span, 1),
            percent(coverage.active_percent),
            f"{gaps} ({gap_hours})" if gap_hours else gaps,
        ),
        note=days(coverage.first.astimezone(zone), coverage.last.astimezone(zone)),
    )


def findings_block(quality: QualityReport) -> Block:
    """What was noticed and what was done about it; a sentence when there is nothing."""
    if not quality.findings:
        return Text(text=message("import-no-findings"))
    return Table(
        header=tuple(message(f"report-finding-{name}") for name in ("text", "action")),
        rows=tuple(_finding_row(finding) for finding in quality.findings),
        words=True,
    )


def _finding_row(finding: Finding) -> Row:
    return Row(
        cells=(finding.text, message(f"report-action-{finding.action}")),
        note="" if finding.severity == "info" else message(f"report-severity-{finding.severity}"),
    )
