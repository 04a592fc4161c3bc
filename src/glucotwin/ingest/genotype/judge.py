"""From what a file says of a place to the call of a listed variant: which variant, which strand, which alleles."""

from collections.abc import Iterable

from glucotwin.domain.genotype import Call, Uncalled
from glucotwin.domain.variant import COMPLEMENT, DELETED, GenomeBuild, Variant, variants
from glucotwin.ingest.genotype.line import Sighting
from glucotwin.ingest.genotype.vcf import allele_at


def variant_seen(sighting: Sighting, build: GenomeBuild) -> Variant | None:
    """The listed variant at a place: by its rsid, else by chromosome and position; None when there is none.

    Args:
        sighting: a line of the file.
        build: of the file's positions; when it is unknown positions tell nothing.
    """
    named = next((variants()[rsid] for rsid in sighting.rsids if rsid in variants()), None)
    if named is not None or sighting.position is None:
        return named
    at_place = (
        one
        for one in variants().values()
        if one.positions.get(build) == sighting.position and one.chromosome == sighting.chromosome
    )
    found = next(at_place, None)
    is_of_it = found is not None and (not sighting.reference or sighting.reference[:1] == found.ref[:1])
    return found if is_of_it else None


def called(variant: Variant, sighting: Sighting, *, is_vcf: bool, plus_strand: bool) -> Call | Uncalled:
    """The call of a variant, or why there is none.

    Args:
        variant: as ``variant_seen`` gives it.
        sighting: the line.
        is_vcf: whether alleles are relative to reference bases, always on the plus strand.
        plus_strand: whether the file says that its bases are those of the plus strand.
    """
    if sighting.chromosome not in {variant.chromosome, "", "--"}:
        return Uncalled.CONTRADICTORY
    if sighting.uncalled is not None:
        return sighting.uncalled
    if len(sighting.alleles) < 2 and variant.chromosome != "X":
        return Uncalled.HALF_CALLED
    alleles = _plain(variant, sighting) if is_vcf else _plain_of_array(variant, sighting.alleles)
    other_strand = not is_vcf and not variant.alleles.issuperset(alleles)
    if other_strand:
        alleles = tuple(COMPLEMENT.get(allele, allele) for allele in alleles)
    if not variant.alleles.issuperset(alleles):
        return Uncalled.UNEXPECTED_ALLELE
    if variant.is_palindromic and not (is_vcf or plus_strand) and len(set(alleles)) == 1:
        return Uncalled.AMBIGUOUS_STRAND
    return Call(
        rsid=variant.rsid,
        alleles=alleles,
        phased=sighting.phased and len(alleles) > 1,
        other_strand=other_strand,
        assumed=sighting.assumed,
    )


def agreed(outcomes: Iterable[Call | Uncalled]) -> Call | Uncalled:
    """One outcome of several lines about the same variant: calls count before no calls, and must agree."""
    found = list(outcomes)
    calls = [one for one in found if isinstance(one, Call)]
    if not calls:
        return found[0]
    if len({tuple(sorted(one.alleles)) for one in calls}) > 1:
        return Uncalled.CONTRADICTORY
    return calls[0]


def _plain(variant: Variant, sighting: Sighting) -> tuple[str, ...]:
    """Alleles of a VCF in the list's terms."""
    plain = tuple(allele_at(sighting.reference, allele) for allele in sighting.alleles)
    if not variant.is_deletion:
        return plain
    deleted = DELETED * len(variant.ref)
    return tuple(
        DELETED if short == deleted else variant.ref if allele == sighting.reference else allele
        for short, allele in zip(plain, sighting.alleles, strict=True)
    )


def _plain_of_array(variant: Variant, alleles: tuple[str, ...]) -> tuple[str, ...]:
    """Alleles of a service's table in the list's terms: D and I say which is the shorter and the longer one."""
    if not variant.is_deletion:
        return alleles
    return tuple({"D": DELETED, "I": variant.ref}.get(allele, allele) for allele in alleles)
