"""The lines of a file as bytes, however many there are, and one line's account of a place in the genome."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.genotype import Uncalled

LONGEST_LINE_BYTES = 16 * 1024 * 1024
MOST_BYTES = 64 * 1024**3
"""A whole genome with every position, uncompressed, has less."""
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one line says of a place that may be a listed variant's.

    Attributes:
        rsids: names of the place; none when the file has only a number of its own.
        chromosome: 1 to 22, X, Y or MT; empty when unknown.
        position: in the file's build; None when unknown.
        alleles: bases, ``-`` for none, ``I`` and ``D`` where a file says only inserted or deleted.
        reference: the file's reference bases; empty when it gives none.
        phased: whether the order of the alleles tells anything.
        assumed: whether the file marks the call as assumed.
        uncalled: why there are no alleles; None when there are.
    """

    rsids: tuple[str, ...]
    chromosome: str
    position: int | None
    alleles: tuple[str, ...] = ()
    reference: str = ""
    phased: bool = False
    assumed: bool = False
    uncalled: Uncalled | None = None


def lines_of(file: BinaryIO) -> Iterator[list[bytes]]:
    """The lines in batches, without their ends; memory stays the same however long the file is.

    Raises:
        DataError: a line is longer than any of a genotype's, or the file larger.
    """
    rest, size = b"", 0
    while block := file.read(_BLOCK_BYTES):
        size += len(block)
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES or size > MOST_BYTES:
            raise DataError(
                ErrorCode.FILE_TOO_LARGE,
                "The file has a line, or a size, that no genotype has.",
                hint="Give the raw data of a genotype service, or a VCF.",
            )
        yield lines
    if rest:
        yield [rest]


def text_of(field: bytes) -> str:
    """A field as text, without quotes and blanks."""
    return field.decode("ascii", errors="replace").strip().strip('"').strip()


def chromosome_of(text: str) -> str:
    """A chromosome's name as 1 to 22, X, Y or MT, whatever prefix or number it has."""
    name = text.upper().removeprefix("CHR")
    return {"23": "X", "24": "Y", "25": "X", "26": "MT", "M": "MT"}.get(name, name.lstrip("0"))


def position_of(text: str) -> int | None:
    """A position, if it is one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None
