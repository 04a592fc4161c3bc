"""Variant Call Format 4.x (samtools/hts-specs): the genotype (GT) of one sample at the places of listed variants."""

from collections.abc import Iterator
from dataclasses import dataclass

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.genotype import Uncalled
from glucotwin.domain.variant import DELETED, variants
from glucotwin.ingest.genotype.line import Sighting, chromosome_of, position_of, text_of

FIXED_COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
PASSED = frozenset({"", ".", "PASS"})
ASSUMED = "assume-default"
"""Mark in INFO or FILTER of calls that were assumed, not seen."""
UNKNOWN_BASE = "."

_POSITIONS = frozenset(str(place).encode() for one in variants().values() for place in one.positions.values())
_RSIDS = frozenset(rsid.encode() for rsid in variants())
_MOST_PLOIDY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class VcfTable:
    """Where the sample's genotype stands.

    Attributes:
        column: index of the sample's field.
    """

    column: int

    def sightings(self, lines: list[bytes]) -> Iterator[Sighting | None]:
        """What the lines say of listed variants; None for a line that has too few fields."""
        for line in lines:
            start = line.split(b"\t", 3)
            if len(start) < 4:
                if line.strip() and not line.startswith(b"#"):
                    yield None
            elif start[1] in _POSITIONS or start[2] in _RSIDS or (b";" in start[2] and _names_one(start[2])):
                yield None if line.startswith(b"#") else self._sighting(line)

    def _sighting(self, line: bytes) -> Sighting | None:
        fields = [text_of(field) for field in line.split(b"\t", self.column + 1)[: self.column + 1]]
        if len(fields) <= self.column:
            return None
        chromosome, position, names, reference, others, _, passed, info, layout = fields[:9]
        alleles, uncalled, phased = _genotype(layout, fields[self.column], [reference, *others.split(",")])
        marks = {*info.split(";"), *passed.split(";")}
        if not (set(passed.split(";")) - {ASSUMED}).issubset(PASSED):
            alleles, uncalled = (), Uncalled.FILTERED
        return Sighting(
            rsids=tuple(name.lower() for name in names.split(";") if name.lower().startswith("rs")),
            chromosome=chromosome_of(chromosome),
            position=position_of(position),
            alleles=alleles,
            reference=reference.upper(),
            phased=phased,
            assumed=ASSUMED in marks,
            uncalled=uncalled,
        )


def vcf_table(header: str, *, sample: int | None) -> VcfTable:
    """Where the genotype stands in a file with this header.

    Args:
        header: the line that begins with ``#CHROM``.
        sample: which of several, from 1.

    Raises:
        DataError: there are no genotypes, or several people's and it is not said whose.
    """
    names = header.split("\t")
    count = len(names) - len(FIXED_COLUMNS)
    if tuple(names[: len(FIXED_COLUMNS)]) != FIXED_COLUMNS or count < 1:
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            "The VCF has no genotypes: its header ends before the first sample.",
            hint="Give the file with the genotypes, not the one with the sites only.",
        )
    if sample is None and count > 1:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The VCF holds {count} samples, and it is not said which is the person's.",
            hint="Say which, counting from 1: --sample 1",
        )
    if not 1 <= (sample or 1) <= count:
        raise DataError(
            ErrorCode.INVALID_VALUE, f"The VCF has no sample {sample}; it holds {count}.", hint="Count from 1."
        )
    return VcfTable(column=len(FIXED_COLUMNS) + (sample or 1) - 1)


def allele_at(reference: str, allele: str) -> str:
    """What an allele means at the place itself: its first base, or ``-`` for bases deleted after it.

    Args:
        reference: the file's reference bases.
        allele: one of its alleles, the reference itself included.
    """
    if len(reference) == len(allele):
        return allele[:1] if reference[1:] == allele[1:] else allele
    shorter = len(allele) < len(reference) and reference.startswith(allele)
    return DELETED * (len(reference) - len(allele)) if shorter else allele


def _genotype(layout: str, sample: str, listed: list[str]) -> tuple[tuple[str, ...], Uncalled | None, bool]:
    keys = layout.split(":")
    values = sample.split(":")
    if "GT" not in keys or keys.index("GT") >= len(values):
        return (), Uncalled.NOT_CALLED, False
    written = values[keys.index("GT")]
    parts = written.replace("|", "/").split("/")
    known = [part for part in parts if part != "."]
    if not known:
        return (), Uncalled.NOT_CALLED, False
    if len(known) < len(parts):
        return (), Uncalled.HALF_CALLED, False
    indices = [position_of(part) for part in known]
    if len(known) > _MOST_PLOIDY or any(index is None or index >= len(listed) for index in indices):
        return (), Uncalled.UNEXPECTED_ALLELE, False
    return tuple(listed[index or 0].upper() for index in indices), None, "|" in written


def _names_one(names: bytes) -> bool:
    return not _RSIDS.isdisjoint(names.split(b";"))
