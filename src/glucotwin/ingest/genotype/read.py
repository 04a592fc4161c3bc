"""Reads the listed variants out of a genotype service's table or a VCF; nothing else of the file is kept.

A plain VCF leaves out places where the person is like the reference, and those that could not be read, alike. So a
listed variant that is not in the file is reported as absent and never assumed to be the reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.genotype import Call, Genotype, Uncalled
from glucotwin.domain.variant import GenomeBuild
from glucotwin.ingest.container import SourceFile, files_of
from glucotwin.ingest.genotype.array import ArrayTable, array_table, is_on_plus_strand, service_of
from glucotwin.ingest.genotype.build import build_by_positions, build_in
from glucotwin.ingest.genotype.judge import agreed, called, variant_seen
from glucotwin.ingest.genotype.line import Sighting, lines_of
from glucotwin.ingest.genotype.vcf import VcfTable, vcf_table
from glucotwin.ingest.source import FileHead, open_binary, read_head

MOST_COMMENTS = 100_000
"""Lines before the table begins; a VCF of many contigs has some thousands."""
MOST_SIGHTINGS = 10_000
"""Lines at places that may be those of listed variants."""
_VCF_MARK = "##fileformat=VCF"


class BuildSource(StrEnum):
    """How the build was told."""

    COMMENTS = "comments"
    POSITIONS = "positions"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenotypeFile:
    """A person's genotype and how it was read.

    Attributes:
        genotype: the listed variants.
        format_title: who made the file, or VCF.
        build_source: how the build was told.
        contradicts_comments: the positions are those of another build than the comments say; the positions count.
        unreadable_lines: lines with too few fields.
    """

    genotype: Genotype
    format_title: str
    build_source: BuildSource
    contradicts_comments: bool
    unreadable_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What a file is, by its comments and header."""

    table: VcfTable | ArrayTable
    title: str
    build: GenomeBuild
    plus_strand: bool

    @property
    def is_vcf(self) -> bool:
        return isinstance(self.table, VcfTable)


def read_genotype(path: Path, *, sample: int | None = None, progress: ProgressCallback = silent) -> GenotypeFile:
    """Reads the listed variants; the file is streamed, so its size does not matter.

    Args:
        path: raw data of 23andMe, AncestryDNA, MyHeritage, FamilyTreeDNA or their like, or a VCF; plain, gzip, or
            alone in a zip archive.
        sample: which sample of a VCF with several, from 1.
        progress: told how far the reading has come.

    Raises:
        DataError: it is none of these, damaged, or holds several people and it is not said whose is meant.
    """
    with files_of(path) as files:
        if len(files) != 1:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"There are {len(files)} files in {path.name!r}; a genotype is one.",
                hint="Give the path of that file.",
            )
        return _read(files[0], sample=sample, progress=progress)


def is_genotype(head: FileHead) -> bool:
    """Whether a file's beginning is that of a VCF or of a genotype service's table."""
    lines = [line.strip("\r ") for line in head.text.splitlines()]
    if lines and lines[0].startswith(_VCF_MARK):
        return True
    comments = sum(1 for _ in takewhile(lambda line: not line or line.startswith("#"), lines))
    return any(array_table(line) is not None for line in lines[: comments + 1])


def _read(source: SourceFile, *, sample: int | None, progress: ProgressCallback) -> GenotypeFile:
    head = read_head(source.path)
    if head.encoding in {None, "utf-16", "utf-16-le"}:
        raise _unrecognised()
    with open_binary(source.path) as file:
        return _read_open(file, sample=sample, progress=progress)


def _read_open(file: BinaryIO, *, sample: int | None, progress: ProgressCallback) -> GenotypeFile:
    batches = lines_of(file)
    layout, first = _layout(batches, sample=sample)
    progress(f"Reading {layout.title}", 0.1)
    sightings, unreadable = _sightings(layout.table, first, batches)
    by_positions = build_by_positions(sightings)
    known = layout.build if by_positions is GenomeBuild.UNKNOWN else by_positions
    told_by = BuildSource.COMMENTS if known is layout.build else BuildSource.POSITIONS
    return GenotypeFile(
        genotype=_judged(sightings, layout=replace(layout, build=known)),
        format_title=layout.title,
        build_source=BuildSource.NOTHING if known is GenomeBuild.UNKNOWN else told_by,
        contradicts_comments=known is not layout.build and layout.build is not GenomeBuild.UNKNOWN,
        unreadable_lines=unreadable,
    )


def _layout(batches: Iterator[list[bytes]], *, sample: int | None) -> tuple[_Layout, list[bytes]]:
    """What the file is, and the lines of the first batch that follow the header."""
    comments: list[str] = []
    for lines in batches:
        for number, line in enumerate(lines):
            text = line.decode("utf-8", errors="replace").strip("\ufeff\r ")
            layout = _layout_at(text, comments, sample=sample)
            if layout is not None:
                return layout, lines[number + 1 :]
            if (text and not text.startswith("#")) or len(comments) >= MOST_COMMENTS:
                raise _unrecognised()
            comments.append(text)
    raise _unrecognised()


def _layout_at(line: str, comments: list[str], *, sample: int | None) -> _Layout | None:
    """What the file is when this line is its header; None when it is not."""
    if comments and comments[0].startswith(_VCF_MARK):
        if not line.startswith("#CHROM"):
            return None
        table = vcf_table(line, sample=sample)
        return _Layout(table=table, title="VCF", build=build_in(comments), plus_strand=True)
    array = array_table(line)
    if array is None:
        return None
    title = service_of(comments, array)
    return _Layout(table=array, title=title, build=build_in(comments), plus_strand=is_on_plus_strand(comments))


def _sightings(
    table: VcfTable | ArrayTable, first: list[bytes], batches: Iterator[list[bytes]]
) -> tuple[list[Sighting], int]:
    found: list[Sighting] = []
    unreadable = 0
    for lines in _chained(first, batches):
        for sighting in table.sightings(lines):
            if sighting is None:
                unreadable += 1
            else:
                found.append(sighting)
        if len(found) > MOST_SIGHTINGS:
            raise DataError(
                ErrorCode.UNREADABLE_FILE,
                "The file names the same places over and over.",
                hint="Give the raw data of one person.",
            )
    return found, unreadable


def _chained(first: list[bytes], batches: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
    yield first
    yield from batches


def _judged(sightings: list[Sighting], *, layout: _Layout) -> Genotype:
    outcomes: dict[str, list[Call | Uncalled]] = {}
    for sighting in sightings:
        variant = variant_seen(sighting, layout.build)
        if variant is not None:
            outcome = called(variant, sighting, is_vcf=layout.is_vcf, plus_strand=layout.plus_strand)
            outcomes.setdefault(variant.rsid, []).append(outcome)
    final = {rsid: agreed(several) for rsid, several in outcomes.items()}
    return Genotype(
        build=layout.build,
        calls={rsid: one for rsid, one in final.items() if isinstance(one, Call)},
        uncalled={rsid: one for rsid, one in final.items() if isinstance(one, Uncalled)},
    )


def _unrecognised() -> DataError:
    return DataError(
        ErrorCode.UNRECOGNISED_FORMAT,
        "The file is no genotype that can be read.",
        hint="Known are 23andMe, AncestryDNA, MyHeritage, FamilyTreeDNA and their like, and VCF.",
    )
