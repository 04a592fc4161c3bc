"""Several people's data behind one path: which files belong together, and each person's timeline.

Research sets lay people out in their own ways. Where a format's files name their person, that name counts; elsewhere a
folder within the folder is a person, and so is a file that lies beside others.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.domain.archive import is_timeline, load_timeline
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.container import SourceFile, files_of
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.person_file import PERSON_IN_NAME, pseudonym_of
from glucotwin.ingest.reader import import_path
from glucotwin.ingest.registry import recognised_format
from glucotwin.ingest.source import read_head


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutPerson:
    """Somebody whose data could not be used, and why."""

    person_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The timelines behind one or several paths, by pseudonym, and who was left out."""

    timelines: tuple[Timeline, ...]
    left_out: tuple[LeftOutPerson, ...]


def read_people(
    paths: Sequence[Path], options: ImportOptions | None = None, *, progress: ProgressCallback = silent
) -> People:
    """Everybody's timeline behind some paths.

    A timeline's folder is one person; a folder or archive holds as many people as its files name (see
    ``PERSON_IN_NAME``), else one per folder or file in it; any other file is one person. A person who cannot be
    imported is left out with the reason.

    Args:
        paths: timelines' folders, files, folders or archives of several people.
        options: what the files may not say; its pseudonym is not used.
        progress: told the stage and the fraction done.

    Raises:
        DataError: a path does not exist, or nobody could be read.
    """
    timelines: dict[str, Timeline] = {}
    left_out: list[LeftOutPerson] = []
    for number, path in enumerate(paths):
        step = part_of(progress, start=number / len(paths), end=(number + 1) / len(paths))
        for found in _people_of(path, options or ImportOptions(), step, alone=len(paths) == 1):
            if isinstance(found, LeftOutPerson):
                left_out.append(found)
                continue
            if found.person.person_id in timelines:
                raise DataError(
                    ErrorCode.INVALID_VALUE,
                    f"Two people are called {found.person.person_id!r}.",
                    hint="Give each person's folder or file another name.",
                )
            timelines[found.person.person_id] = found
    if not timelines:
        reason = f" The first: {left_out[0].reason}" if left_out else ""
        raise DataError(ErrorCode.TOO_LITTLE_DATA, f"Nobody's data could be read.{reason}")
    return People(timelines=tuple(timelines[name] for name in sorted(timelines)), left_out=tuple(left_out))


def _people_of(
    path: Path, options: ImportOptions, progress: ProgressCallback, *, alone: bool
) -> Iterator[Timeline | LeftOutPerson]:
    if path.is_dir() and is_timeline(path):
        yield load_timeline(path) if alone else _loaded(path)
        return
    saved = sorted(one for one in path.iterdir() if one.is_dir() and is_timeline(one)) if path.is_dir() else []
    if saved:
        yield from map(_loaded, saved)
        return
    with files_of(path) as files:
        groups = group_files(files)
        if not groups:
            yield LeftOutPerson(
                person_id=pseudonym_of(path.stem), reason="There is no file of a known format with anybody's data."
            )
        for number, (name, group) in enumerate(groups.items()):
            progress(name, number / len(groups))
            yield _import_group(name, group, options)


def _loaded(path: Path) -> Timeline | LeftOutPerson:
    try:
        return load_timeline(path)
    except GlucoTwinError as error:
        return LeftOutPerson(person_id=pseudonym_of(path.name), reason=error.message)


def group_files(files: Sequence[SourceFile]) -> dict[str, list[SourceFile]]:
    """Files by the pseudonym of the person that they belong to, in the order of the pseudonyms."""
    groups: dict[str, list[SourceFile]] = {}
    for file in files:
        name = _person_of(file)
        if name:
            groups.setdefault(name, []).append(file)
    return dict(sorted(groups.items()))


def _person_of(file: SourceFile) -> str:
    """The pseudonym of a file's person; empty when the file is no data."""
    try:
        format_name = recognised_format(read_head(file.path)).name
    except GlucoTwinError:
        return ""
    place = PurePosixPath(file.name)
    pattern = PERSON_IN_NAME.get(format_name)
    match = None if pattern is None else pattern.search(place.name)
    name = match.group(1) if match else (place.parts[0] if len(place.parts) > 1 else place.stem)
    return pseudonym_of(name)


def _import_group(name: str, group: Sequence[SourceFile], options: ImportOptions) -> Timeline | LeftOutPerson:
    try:
        with tempfile.TemporaryDirectory(prefix="glucotwin-person-") as folder:
            for number, file in enumerate(group):
                shutil.copyfile(file.path, Path(folder) / f"{number:04d}-{PurePosixPath(file.name).name}")
            source = Path(folder) if len(group) > 1 else group[0].path
            return import_path(source, replace(options, person_id=name)).timeline
    except GlucoTwinError as error:
        return LeftOutPerson(person_id=name, reason=error.message)
