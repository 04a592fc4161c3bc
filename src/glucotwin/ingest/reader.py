"""Imports a file, a folder or an archive: recognise, read, join, check; a timeline and a report on its quality."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TypeVar

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import sha256_of_bytes, sha256_of_file
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import stream_of
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.check import cleaned, common_findings, coverage_of
from glucotwin.ingest.container import SourceFile, files_of
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.mapped.mapping import MappedFormat
from glucotwin.ingest.mapped.mapping_file import read_mapping
from glucotwin.ingest.merge import counted_once, joined
from glucotwin.ingest.person_file import files_of_one
from glucotwin.ingest.quality import Finding, FindingCode, QualityReport, Source, by_severity
from glucotwin.ingest.registry import recognised_format
from glucotwin.ingest.source import check_size, read_head

PSEUDONYM_DIGITS = 8

Known = TypeVar("Known", bound=Enum | str | int | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """A person's data and what the import found out about their quality."""

    timeline: Timeline
    quality: QualityReport


def import_path(
    path: Path, options: ImportOptions | None = None, *, progress: ProgressCallback = silent
) -> ImportResult:
    """Imports what one person has: a file of any known format, a folder or a zip archive of such files.

    Formats are recognised by content. The same files in another order, split or overlapping, give the same timeline.
    A file among others that cannot be read is listed with the reason in the report, and the rest is imported.

    Args:
        path: the file, folder or archive; gzip is unpacked.
        options: what the files may not say: zone, pseudonym, attributes of the person.
        progress: told how far the work has come.

    Raises:
        DataError: the only file is empty, too large, damaged, of no known format, or impossible; or none of several
            files could be read, or there are no records in them.
        UnitError: a unit is missing or unknown in the only file.
    """
    options = options or ImportOptions()
    mapped = [MappedFormat(read_mapping(one)) for one in options.mappings]
    progress("recognising the files", 0.0)
    with files_of(path) as found:
        files = files_of_one(found, options.only)
        read = _read_all(files, options, mapped, part_of(progress, start=0.05, end=0.7))
        read = _read_together(read, options, part_of(progress, start=0.7, end=0.8))
    progress("checking the data", 0.8)
    streams, clean_findings = cleaned(joined(one.imported.streams for one in read if one.imported))
    streams, overlap_findings = counted_once(streams)
    streams = {name: frame for name, frame in streams.items() if len(frame)}
    if not streams.keys() - {"correction"}:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA, f"{path.name!r} holds no records.", hint="Export a period with data."
        )
    settings = dict.fromkeys(one for part in read if part.imported for one in part.imported.settings)
    first_day = min(frame["time"].min() for frame in streams.values()).date()  # pyright: ignore  # polars' types are wide
    hints = _hints([one.imported.person for one in read if one.imported])
    timeline = Timeline(person=_person(hints, options, first_day), streams=streams, settings=tuple(settings))
    if options.person_id is None:
        timeline = replace(timeline, person=replace(timeline.person, person_id=_pseudonym(timeline)))
    progress("checking the data", 0.9)
    findings = [finding for one in read for finding in one.findings(several=len(read) > 1)]
    if (hints.zone or "UTC") != "UTC":
        findings = [one for one in findings if not _is_superseded(one)]
    quality = QualityReport(
        sources=tuple(one.source for one in read),
        coverage=coverage_of(timeline),
        findings=by_severity((*findings, *overlap_findings, *clean_findings, *common_findings(timeline))),
    )
    progress("checking the data", 1.0)
    return ImportResult(timeline=timeline, quality=quality)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One file: what was read and how, or why nothing was; ``joint`` when it speaks for others of its format too."""

    source: Source
    imported: Imported | None = None
    data_format: DataFormat | None = None
    joint: bool = False

    def findings(self, *, several: bool) -> list[Finding]:
        found = self.imported.findings if self.imported else ()
        return [replace(one, file=self.source.name) if several and not self.joint else one for one in found]


def _read_all(
    files: Sequence[SourceFile], options: ImportOptions, mapped: Sequence[DataFormat], progress: ProgressCallback
) -> list[_Read]:
    """Every file, each content once."""
    read: list[_Read] = []
    seen: set[str] = set()
    for number, file in enumerate(files):
        step = part_of(progress, start=number / len(files), end=(number + 1) / len(files))
        try:
            data_format = _format_of(file, mapped, alone=len(files) == 1)
            sha256 = sha256_of_file(file.path)
            if sha256 in seen:
                continue
            seen.add(sha256)
            imported = _imported(file, data_format, options, step)
        except GlucoTwinError as error:
            if len(files) == 1:
                raise
            read.append(_Read(source=Source(name=file.name, refused=error)))
            continue
        records = sum(len(frame) for frame in imported.streams.values())
        source = Source(name=file.name, sha256=sha256, format_name=data_format.name, records=records)
        read.append(_Read(source=source, imported=imported, data_format=data_format))
    if not any(one.imported for one in read):
        reasons = Counter(one.source.refused.message for one in read if one.source.refused)
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT,
            f"None of {len(files)} files could be read; the first says: {next(iter(reasons))}",
            hint="Give the folder or archive of an export.",
        )
    return read


def _imported(
    file: SourceFile, data_format: DataFormat, options: ImportOptions, progress: ProgressCallback
) -> Imported:
    """What a file holds.

    Raises:
        DataError, UnitError: it is not what it claims to be; also when its columns contradict each other in a way that
            its format does not foresee.
    """
    try:
        return data_format.read(file.path, options=options, progress=progress)
    except pl.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"{file.name!r} cannot be read as {data_format.title}: {reason}.",
            hint="Export it again; it may have been changed by another program.",
        ) from error


def _read_together(read: list[_Read], options: ImportOptions, progress: ProgressCallback) -> list[_Read]:
    """The files with those of formats whose files explain each other read at once, for which the first then speaks."""
    joined_up = list(read)
    for data_format in dict.fromkeys(one.data_format for one in read if one.data_format):
        places = [place for place, one in enumerate(read) if one.data_format is data_format]
        parts = [one.imported for one in read if one.data_format is data_format and one.imported]
        joint = data_format.read_together(parts, options=options, progress=progress) if len(parts) > 1 else None
        if joint is not None:
            for place in places:
                joined_up[place] = replace(read[place], imported=Imported(streams={}))
            joined_up[places[0]] = replace(read[places[0]], imported=joint, joint=True)
    return joined_up


def _format_of(file: SourceFile, mapped: Sequence[DataFormat], *, alone: bool) -> DataFormat:
    """The mapping that fits, else the recognised format; a lone file is what its mapping says, fitting or not."""
    head = read_head(file.path)
    fitting = [one for one in mapped if one.recognise(head) > 0.0] or (mapped if alone else [])
    data_format = fitting[0] if fitting else recognised_format(head)
    check_size(file.path, limit_bytes=data_format.size_limit_bytes, title=data_format.title)
    return data_format


def _hints(hints: Sequence[PersonHints]) -> PersonHints:
    """What the files say of the person: of several answers the most frequent, and of these the first by its text."""

    def best(values: list[Known]) -> Known | None:
        known = Counter(one for one in values if one)
        return min(known, key=lambda one: (-known[one], str(one))) if known else None

    return PersonHints(
        zone=best([one.zone for one in hints]),
        birth_year=best([one.birth_year for one in hints]),
        sex=best([one.sex for one in hints]),
        weights=tuple(
            sorted({entry for one in hints for entry in one.weights}, key=lambda entry: (entry.day, entry.weight_kg))
        ),
        adult=best([one.adult for one in hints]),
        diabetes_type=best([one.diabetes_type for one in hints]),
        therapy=best([one.therapy for one in hints]),
        cgm_device=best([one.cgm_device for one in hints]) or "",
    )


def _person(hints: PersonHints, options: ImportOptions, first_day: date) -> Person:
    """The person as the files have them, overridden by what the importing person said."""
    weights = hints.weights if options.weight_kg is None else (WeightEntry(day=first_day, weight_kg=options.weight_kg),)
    return Person(
        person_id=options.person_id or "",
        zone=options.zone or hints.zone or "UTC",
        birth_year=options.birth_year or hints.birth_year,
        adult=hints.adult,
        sex=options.sex or hints.sex or Sex.UNKNOWN,
        weights=weights,
        diabetes_type=options.diabetes_type or hints.diabetes_type or DiabetesType.UNKNOWN,
        therapy=options.therapy or hints.therapy or TherapyKind.UNKNOWN,
        cgm_device=hints.cgm_device,
    )


def _is_superseded(finding: Finding) -> bool:
    """Whether it says that UTC is used for want of a zone, which another file names."""
    return finding.code is FindingCode.ZONE_ASSUMED and finding.values.get("zone") == "UTC"


def _pseudonym(timeline: Timeline) -> str:
    """A pseudonym made of the records: a file's name often holds a person's, and files can be split."""
    # What an import notes about itself says nothing about the person.
    own = {name: frame for name, frame in timeline.streams.items() if name != stream_of(Correction)}
    content = timeline_hash(replace(timeline, streams=own))
    return f"person-{sha256_of_bytes([content.encode()])[:PSEUDONYM_DIGITS]}"
