"""Which reference genome a file's positions belong to: by what it says, and by where it puts the listed variants."""

import re
from collections import Counter
from collections.abc import Iterable

from glucotwin.domain.variant import GenomeBuild, variants
from glucotwin.ingest.genotype.line import Sighting

_NAMES = (
    (
        GenomeBuild.GRCH38,
        re.compile(r"GRCh38|hg38|\bb38\b|build\s*(?:is\s*)?38|Homo_sapiens_assembly38", re.IGNORECASE),
    ),
    (
        GenomeBuild.GRCH37,
        re.compile(r"GRCh37|hg19|\bb37\b|hs37d5|human_g1k_v37|hs37|build\s*(?:is\s*)?37", re.IGNORECASE),
    ),
    (GenomeBuild.GRCH36, re.compile(r"GRCh36|NCBI36|hg18|\bb36\b|build\s*(?:is\s*)?36", re.IGNORECASE)),
)
_LENGTHS = {
    GenomeBuild.GRCH38: frozenset({"248956422", "133797422", "170805979", "133275309"}),
    GenomeBuild.GRCH37: frozenset({"249250621", "135534747", "171115067", "133851895"}),
    GenomeBuild.GRCH36: frozenset({"247249719", "135374737", "170899992", "132349534"}),
}
"""Lengths of the chromosomes 1, 10, 6 and 12."""
_LENGTH = re.compile(r"length=(\d+)")


def build_in(comments: Iterable[str]) -> GenomeBuild:
    """The build that a file's comments name; unknown when they name none, or several."""
    found = {build for comment in comments for build in _named(comment)}
    return found.pop() if len(found) == 1 else GenomeBuild.UNKNOWN


def build_by_positions(sightings: Iterable[Sighting]) -> GenomeBuild:
    """The build by the positions of the listed variants that the file names; unknown when they disagree."""
    votes = Counter(
        build
        for sighting in sightings
        for rsid in sighting.rsids
        if rsid in variants()
        for build, position in variants()[rsid].positions.items()
        if sighting.position == position
    )
    return next(iter(votes)) if len(votes) == 1 else GenomeBuild.UNKNOWN


def _named(comment: str) -> Iterable[GenomeBuild]:
    length = _LENGTH.search(comment)
    yield from (build for build, name in _NAMES if name.search(comment))
    yield from (build for build, lengths in _LENGTHS.items() if length and length.group(1) in lengths)
