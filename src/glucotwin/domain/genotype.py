"""A person's genotype: their alleles at the listed variants, and nothing else of their genome.

It is kept as a small JSON document of its own (``glucotwin-genotype/1``), never within a timeline: timelines are
exported, shared and replaced by every sync, and a genotype identifies a person for life.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_file
from glucotwin.domain.variant import GenomeBuild, Variant, variant_of, variants

SCHEMA_NAME = "glucotwin-genotype"
SCHEMA_VERSION = 1
SCHEMA = f"{SCHEMA_NAME}/{SCHEMA_VERSION}"


class Uncalled(StrEnum):
    """Why the alleles of a listed variant are not known."""

    ABSENT = "absent"
    NOT_CALLED = "not-called"
    HALF_CALLED = "half-called"
    FILTERED = "filtered"
    UNEXPECTED_ALLELE = "unexpected-allele"
    AMBIGUOUS_STRAND = "ambiguous-strand"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The alleles at one listed variant.

    Attributes:
        rsid: which.
        alleles: on the plus strand: two, or one where a man has one X chromosome.
        phased: whether their order tells which came from the same parent.
        other_strand: whether the file gave the bases of the minus strand.
        assumed: whether the file's maker marks the call as assumed where nothing else was seen.

    Raises:
        NotFoundError: the variant is not listed.
        DataError: an allele is neither of the variant's, or there are not one or two.
    """

    rsid: str
    alleles: tuple[str, ...]
    phased: bool = False
    other_strand: bool = False
    assumed: bool = False

    def __post_init__(self) -> None:
        one = variant_of(self.rsid)
        lengths = {1, 2} if one.chromosome == "X" else {2}
        if len(self.alleles) not in lengths or not one.alleles.issuperset(self.alleles):
            raise DataError(ErrorCode.INVALID_VALUE, f"{self.rsid} cannot have the alleles {'/'.join(self.alleles)}.")

    @property
    def variant(self) -> Variant:
        """The listed variant."""
        return variant_of(self.rsid)

    @property
    def copies(self) -> int:
        """Copies of the effect allele as far as the body is concerned: a man's only X counts twice."""
        count = self.alleles.count(self.variant.effect_allele)
        return 2 * count if len(self.alleles) == 1 else count

    @property
    def text(self) -> str:
        """The alleles as people write them: ``C/T``, or ``C|T`` when phased."""
        return ("|" if self.phased else "/").join(self.alleles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Genotype:
    """The alleles of one person at the listed variants.

    Attributes:
        build: the reference genome of the file.
        calls: by rsid, in the order of the list.
        uncalled: why the others are not known, by rsid; a variant that is in neither is absent.
    """

    build: GenomeBuild = GenomeBuild.UNKNOWN
    calls: Mapping[str, Call] = field(default_factory=dict)
    uncalled: Mapping[str, Uncalled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rsid in self.uncalled:
            variant_of(rsid)
        if any(rsid != call.rsid for rsid, call in self.calls.items()) or set(self.calls) & set(self.uncalled):
            raise DataError(
                ErrorCode.INVALID_VALUE, "A variant is both called and not called, or under another's name."
            )
        reasons = {rsid: self.uncalled.get(rsid, Uncalled.ABSENT) for rsid in variants() if rsid not in self.calls}
        calls = {rsid: self.calls[rsid] for rsid in variants() if rsid in self.calls}
        if len(calls) < len(self.calls):
            raise DataError(ErrorCode.INVALID_VALUE, "A genotype holds the listed variants and no others.")
        object.__setattr__(self, "calls", MappingProxyType(calls))
        object.__setattr__(self, "uncalled", MappingProxyType(reasons))

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "schema": SCHEMA,
            "build": str(self.build),
            "calls": [
                {
                    "rsid": call.rsid,
                    "alleles": list(call.alleles),
                    "phased": call.phased,
                    "other_strand": call.other_strand,
                    "assumed": call.assumed,
                }
                for call in self.calls.values()
            ],
            "uncalled": {rsid: str(reason) for rsid, reason in self.uncalled.items()},
        }


_CALLS = TypeAdapter(tuple[Call, ...])
_UNCALLED = TypeAdapter(dict[str, Uncalled])


def genotype_from_json(values: Mapping[str, Any]) -> Genotype:
    """A genotype from its JSON values.

    Raises:
        DataError: they are of a newer version, or impossible.
        NotFoundError: they hold a variant that is not listed.
    """
    version = str(values.get("schema")).removeprefix(f"{SCHEMA_NAME}/")
    if version.isdecimal() and version.isascii() and int(version[:9]) > SCHEMA_VERSION:
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"The genotype is of version {version}; this GlucoTwin reads up to {SCHEMA_VERSION}.",
            hint="Update GlucoTwin.",
        )
    try:
        calls = _CALLS.validate_python(values.get("calls"))
        return Genotype(
            build=GenomeBuild(str(values.get("build"))),
            calls={call.rsid: call for call in calls},
            uncalled=_UNCALLED.validate_python(values.get("uncalled")),
        )
    except (ValidationError, ValueError) as error:
        raise _damaged() from error


def save_genotype(genotype: Genotype, path: Path) -> None:
    """Writes a genotype as a JSON document that only its owner can read; it appears whole or not at all.

    Raises:
        NotFoundError: the folder does not exist.
    """

    def write(place: Path) -> None:
        place.touch(mode=0o600)
        place.write_text(json.dumps(genotype.to_json(), indent=2), encoding="utf-8")

    replace_file(path, write)


def load_genotype(path: Path) -> Genotype:
    """Reads a genotype that was saved.

    Raises:
        NotFoundError: there is no such file.
        DataError: it is damaged or of a newer version.
    """
    if not path.is_file():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no file {path.name!r}.", hint="Check the path.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damaged() from error
    if not isinstance(values, dict) or not str(values.get("schema")).startswith(f"{SCHEMA_NAME}/"):
        raise _damaged()
    return genotype_from_json(cast("dict[str, Any]", values))


def _damaged() -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT,
        "The genotype cannot be trusted: its content is impossible.",
        hint="Read the original file again.",
    )
