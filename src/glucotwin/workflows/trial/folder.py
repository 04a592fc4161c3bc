"""The folder of a trial's run: the design and its hash first, then every answer as it comes, whole or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from glucotwin import __version__
from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.provenance import make_manifest, sha256_of_json
from glucotwin.trial.design import Design

SCHEMA = "glucotwin-trial-run/1"
MANIFEST, DESIGN, UNITS = "manifest.json", "design.json", "unit"


class TrialFolder:
    """Where a run keeps what it has; another trial's is refused.

    Attributes:
        path: of the folder.
        resumed: answers that an earlier, interrupted run had left and that were read again.
    """

    def __init__(self, path: Path, design: Design, inputs: Mapping[str, str]) -> None:
        """Makes the folder, or passes when it holds the same trial.

        Args:
            path: of the folder.
            design: of the trial.
            inputs: SHA-256 of the data files that its experiment uses.

        Raises:
            ConflictError: the folder holds something else.
        """
        self.path = path
        self.resumed = 0
        settings: dict[str, object] = {
            "glucotwin": __version__,
            "design_sha256": design.sha256,
            "inputs": dict(sorted(inputs.items())),
        }
        digest, manifest = sha256_of_json(settings), path / MANIFEST
        if manifest.is_file():
            if json.loads(manifest.read_text(encoding="utf-8")).get("settings_sha256") != digest:
                raise _conflict("trial-folder-other", path)
            return
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise _conflict("trial-folder-none", path)
        (path / UNITS).mkdir(parents=True, exist_ok=True)
        self.write_json(DESIGN, design.model_dump(mode="json"))
        made = make_manifest(SCHEMA, inputs=inputs, settings=settings, seed=design.seed).to_json()
        # The manifest last: it says that the design is there.
        self.write_json(MANIFEST, {**made, "settings_sha256": digest})

    def answer(self, identifier: str) -> pl.DataFrame | None:
        """An answer that was kept before; None when there is none."""
        path = self._unit(identifier)
        if not path.is_file():
            return None
        self.resumed += 1
        return pl.read_parquet(path)

    def keep(self, identifier: str, table: bytes) -> None:
        """Keeps an answer, whole or not at all."""
        replace_file(self._unit(identifier), lambda place: place.write_bytes(table))

    def write_table(self, name: str, table: pl.DataFrame) -> None:
        """Writes a table as Parquet."""
        replace_file(self.path / f"{name}.parquet", table.write_parquet)

    def write_json(self, name: str, value: object) -> None:
        """Writes a JSON file."""
        self.write_text(name, json.dumps(value, indent=2, ensure_ascii=False))

    def write_text(self, name: str, text: str) -> None:
        """Writes a text file."""
        replace_file(self.path / name, lambda place: place.write_text(text, encoding="utf-8"))

    def _unit(self, identifier: str) -> Path:
        return self.path / UNITS / f"{identifier}.parquet"


def design_of_run(path: Path) -> Design:
    """The design of a run's folder.

    Raises:
        ConflictError: the folder is no run.
    """
    file = path / DESIGN
    if not file.is_file() or not (path / MANIFEST).is_file():
        raise _conflict("trial-folder-no-run", path)
    return Design.model_validate_json(file.read_text(encoding="utf-8"))


def _conflict(text: str, path: Path) -> ConflictError:
    code = ErrorCode.UNRECOGNISED_FORMAT if text == "trial-folder-no-run" else ErrorCode.ALREADY_EXISTS
    return ConflictError(code, message(text, folder=str(path)), hint=message(f"{text}-hint"))
