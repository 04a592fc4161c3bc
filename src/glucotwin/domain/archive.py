"""The canonical on-disk form of a timeline: a folder of Parquet files, JSON and a manifest (``glucotwin-timeline/1``).

The specification is ``docs/reference/timeline-format.md``. A folder appears whole or not at all, and its files are
checked against the manifest before anything of them is used.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import polars as pl
from pydantic import TypeAdapter, ValidationError

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_folder
from glucotwin.core.provenance import make_manifest, sha256_of_bytes, sha256_of_file
from glucotwin.domain.frame import STREAMS, in_one_order, schema_of
from glucotwin.domain.person import Person
from glucotwin.domain.therapy import TherapySettings
from glucotwin.domain.timeline import Timeline

SCHEMA_NAME = "glucotwin-timeline"
SCHEMA_VERSION = 1
SCHEMA = f"{SCHEMA_NAME}/{SCHEMA_VERSION}"
MANIFEST = "manifest.json"
PERSON = "person.json"
SETTINGS = "settings.json"
TEXTS_AT_ONCE = 10_000

_PERSON = TypeAdapter(Person)
_SETTINGS = TypeAdapter(tuple[TherapySettings, ...])

Read = TypeVar("Read")


def save_timeline(
    timeline: Timeline,
    path: Path,
    *,
    manifest_inputs: Mapping[str, str] | None = None,
    reports: Mapping[str, Mapping[str, object]] | None = None,
    overwrite: bool = False,
) -> Path:
    """Writes a timeline as a folder, which appears whole or not at all.

    Args:
        timeline: what to write.
        path: the folder; its parent must exist.
        manifest_inputs: SHA-256 of what the timeline was made from, by role, e.g. ``{"source": ...}``.
        reports: JSON documents kept beside the data by name, e.g. ``{"quality": ...}``; loading ignores them.
        overwrite: replace an existing timeline folder; anything else is never replaced.

    Returns:
        The folder.

    Raises:
        ConflictError: the path exists, and either is no timeline or ``overwrite`` is not set.
    """
    check_free(path, overwrite=overwrite)
    replace_folder(
        path, lambda draft: _write_files(timeline, draft, inputs=manifest_inputs or {}, reports=reports or {})
    )
    return path


def load_timeline(path: Path) -> Timeline:
    """Reads a timeline's folder.

    Raises:
        NotFoundError: there is no timeline there.
        DataError: it is damaged, incomplete, changed since it was written, or of a newer version.
    """
    if not is_timeline(path):
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"{path} is no timeline.",
            hint="Make one with `glucotwin import FILE --out FOLDER`.",
        )
    manifest = _read_json(path / MANIFEST)
    _check_version(path, manifest)
    files = manifest.get("files")
    if not isinstance(files, dict) or not {PERSON, SETTINGS}.issubset(files):
        raise _damaged(path / MANIFEST, "it does not list the files")
    for name, sha256 in files.items():
        _check_file(path, str(name), str(sha256))
    streams = {Path(name).stem: _read_parquet(path / name) for name in files if name.endswith(".parquet")}
    person = _validated(_PERSON.validate_json, path / PERSON)
    settings = _validated(_SETTINGS.validate_json, path / SETTINGS)
    try:
        timeline = Timeline(person=person, streams=streams, settings=settings)
    except DataError as error:
        raise _damaged(path, error.message) from error
    written = {name: frame.columns for name, frame in streams.items()}
    if sha256_of_bytes(_content_parts(timeline, written)) != manifest.get("content_sha256"):
        raise _damaged(path / MANIFEST, "its content is not what the manifest says")
    return timeline


def is_timeline(path: Path) -> bool:
    """Whether a path is the folder of a timeline of any version."""
    if not (path / MANIFEST).is_file():
        return False
    try:
        schema = _read_json(path / MANIFEST).get("schema")
    except DataError:
        return False
    return isinstance(schema, str) and schema.partition("/")[0] == SCHEMA_NAME


def timeline_hash(timeline: Timeline) -> str:
    """SHA-256 of a timeline's content: person, settings and records, whatever file or order they came in."""
    return sha256_of_bytes(_content_parts(timeline, {}))


def _content_parts(timeline: Timeline, written: Mapping[str, Collection[str]]) -> Iterable[bytes]:
    """What is hashed; of streams in ``written`` only those columns, as an older version wrote fewer."""
    yield _canonical(_PERSON.dump_python(timeline.person, mode="json"))
    yield _canonical(_SETTINGS.dump_python(timeline.settings, mode="json"))
    for name in sorted(timeline.streams):
        yield from _frame_parts(name, timeline.streams[name], written.get(name))


