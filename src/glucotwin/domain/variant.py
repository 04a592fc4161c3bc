"""The listed genetic variants: where they are, what they are believed to change, by how much, and who says so."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError

DELETED = "-"
"""The allele that lacks the bases of the other one."""

COMPLEMENT: Mapping[str, str] = MappingProxyType({"A": "T", "C": "G", "G": "C", "T": "A"})
"""Bases on the other strand."""


class GenomeBuild(StrEnum):
    """The reference genome whose positions a file uses."""

    GRCH36 = "GRCh36"
    GRCH37 = "GRCh37"
    GRCH38 = "GRCh38"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """How well an effect is established."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    NONE_FOUND = "none-found"
    UNVERIFIED = "unverified"


APPLIED = frozenset({Evidence.STRONG, Evidence.MODERATE, Evidence.WEAK})
"""Grades whose sizes are applied; the others are only shown."""


class Quantity(StrEnum):
    """What an allele changes; each is the factor by which a prior's median would be multiplied."""

    METFORMIN_RESPONSE = "metformin-response"
    SULFONYLUREA_CLEARANCE = "sulfonylurea-clearance"
    GLICLAZIDE_CLEARANCE = "gliclazide-clearance"
    REPAGLINIDE_CLEARANCE = "repaglinide-clearance"
    GLP1_AGONIST_RESPONSE = "glp1-agonist-response"
    INSULIN_SECRETION = "insulin-secretion"
    INCRETIN_EFFECT = "incretin-effect"
    HBA1C_AT_SAME_GLUCOSE = "hba1c-at-same-glucose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much one or two copies of an allele change a quantity, against none.

    Attributes:
        log_shift: shift of the quantity's logarithm.
        log_sd: standard error of the shift.
    """

    log_shift: float
    log_sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant; its alleles are those of the plus strand.

    Attributes:
        rsid: number in dbSNP.
        gene: symbol of the gene.
        name: what the effect allele is usually called; may be empty.
        chromosome: 1 to 22, X or Y.
        positions: by build; empty where no second source confirmed them.
        ref, alt: bases of the reference genome and of the other allele; ``-`` where they are deleted.
        effect_allele: the allele that is counted.
        quantity: what it changes.
        sizes: by number of copies; empty where no size could be looked up.
        evidence: how well the effect is established.
        meaning: what carrying the effect allele means, in plain words.
        source: who says so.
    """

    rsid: str
    gene: str
    name: str
    chromosome: str
    positions: Mapping[GenomeBuild, int]
    ref: str
    alt: str
    effect_allele: str
    quantity: Quantity
    sizes: Mapping[int, Size]
    evidence: Evidence
    meaning: str
    source: str

    @property
    def alleles(self) -> frozenset[str]:
        """The two alleles."""
        return frozenset({self.ref, self.alt})

    @property
    def is_deletion(self) -> bool:
        """Whether the other allele lacks bases."""
        return self.alt == DELETED

    @property
    def is_palindromic(self) -> bool:
        """Whether both strands have the same two alleles, so that a file's strand cannot be told by them."""
        return COMPLEMENT.get(self.ref) == self.alt


@cache
def variants() -> Mapping[str, Variant]:
    """The listed variants by rsid."""
    text = (resources.files("glucotwin.domain") / "data" / "variants.csv").read_text(encoding="utf-8")
    rows = csv.DictReader((line for line in text.splitlines() if not line.startswith("#")), delimiter=";")
    return MappingProxyType({row["rsid"]: _variant(row) for row in rows})


def variant_of(rsid: str) -> Variant:
    """The listed variant of an rsid.

    Raises:
        NotFoundError: it is not listed.
    """
    found = variants().get(rsid)
    if found is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"{rsid!r} is no listed variant.", hint=f"Listed are {', '.join(variants())}."
        )
    return found


def _variant(row: Mapping[str, str]) -> Variant:
    columns = {GenomeBuild.GRCH37: "position_grch37", GenomeBuild.GRCH38: "position_grch38"}
    sizes = {copies: (row[f"log_{word}"], row[f"sd_{word}"]) for copies, word in ((1, "one"), (2, "two"))}
    return Variant(
        rsid=row["rsid"],
        gene=row["gene"],
        name=row["name"],
        chromosome=row["chromosome"],
        positions=MappingProxyType({build: int(row[name]) for build, name in columns.items() if row[name]}),
        ref=row["ref"],
        alt=row["alt"],
        effect_allele=row["effect_allele"],
        quantity=Quantity(row["quantity"]),
        sizes=MappingProxyType(
            {copies: Size(log_shift=float(shift), log_sd=float(sd)) for copies, (shift, sd) in sizes.items() if shift}
        ),
        evidence=Evidence(row["evidence"]),
        meaning=row["meaning"],
        source=row["source"],
    )
