"""Provenance: hashes and manifests."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin import __version__
from glucotwin.core.provenance import (
    RECORDED_PACKAGES,
    Manifest,
    make_manifest,
    sha256_of_bytes,
    sha256_of_file,
    sha256_of_json,
)


def test_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "data.bin"
    file.write_bytes(b"abc" * 100_000)
    assert sha256_of_file(file) == hashlib.sha256(b"abc" * 100_000).hexdigest()


def test_hash_of_parts_is_that_of_the_whole() -> None:
    assert sha256_of_bytes([b"ab", b"", b"c"]) == hashlib.sha256(b"abc").hexdigest()


def test_hash_of_json_ignores_the_order_of_keys_but_not_values() -> None:
    assert sha256_of_json({"a": 1, "b": [2, 3]}) == sha256_of_json({"b": [2, 3], "a": 1})
    assert sha256_of_json({"a": 1}) != sha256_of_json({"a": 2})
    assert sha256_of_json([1, 2]) != sha256_of_json([2, 1])


def test_manifest_names_versions_inputs_and_moment() -> None:
    before = datetime.now(UTC)
    manifest = make_manifest("glucotwin-test/1", inputs={"source": "00"}, settings={"stride": 5}, seed=7)
    assert before <= manifest.created_at <= datetime.now(UTC)
    assert set(manifest.versions) == {"python", *RECORDED_PACKAGES}
    assert manifest.versions["glucotwin"] == __version__
    written = json.loads(json.dumps(manifest.to_json()))
    assert (written["schema"], written["inputs"], written["seed"]) == ("glucotwin-test/1", {"source": "00"}, 7)
    assert datetime.fromisoformat(written["created_at"]) == manifest.created_at


def test_manifest_cannot_be_changed() -> None:
    manifest = Manifest(schema="glucotwin-test/1", created_at=datetime.now(UTC))
    with pytest.raises(AttributeError):
        manifest.seed = 3  # pyright: ignore[reportAttributeAccessIssue]  # that it is refused is the point
