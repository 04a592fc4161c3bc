"""Where a campaign keeps what it has finished, so that a killed run goes on from there."""

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from glucotwin import __version__
from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.provenance import make_manifest, sha256_of_json
from glucotwin.physiology.subject import Subject
from glucotwin.workflows.loop.campaign_file import CampaignFile

SCHEMA = "glucotwin-campaign-run/1"
MANIFEST = "manifest.json"


class CampaignFolder:
    """A folder with ``manifest.json`` and one Parquet file for each finished part, or nothing at all."""

    def __init__(
        self,
        path: Path | None,
        file: CampaignFile,
        people: Sequence[Subject],
        days: Sequence[dict[str, object]],
    ) -> None:
        """Makes the folder, or passes when it holds parts of the same campaign.

        Args:
            path: of the folder; None keeps nothing.
            file: the campaign.
            people: all of them.
            days: all that decides what happens on their days.

        Raises:
            ConflictError: the folder holds something else.
        """
        self._path = path
        if path is None:
            return
        settings: dict[str, object] = {
            "glucotwin": __version__,
            "campaign": file.model_dump(mode="json"),
            "days": list(days),
            "people_sha256": sha256_of_json([(one.name, one.weight_kg, dict(one.values)) for one in people]),
        }
        digest = sha256_of_json(settings)
        manifest = path / MANIFEST
        if manifest.is_file():
            if json.loads(manifest.read_text(encoding="utf-8")).get("settings_sha256") != digest:
                raise ConflictError(
                    ErrorCode.ALREADY_EXISTS,
                    message("campaign-other", folder=str(path)),
                    hint=message("campaign-other-hint"),
                )
            return
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConflictError(
                ErrorCode.ALREADY_EXISTS,
                message("campaign-no-folder", folder=str(path)),
                hint=message("campaign-no-folder-hint"),
            )
        path.mkdir(parents=True, exist_ok=True)
        content = {**make_manifest(SCHEMA, settings=settings).to_json(), "settings_sha256": digest}
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
