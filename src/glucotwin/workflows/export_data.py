"""Use case: write a person's timeline in the format of another program."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.archive import load_timeline, timeline_hash
from glucotwin.domain.frame import STREAMS
from glucotwin.ingest.write.loss import Loss
from glucotwin.ingest.write.nightscout import FILES as NIGHTSCOUT_FILES
from glucotwin.ingest.write.registry import find_writer

EXPORTED_NAMES = frozenset({*NIGHTSCOUT_FILES, *(f"{name}.parquet" for name in STREAMS)})
"""What an exported folder can hold; a folder with anything else in it is never replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAnswer:
    """What an export gives.

    Attributes:
        person_id: whose data it is.
        format_name: the format.
        path: the file or folder that was written.
        records: how many records were written, by stream.
        losses: what the format cannot carry.
        content_sha256: hash of the timeline's content.
    """

    person_id: str
    format_name: str
    path: Path
    records: Mapping[str, int]
    losses: tuple[Loss, ...]
    content_sha256: str

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "person_id": self.person_id,
            "format": self.format_name,
            "path": str(self.path),
            "records": dict(self.records),
            "losses": [one.to_json() for one in self.losses],
            "content_sha256": self.content_sha256,
        }


def export_data(
    source: Path, format_name: str, out: Path, *, overwrite: bool = False, progress: ProgressCallback = silent
) -> ExportAnswer:
    """Writes a timeline in another format; the file or folder appears whole or not at all.

    Args:
        source: folder of a timeline.
        format_name: a name of ``WRITERS``.
        out: the file or folder to write.
        overwrite: replace an existing file, or a folder of an earlier export.
        progress: told how far the work has come.

    Raises:
        NotFoundError: there is no such timeline, format or folder to write to.
        ConflictError: ``out`` exists and may not be replaced.
        DataError: the timeline is damaged, or holds nothing that the format can carry.
    """
    writer = find_writer(format_name)
    _check_free(out, overwrite=overwrite, is_folder=not writer.suffix)
    progress("reading the timeline", 0.0)
    timeline = load_timeline(source)
    progress("writing", 0.3)
    written = writer.write(timeline, out)
    progress("writing", 1.0)
    return ExportAnswer(
        person_id=timeline.person.person_id,
        format_name=writer.name,
        path=out,
        records=written.records,
        losses=written.losses,
        content_sha256=timeline_hash(timeline),
    )


def _check_free(path: Path, *, overwrite: bool, is_folder: bool) -> None:
    """Passes when an export may be written to the path.

    Raises:
        ConflictError: something is there that must stay.
    """
    if not path.exists() and not path.is_symlink():
        return
    if path.is_dir() != is_folder or path.is_symlink() or (is_folder and not _is_export(path)):
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists and is no earlier export.", hint="Choose another path."
        )
    if not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists.", hint="Choose another path, or replace it: --overwrite."
        )


def _is_export(folder: Path) -> bool:
    return all(child.name in EXPORTED_NAMES for child in folder.iterdir())
