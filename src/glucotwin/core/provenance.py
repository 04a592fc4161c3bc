"""Provenance: which versions, inputs and settings an artefact was made from."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

RECORDED_PACKAGES = ("glucotwin", "jax", "equinox", "numpy", "scipy", "polars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What made an artefact.

    Attributes:
        schema: name and version of the artefact's format, e.g. ``glucotwin-timeline/1``.
        created_at: aware time of making.
        versions: package versions by name.
        inputs: SHA-256 of every input by its role.
        settings: everything that was chosen, JSON values only.
        seed: of the root random key, if one was used.
    """

    schema: str
    created_at: datetime
    versions: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    seed: int | None = None

    def to_json(self) -> dict[str, object]:
        """The manifest as JSON values."""
        return {
            "schema": self.schema,
            "created_at": self.created_at.isoformat(),
            "versions": dict(self.versions),
            "inputs": dict(self.inputs),
            "settings": dict(self.settings),
            "seed": self.seed,
        }


def make_manifest(
    schema: str,
    *,
    inputs: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    seed: int | None = None,
) -> Manifest:
    """A manifest stamped with this moment and the installed versions."""
    return Manifest(
        schema=schema,
        created_at=datetime.now(UTC),
        versions=installed_versions(),
        inputs=inputs or {},
        settings=settings or {},
        seed=seed,
    )


def installed_versions(packages: Iterable[str] = RECORDED_PACKAGES) -> dict[str, str]:
    """Versions of Python and of the named packages."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in packages}


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(parts: Iterable[bytes]) -> str:
    """SHA-256 over the parts one after another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def sha256_of_json(value: object) -> str:
    """SHA-256 of a JSON value in canonical form (sorted keys, no spaces)."""
    return sha256_of_bytes([json.dumps(value, sort_keys=True, separators=(",", ":")).encode()])