def _frame_parts(name: str, frame: pl.DataFrame, written: Collection[str] | None) -> Iterable[bytes]:
    schema = schema_of(STREAMS[name])
    columns = {column: kind for column, kind in schema.items() if written is None or column in written}
    ordered = in_one_order(frame.select(list(columns)))
    yield _canonical({"stream": name, "rows": len(ordered), "columns": list(columns)})
    for column, kind in columns.items():
        values = ordered[column]
        yield np.packbits(values.is_null().to_numpy()).tobytes()
        if kind == pl.String:
            yield from _text_parts(values)
        elif isinstance(kind, pl.Datetime):
            yield values.dt.epoch("us").fill_null(0).to_numpy().astype("<i8").tobytes()
        else:
            # Adding zero makes one of the two zeros that floats have.
            yield (values.cast(pl.Float64).fill_null(0.0).to_numpy() + 0.0).astype("<f8").tobytes()


def _text_parts(values: pl.Series) -> Iterable[bytes]:
    """The texts as one JSON list, piece by piece: all of them at once are many times the size of the column."""
    yield b"["
    for begin in range(0, len(values), TEXTS_AT_ONCE):
        yield b"," * (begin > 0) + _canonical(values.slice(begin, TEXTS_AT_ONCE).to_list())[1:-1]
    yield b"]"


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def check_free(path: Path, *, overwrite: bool = False) -> None:
    """Passes when a timeline may be written to the path.

    Args:
        path: the folder that would be written.
        overwrite: whether an existing timeline may be replaced; anything else never is.

    Raises:
        ConflictError: something is there that must stay.
    """
    if not path.exists() and not path.is_symlink():
        return
    if not is_timeline(path):
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists and is no timeline.", hint="Choose another folder."
        )
    if not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists.", hint="Choose another folder, or replace it: --overwrite."
        )


def _write_files(
    timeline: Timeline, folder: Path, *, inputs: Mapping[str, str], reports: Mapping[str, Mapping[str, object]]
) -> None:
    for name, report in reports.items():
        (folder / f"{name}.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    (folder / PERSON).write_bytes(_PERSON.dump_json(timeline.person, indent=2))
    (folder / SETTINGS).write_bytes(_SETTINGS.dump_json(timeline.settings, indent=2))
    for name, frame in timeline.streams.items():
        frame.write_parquet(folder / f"{name}.parquet")
    files = {file.name: sha256_of_file(file) for file in sorted(folder.iterdir())}
    manifest = make_manifest(SCHEMA, inputs=inputs)
    content = {**manifest.to_json(), "content_sha256": timeline_hash(timeline), "files": files}
    (folder / MANIFEST).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _check_version(path: Path, manifest: Mapping[str, object]) -> None:
    version = str(manifest.get("schema")).partition("/")[2]
    if not version.isdigit() or int(version) < 1:
        raise _damaged(path / MANIFEST, f"it has no version but {version!r}")
    if int(version) > SCHEMA_VERSION:
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"{path} has version {version} of the timeline's format; this GlucoTwin reads up to {SCHEMA_VERSION}.",
            hint="Update GlucoTwin.",
        )


def _check_file(folder: Path, name: str, sha256: str) -> None:
    file = folder / name
    if Path(name).name != name or (name.endswith(".parquet") and Path(name).stem not in STREAMS):
        raise _damaged(folder / MANIFEST, f"it lists {name!r}, which is no file of a timeline")
    if not file.is_file():
        raise _damaged(file, "it is missing")
    if sha256_of_file(file) != sha256:
        raise _damaged(file, "it was changed after it was written")


def _read_json(file: Path) -> dict[str, object]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(file, "it is no JSON") from error
    if not isinstance(value, dict):
        raise _damaged(file, "it is no JSON object")
    return cast("dict[str, object]", value)


def _read_parquet(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(file, "it is no Parquet file") from error


def _validated(validate: Callable[[bytes], Read], file: Path) -> Read:
    try:
        return validate(file.read_bytes())
    except (ValidationError, DataError) as error:
        raise _damaged(file, "its content is impossible") from error


def _damaged(file: Path, reason: str) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT, f"{file} cannot be trusted: {reason}.", hint="Import the original data again."
    )
