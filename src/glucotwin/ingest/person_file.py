"""Whose a file is, where its name says so: research sets keep many people's files in one folder or archive."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from types import MappingProxyType

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, NotFoundError
from glucotwin.core.message import message
from glucotwin.ingest.container import SourceFile
from glucotwin.ingest.registry import recognised_format
from glucotwin.ingest.source import read_head

PERSON_IN_NAME: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "azt1d": re.compile(r"(Subject \d+)\.csv$"),
        "t1d-uom": re.compile(r"(?:UoM)[A-Za-z]*(\d{4})[A-Za-z]*\.csv$"),
        "shanghai": re.compile(r"(\d{4})_\d+_\d{8}\.xlsx?$"),
    }
)
"""By format: where a file's name says whose it is."""

NOT_A_WORD = re.compile(r"[^a-z0-9]+")
NAMES_SHOWN = 30


def pseudonym_of(text: str) -> str:
    """A name in a file or folder as a pseudonym: lower case, words joined by hyphens."""
    return NOT_A_WORD.sub("-", text.lower()).strip("-")


def named_person(file: SourceFile) -> str | None:
    """The pseudonym in the name of a file of a research set; None when its format names nobody."""
    name = PurePosixPath(file.name).name
    if not any(pattern.search(name) for pattern in PERSON_IN_NAME.values()):
        return None
    try:
        pattern = PERSON_IN_NAME.get(recognised_format(read_head(file.path)).name)
    except GlucoTwinError:
        return None
    match = None if pattern is None else pattern.search(name)
    return None if match is None else pseudonym_of(match.group(1))


def files_of_one(files: Sequence[SourceFile], only: str | None = None) -> Sequence[SourceFile]:
    """The files of one person.

    Args:
        files: what a path holds.
        only: whose are wanted; None when all must be of one person, as far as their names say.

    Raises:
        DataError: they are of several people, and it is not said whose are wanted.
        NotFoundError: none is of the person that is wanted.
    """
    if only is None and len(files) < 2:
        return files
    owners = [named_person(file) for file in files]
    people = sorted({one for one in owners if one is not None})
    if only is None and len(people) < 2:
        return files
    names = ", ".join(people[:NAMES_SHOWN]) + (", …" if len(people) > NAMES_SHOWN else "")
    if only is None:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("import-several-people", count=len(people), names=names),
            hint=message("import-several-people-hint", name=people[0]),
        )
    wanted = pseudonym_of(only)
    if wanted not in people:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            message("import-unknown-person", name=only),
            hint=message("import-unknown-person-hint", names=names or "–"),
        )
    return [file for file, owner in zip(files, owners, strict=True) if owner == wanted]
