"""Members of the archives of open research data beside the repository, one at a time."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from glucotwin.core.error import GlucoTwinError
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import ImportResult, import_path


def members(archive: Path, folder: Path) -> Iterator[Path]:
    """The files of an archive, each written into a folder of its own under its last name."""
    with zipfile.ZipFile(archive) as packed:
        for number, info in enumerate(packed.infolist()):
            if not info.is_dir() and "__MACOSX" not in info.filename and not Path(info.filename).name.startswith("."):
                place = folder / str(number)
                place.mkdir()
                file = place / Path(info.filename).name
                file.write_bytes(packed.read(info))
                yield file


def member(archive: Path, name: str, folder: Path) -> Path:
    """One file of an archive by its last name."""
    with zipfile.ZipFile(archive) as packed:
        inside = next(one for one in packed.namelist() if Path(one).name == name and "__MACOSX" not in one)
        file = folder / name
        file.write_bytes(packed.read(inside))
    return file


def outcome(file: Path, *, zone: str | None = None) -> str:
    """The format that read a file, or the code of its refusal."""
    try:
        return ", ".join(import_path(file, ImportOptions(zone=zone)).quality.format_names)
    except GlucoTwinError as error:
        return str(error.code)


def count(result: ImportResult, code: str, stream: str | None = None) -> int:
    """How many records the findings of one code concern."""
    return sum(
        one.count for one in result.quality.findings if one.code == code and (stream is None or one.stream == stream)
    )
