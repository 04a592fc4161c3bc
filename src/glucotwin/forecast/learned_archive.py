"""Learned corrections on disk: one NPZ file of plain arrays with a JSON document among them, and no code."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.provenance import Manifest
from glucotwin.forecast.learned import LEARNED_SCHEMA, Learned, LearnedHorizon
from glucotwin.forecast.lined_tree import LinedTrees
from glucotwin.forecast.mixture import Mixture, Moment
from glucotwin.forecast.person_profile import PersonProfile
from glucotwin.forecast.recalibration import Recalibration
from glucotwin.forecast.ridge import LinearModel
from glucotwin.forecast.stack import Member, Model, Recipe, Stack
from glucotwin.forecast.tree import Trees

LEARNED_FORMAT = "glucotwin-learned/"
SUFFIX = ".learned.npz"
DOCUMENT = "document"
MODELS: Mapping[str, type[Trees | LinearModel | LinedTrees]] = {
    "pooled": Trees,
    "lined": LinedTrees,
    "personal": Trees,
    "ridge": LinearModel,
}
LARGEST_FILE_BYTES = 512 * 2**20


def learned_path(twin_path: Path) -> Path:
    """Where the corrections that belong to a twin's file are looked for: beside it."""
    return twin_path.with_name(twin_path.name.removesuffix(".json").removesuffix(".twin") + SUFFIX)


def save_learned(learned: Learned, path: Path, *, overwrite: bool = False) -> Path:
    """Writes corrections to a file that appears whole or not at all.

    Raises:
        ConflictError: the file exists and may not be overwritten.
        NotFoundError: the folder does not exist.
        DataError: the file's name does not end in ``.npz``.
    """
    if path.suffix != ".npz":
        raise DataError(ErrorCode.INVALID_VALUE, f"{path.name} does not end in .npz.")
    if path.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists already.", hint="Choose another name, or allow overwriting."
        )
    arrays: dict[str, np.ndarray] = {}
    horizons = {str(horizon): _horizon_to_json(one, str(horizon), arrays) for horizon, one in learned.horizons.items()}
    document = {
        "schema": LEARNED_SCHEMA,
        "feature_names": list(learned.feature_names),
        "horizons": horizons,
        "profiles": {person: one.to_json() for person, one in learned.profiles.items()},
        "general_profile": learned.general_profile.to_json(),
        "manifest": learned.manifest.to_json(),
    }
    arrays[DOCUMENT] = np.frombuffer(json.dumps(document, allow_nan=False).encode(), dtype=np.uint8)
    # An open file keeps numpy from giving the draft another name.
    replace_file(path, lambda place: _write(place, arrays))
    return path


def _write(place: Path, arrays: Mapping[str, np.ndarray]) -> None:
    with place.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _horizon_to_json(one: LearnedHorizon, prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, object]:
    members: list[dict[str, object]] = []
    for number, member in enumerate(one.stack.members):
        people = list(member.models)
        for index, person in enumerate(people):
            _put(arrays, f"{prefix}/{number}/{index}", member.models[person].to_arrays())
        members.append({"recipe": asdict(member.recipe), "people": people})
    _put(arrays, f"{prefix}/scale", one.recalibration.scale.to_arrays())
    arrays[f"{prefix}/score_quantiles"] = one.recalibration.score_quantiles
    return {
        "ahead": one.stack.ahead,
        "members": members,
        "mixture": {
            "everybody": one.stack.mixture.everybody.tolist(),
            "people": {
                person: {"products": moment.products.tolist(), "rows": moment.rows}
                for person, moment in one.stack.mixture.people.items()
            },
        },
        "person_factor": {person: list(factor) for person, factor in one.recalibration.person_factor.items()},
    }


def _put(arrays: dict[str, np.ndarray], prefix: str, parts: Mapping[str, np.ndarray]) -> None:
    arrays.update({f"{prefix}/{name}": values for name, values in parts.items()})


def load_learned(path: Path) -> Learned:
    """Reads corrections.

    Raises:
        DataError: the file is missing, is something else, is damaged, or was made by another version of the format.
    """
    arrays = _read(path)
    try:
        document = json.loads(bytes(arrays[DOCUMENT]).decode())
        schema = str(document["schema"])
    except (KeyError, TypeError, ValueError) as error:
        raise _not_learned(path) from error
    if not schema.startswith(LEARNED_FORMAT):
        raise _not_learned(path)
    if schema != LEARNED_SCHEMA:
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"{path} says it is {schema!r}; this version reads {LEARNED_SCHEMA!r}.",
            hint="Run 'glucotwin forecast train' again.",
        )
    try:
        return _from_document(document, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(
            ErrorCode.DAMAGED_ARTEFACT, f"{path} is damaged.", hint="Run 'glucotwin forecast train' again."
        ) from error


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise DataError(ErrorCode.FILE_TOO_LARGE, f"{path} is too large to be learned corrections.")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except OSError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise _not_learned(path) from error


def _not_learned(path: Path) -> DataError:
    return DataError(
        ErrorCode.UNRECOGNISED_FORMAT,
        f"{path} holds no learned corrections.",
        hint="Give a file that 'glucotwin forecast train' wrote.",
    )


def _from_document(document: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Learned:
    horizons = {int(horizon): _horizon_from_json(one, horizon, arrays) for horizon, one in document["horizons"].items()}
    return Learned(
        feature_names=tuple(document["feature_names"]),
        horizons=dict(sorted(horizons.items())),
        profiles={person: PersonProfile.from_json(one) for person, one in document["profiles"].items()},
        general_profile=PersonProfile.from_json(document["general_profile"]),
        manifest=TypeAdapter(Manifest).validate_python(document["manifest"]),
    )


def _horizon_from_json(one: Mapping[str, Any], prefix: str, arrays: Mapping[str, np.ndarray]) -> LearnedHorizon:
    members: list[Member] = []
    for number, member in enumerate(one["members"]):
        recipe = TypeAdapter(Recipe).validate_python(member["recipe"])
        kind = MODELS[recipe.kind]
        models: dict[str, Model] = {
            person: kind.from_arrays(_get(arrays, f"{prefix}/{number}/{index}"))
            for index, person in enumerate(member["people"])
        }
        members.append(Member(recipe=recipe, models=models))
    mixture = Mixture(
        everybody=np.asarray(one["mixture"]["everybody"], dtype=np.float64),
        people={
            person: Moment(np.asarray(moment["products"], dtype=np.float64), float(moment["rows"]))
            for person, moment in one["mixture"]["people"].items()
        },
    )
    stack = Stack(ahead=int(one["ahead"]), members=tuple(members), mixture=mixture)
    recalibration = Recalibration(
        scale=Trees.from_arrays(_get(arrays, f"{prefix}/scale")),
        score_quantiles=arrays[f"{prefix}/score_quantiles"],
        person_factor={person: (float(a), float(b)) for person, (a, b) in one["person_factor"].items()},
    )
    return LearnedHorizon(stack=stack, recalibration=recalibration)


def _get(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    start = f"{prefix}/"
    found = {name.removeprefix(start): values for name, values in arrays.items() if name.startswith(start)}
    if not found:
        raise KeyError(prefix)
    return found
