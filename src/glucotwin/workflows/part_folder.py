"""Where long work keeps what it has finished, so that a killed run goes on from there."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from glucotwin import __version__
from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.provenance import make_manifest, sha256_of_json

MANIFEST = "manifest.json"


class PartFolder:
    """A folder with ``manifest.json`` and one Parquet file for each finished part, or nothing at all."""

    def __init__(self, path: Path | None, schema: str, settings: Mapping[str, object], *, kind: str) -> None:
        """Makes the folder, or passes when it holds parts of the same work.

        Args:
            path: of the folder; None keeps nothing.
            schema: of the manifest.
            settings: all that decides what the parts hold, beside the version.
            kind: of work, as the messages ``<kind>-other`` and ``<kind>-no-folder`` call it.

        Raises:
            ConflictError: the folder holds something else.
        """
        self._path = path
        if path is None:
            return
        complete: dict[str, object] = {"glucotwin": __version__, **settings}
        digest = sha256_of_json(complete)
        manifest = path / MANIFEST
        if manifest.is_file():
            if json.loads(manifest.read_text(encoding="utf-8")).get("settings_sha256") != digest:
                raise _conflict(f"{kind}-other", path)
            return
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise _conflict(f"{kind}-no-folder", path)
        path.mkdir(parents=True, exist_ok=True)
        content = {**make_manifest(schema, settings=complete).to_json(), "settings_sha256": digest}
        replace_file(manifest, lambda place: place.write_text(json.dumps(content, indent=2), encoding="utf-8"))

    def read(self, number: int) -> pl.DataFrame | None:
        """A part that was finished before; None when it was not."""
        path = self._part(number)
        return pl.read_parquet(path) if path is not None and path.is_file() else None

    def write(self, number: int, table: pl.DataFrame) -> pl.DataFrame:
        """Keeps a part, whole or not at all, and gives it back."""
        path = self._part(number)
        if path is not None:
            replace_file(path, table.write_parquet)
        return table

    def _part(self, number: int) -> Path | None:
        return None if self._path is None else self._path / f"part-{number:05d}.parquet"


def _conflict(text: str, path: Path) -> ConflictError:
    return ConflictError(ErrorCode.ALREADY_EXISTS, message(text, folder=str(path)), hint=message(f"{text}-hint"))
