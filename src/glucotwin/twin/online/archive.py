"""A followed twin on disk: a folder of Parquet, NPZ and a manifest (``glucotwin-online/1``), which appears whole.

``history.parquet`` holds what was taken in and what every step said, ``snapshots.npz`` the kept states (plain arrays by
the path of their place in the state, no pickle).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_folder
from glucotwin.core.provenance import make_manifest, sha256_of_file
from glucotwin.twin.online.follow import Followed
from glucotwin.twin.online.step import Observation, OnlineState, StepInfo, first_step, track
from glucotwin.twin.online.stream import ROW_FIELDS, Rows
from glucotwin.twin.twin import Twin

ONLINE_SCHEMA = "glucotwin-online/1"
ONLINE_FORMAT = "glucotwin-online/"
MANIFEST, HISTORY, SNAPSHOTS = "manifest.json", "history.parquet", "snapshots.npz"


def save_followed(followed: Followed, path: Path) -> Path:
    """Writes a followed twin as a folder, replacing an earlier one of the same kind.

    Raises:
        ConflictError: something else is there.
        NotFoundError: the folder around it does not exist.
    """
    if (path.exists() or path.is_symlink()) and not is_followed(path):
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists and is no twin's state.", hint="Choose another folder."
        )
    replace_folder(path, lambda draft: _write(followed, draft))
    return path


def is_followed(path: Path) -> bool:
    """Whether a path is the folder of a followed twin of any version."""
    try:
        document = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and str(document.get("schema")).startswith(ONLINE_FORMAT)


def load_followed(path: Path, twin: Twin) -> Followed | None:
    """Reads a followed twin; None when it is the state of another twin, so that nothing of it can be used.

    Raises:
        NotFoundError: there is none.
        DataError: it is damaged or of another version.
    """
    if not is_followed(path):
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"{path} is no twin's state.", hint="Make one with 'glucotwin update'."
        )
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    if manifest["schema"] != ONLINE_SCHEMA:
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"{path} says it is {manifest['schema']!r}; this version reads {ONLINE_SCHEMA!r}.",
            hint="Remove the folder; 'glucotwin update' makes it again from the timeline.",
        )
    if manifest.get("twin_hash") != twin.content_hash():
        return None
    try:
        _check_files(path, manifest["files"])
        return _read(path, manifest, twin)
    except (OSError, KeyError, ValueError, TypeError, pl.exceptions.PolarsError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT,
        f"{path} is damaged or was changed by hand.",
        hint="Remove the folder; 'glucotwin update' makes it again from the timeline.",
    )


def _check_files(path: Path, files: Mapping[str, str]) -> None:
    if set(files) != {HISTORY, SNAPSHOTS} or any(sha256_of_file(path / name) != own for name, own in files.items()):
        raise ValueError("a file differs from the manifest")


def _write(followed: Followed, folder: Path) -> None:
    columns = {name: getattr(followed.rows, name) for name in ROW_FIELDS}
    told = {f"told_{name}": np.asarray(value) for name, value in followed.history._asdict().items()}
    pl.DataFrame({**columns, **told}).write_parquet(folder / HISTORY)
    steps = sorted(followed.snapshots)
    stacked = jax.tree.map(lambda *values: np.stack(values), *(followed.snapshots[step] for step in steps))
    leaves = jax.tree_util.tree_leaves_with_path(stacked)
    arrays = {jax.tree_util.keystr(place): np.asarray(leaf) for place, leaf in leaves}
    np.savez_compressed(folder / SNAPSHOTS, allow_pickle=False, steps=np.array(steps), **arrays)
    content = make_manifest(ONLINE_SCHEMA, settings={"draws": followed.draws}).to_json() | {
        "person_id": followed.person_id,
        "twin_hash": followed.twin_hash,
        "draws": followed.draws,
        "start": followed.start.isoformat(),
        "marks": dict(followed.marks),
        "files": {name: sha256_of_file(folder / name) for name in (HISTORY, SNAPSHOTS)},
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=1), encoding="utf-8")


def _read(path: Path, manifest: Mapping[str, Any], twin: Twin) -> Followed:
    frame = pl.read_parquet(path / HISTORY)
    rows = Rows(**{name: frame[name].to_numpy() for name in ROW_FIELDS})
    told = StepInfo(**{name: jnp.asarray(frame[f"told_{name}"].to_numpy()) for name in StepInfo._fields})
    draws = int(manifest["draws"])
    return Followed(
        person_id=str(manifest["person_id"]),
        twin_hash=str(manifest["twin_hash"]),
        draws=draws,
        start=datetime.fromisoformat(manifest["start"]),
        marks={str(day): str(mark) for day, mark in manifest["marks"].items()},
        rows=rows,
        history=told,
        snapshots=_read_snapshots(path / SNAPSHOTS, _shape_of_state(twin, rows, draws)),
    )


def _shape_of_state(twin: Twin, rows: Rows, draws: int) -> OnlineState:
    """The tree of a state: places and shapes of its arrays, worked out without running anything."""
    seen = Observation(
        inputs=rows.cut(0, 1).inputs().map(lambda values: np.asarray(values)[0]),
        readings=jax.tree.map(lambda values: np.asarray(values)[0], rows.cut(0, 1).readings()),
    )
    return jax.eval_shape(first_step, track(twin, draws=draws), seen)[0]


def _read_snapshots(path: Path, shape: OnlineState) -> dict[int, OnlineState]:
    places, tree = jax.tree_util.tree_flatten_with_path(shape)
    with np.load(path, allow_pickle=False) as stored:
        steps = stored["steps"]
        leaves = [stored[jax.tree_util.keystr(place)] for place, _ in places]
    for leaf, (_, expected) in zip(leaves, places, strict=True):
        if leaf.shape != (len(steps), *expected.shape):
            raise ValueError("a stored state has another shape")
    return {
        int(step): jax.tree_util.tree_unflatten(tree, [leaf[index] for leaf in leaves])
        for index, step in enumerate(steps)
    }
