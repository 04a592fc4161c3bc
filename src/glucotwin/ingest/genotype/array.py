"""Tables of genotype services: 23andMe, AncestryDNA, MyHeritage, FamilyTreeDNA and their like, a row per place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.domain.genotype import Uncalled
from glucotwin.domain.variant import variants
from glucotwin.ingest.genotype.line import Sighting, chromosome_of, position_of, text_of

_NO_CALL = frozenset({"-", "0", "?", "."})
_KNOWN = frozenset("ACGTID")

_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "rsid": "rsid",
        "snp": "rsid",
        "snpid": "rsid",
        "chromosome": "chromosome",
        "chrom": "chromosome",
        "chr": "chromosome",
        "position": "position",
        "pos": "position",
        "genotype": "genotype",
        "result": "genotype",
        "allele1": "allele1",
        "allele2": "allele2",
    }
)
"""What services call the columns."""

SERVICES = (
    ("23andMe", "23andme"),
    ("AncestryDNA", "ancestrydna"),
    ("MyHeritage", "myheritage"),
    ("Living DNA", "living dna"),
    ("FamilyTreeDNA", "familytreedna"),
)
"""Services by what their comments say; a table with commas and no comments is FamilyTreeDNA's."""

_POSITIONS = frozenset(str(place).encode() for one in variants().values() for place in one.positions.values())
_RSIDS = frozenset(rsid.encode() for rsid in variants())


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayTable:
    """How a table is written.

    Attributes:
        separator: between fields.
        places: index of each column.
    """

    separator: bytes
    places: Mapping[str, int]

    def sightings(self, lines: list[bytes]) -> Iterator[Sighting | None]:
        """What the lines say of listed variants; None for a line that has too few fields."""
        width, separator = max(self.places.values()), self.separator
        for line in lines:
            if line and not line.startswith(b"#"):
                fields = line.split(separator)
                if len(fields) <= width:
                    if line.strip():
                        yield None
                elif self._is_of_interest(fields):
                    yield self._sighting(fields)

    def _is_of_interest(self, fields: list[bytes]) -> bool:
        rsid = self.places.get("rsid")
        if rsid is not None and fields[rsid].strip(b'" ') in _RSIDS:
            return True
        position = self.places.get("position")
        return position is not None and fields[position].strip(b'" ') in _POSITIONS

    def _sighting(self, fields: list[bytes]) -> Sighting:
        texts = {name: text_of(fields[index]) for name, index in self.places.items()}
        written = texts.get("genotype", texts.get("allele1", "") + texts.get("allele2", "")).upper()
        alleles, uncalled = _alleles(written.replace(" ", "").replace("/", ""))
        rsid = texts.get("rsid", "").lower()
        return Sighting(
            rsids=(rsid,) if rsid.startswith("rs") else (),
            chromosome=chromosome_of(texts.get("chromosome", "")),
            position=position_of(texts.get("position", "")),
            alleles=alleles,
            uncalled=uncalled,
        )


def array_table(header: str) -> ArrayTable | None:
    """How a table with this header is written; None when it is none of a genotype service."""
    for separator in ("\t", ",", ";"):
        names = [_name(field) for field in header.lstrip("# ").split(separator)]
        places = {column: index for index, column in enumerate(names) if column}
        has_call = "genotype" in places or {"allele1", "allele2"}.issubset(places)
        if has_call and {"chromosome", "position"}.issubset(places):
            return ArrayTable(separator=separator.encode(), places=MappingProxyType(places))
    return None


def service_of(comments: list[str], table: ArrayTable) -> str:
    """Which service made the table, as far as its comments tell."""
    text = " ".join(comments).lower()
    named = next((title for title, word in SERVICES if word in text), None)
    return named or ("FamilyTreeDNA" if table.separator == b"," else "a genotype service")


def is_on_plus_strand(comments: list[str]) -> bool:
    """Whether the comments say that all bases are those of the plus strand."""
    text = " ".join(" ".join(comments).lower().replace("#", " ").split())
    return any(
        words in text for words in ("plus strand", "plus (+) strand", "(+) strand", "forward (+)", "forward strand")
    )


def _name(field: str) -> str:
    return _COLUMNS.get("".join(sign for sign in field.lower() if sign.isalnum()), "")


def _alleles(written: str) -> tuple[tuple[str, ...], Uncalled | None]:
    known = tuple(sign for sign in written if sign not in _NO_CALL)
    if not known:
        return (), Uncalled.NOT_CALLED
    if len(known) < len(written):
        return (), Uncalled.HALF_CALLED
    if len(known) > 2 or not _KNOWN.issuperset(known):
        return (), Uncalled.UNEXPECTED_ALLELE
    return known, None
