"""Imports one file: recognise, read, clean, check, and hand back a timeline with a report on its quality."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import sha256_of_file
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.check import cleaned, common_findings, coverage_of
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.quality import QualityReport, by_severity
from glucotwin.ingest.registry import recognised_format
from glucotwin.ingest.source import check_size, read_head

PSEUDONYM_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """A person's data and what the import found out about their quality."""

    timeline: Timeline
    quality: QualityReport


def import_file(
    path: Path, options: ImportOptions | None = None, *, progress: ProgressCallback = silent
) -> ImportResult:
    """Imports a file of any known format, recognised by its content.

    Args:
        path: the file; gzip is unpacked.
        options: what the file may not say: zone, pseudonym, attributes of the person.
        progress: told how far the work has come.

    Raises:
        DataError: the file is empty, too large, damaged, of no known format, or its content is impossible.
        UnitError: a unit is missing or unknown.
    """
    options = options or ImportOptions()
    progress("recognising the file", 0.0)
    head = read_head(path)
    data_format = recognised_format(head)
    check_size(path, limit_bytes=data_format.size_limit_bytes, title=data_format.title)
    sha256 = sha256_of_file(path)
    imported = data_format.read(path, options=options, progress=part_of(progress, start=0.1, end=0.8))
    progress("checking the data", 0.8)
    streams, clean_findings = cleaned({name: frame for name, frame in imported.streams.items() if len(frame)})
    if not streams:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA, f"{path.name!r} holds no records.", hint="Export a period with data."
        )
    first_day = min(frame["time"].min() for frame in streams.values()).date()  # pyright: ignore  # polars' types are wide
    person = _person(imported, options, sha256=sha256, first_day=first_day)
    timeline = Timeline(person=person, streams=streams, settings=imported.settings)
    findings = (*imported.findings, *clean_findings, *common_findings(timeline))
    quality = QualityReport(
        source_name=path.name,
        source_sha256=sha256,
        format_name=data_format.name,
        coverage=coverage_of(timeline),
        findings=by_severity(findings),
    )
    progress("checking the data", 1.0)
    return ImportResult(timeline=timeline, quality=quality)


def _person(imported: Imported, options: ImportOptions, *, sha256: str, first_day: date) -> Person:
    """The person as the file has them, overridden by what the importing person said."""
    hints = imported.person
    weights = () if options.weight_kg is None else (WeightEntry(day=first_day, weight_kg=options.weight_kg),)
    return Person(
        # A file's name often holds a person's name, so the pseudonym is made of its content.
        person_id=options.person_id or f"person-{sha256[:PSEUDONYM_DIGITS]}",
        zone=options.zone or hints.zone or "UTC",
        birth_year=options.birth_year,
        adult=hints.adult,
        sex=options.sex or Sex.UNKNOWN,
        weights=weights,
        diabetes_type=options.diabetes_type or hints.diabetes_type or DiabetesType.UNKNOWN,
        therapy=options.therapy or hints.therapy or TherapyKind.UNKNOWN,
        cgm_device=hints.cgm_device,
    )
