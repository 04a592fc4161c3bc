"""A twin on disk: one JSON file with a schema, a content hash and no code."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from glucotwin.core.error import ConflictError, DataError, ErrorCode, ModelError
from glucotwin.core.file import replace_file
from glucotwin.core.provenance import Manifest
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Window
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.diagnostic import Diagnostics
from glucotwin.twin.latent.estimate import Latents
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.twin import TWIN_SCHEMA, EffectEstimate, Posterior, Twin

TWIN_FORMAT = "glucotwin-twin/"

READABLE_SCHEMAS = ("glucotwin-twin/1", "glucotwin-twin/2", TWIN_SCHEMA)
"""Version 1 knew normal posteriors alone, version 2 independent priors and the minimal body alone."""

LARGEST_FILE_BYTES = 16 * 2**20


def save_twin(twin: Twin, path: Path, *, overwrite: bool = False) -> Path:
    """Writes a twin to a file that appears whole or not at all.

    Raises:
        ConflictError: the file exists and may not be overwritten.
        NotFoundError: the folder does not exist.
        DataError: the file cannot be written.
    """
    if path.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{path} exists already.", hint="Choose another name, or allow overwriting."
        )
    text = json.dumps(_to_json(twin), indent=1, allow_nan=False)
    try:
        replace_file(path, lambda place: place.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path} cannot be written: {error.strerror}.") from error
    return path


def load_twin(path: Path) -> Twin:
    """Reads a twin and checks that it is what was written.

    Raises:
        DataError: the file is missing, is not a twin, is damaged, or was made by another version of the format.
    """
    document = _read(path)
    schema = document.get("schema")
    if not str(schema).startswith(TWIN_FORMAT):
        raise _not_a_twin(path)
    if schema not in READABLE_SCHEMAS:
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"{path} says it is {schema!r}; this version reads {TWIN_SCHEMA!r}.",
            hint="Fit the twin again, or use the version of GlucoTwin that wrote it.",
        )
    try:
        twin = _from_json(document)
    except (KeyError, TypeError, AttributeError, ValueError, ValidationError, DataError, ModelError) as error:
        raise _damaged(path) from error
    if twin.content_hash() != document.get("content_hash"):
        raise _damaged(path)
    return twin


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise DataError(ErrorCode.FILE_TOO_LARGE, f"{path} is too large to be a twin.")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise _not_a_twin(path) from error
    if not isinstance(document, dict):
        raise _not_a_twin(path)
    return document


def _not_a_twin(path: Path) -> DataError:
    return DataError(
        ErrorCode.UNRECOGNISED_FORMAT, f"{path} is not a twin.", hint="Give a file that 'glucotwin fit' wrote."
    )


def _damaged(path: Path) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT, f"{path} is damaged or was changed by hand.", hint="Fit the twin again."
    )


def _to_json(twin: Twin) -> dict[str, Any]:
    return {
        "schema": TWIN_SCHEMA,
        "content_hash": twin.content_hash(),
        "version": twin.version,
        "person": TypeAdapter(Person).dump_python(twin.person, mode="json"),
        "body": twin.body,
        "window": {"start": twin.window.start.isoformat(), "end": twin.window.end.isoformat()},
        "data_hash": twin.data_hash,
        "weight_kg": twin.weight_kg,
        "weight_log_sd": twin.weight_log_sd,
        "daily_insulin_u": twin.daily_insulin_u,
        "basal_u_per_min": twin.basal_u_per_min,
        "covariates": None if twin.covariates is None else asdict(twin.covariates),
        "parameters": list(free_parameters(twin.body)),
        "posterior": _posterior_json(twin.posterior),
        "effect": TypeAdapter(EffectEstimate).dump_python(twin.effect, mode="json"),
        "band_factors": {str(horizon): factor for horizon, factor in twin.band_factors.items()},
        "diagnostics": twin.diagnostics.to_json(),
        "manifest": twin.manifest.to_json(),
        **({} if twin.latents is None else {"latents": twin.latents.archived()}),
        **({"context": dict(twin.context)} if twin.context else {}),
    }


def _posterior_json(posterior: Posterior) -> dict[str, Any]:
    arrays = {"mean": posterior.mean, "covariance": posterior.covariance, "sample": posterior.sample}
    return {name: values.tolist() for name, values in arrays.items() if values is not None}


def _posterior(document: Mapping[str, Any], *, size: int) -> Posterior:
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in document.items()}
    sample = arrays.get("sample")
    if arrays["mean"].shape != (size,) or arrays["covariance"].shape != (size, size):
        raise ValueError("the posterior's shape differs from its parameters")
    if sample is not None and (sample.ndim != 2 or sample.shape[1] != size or not len(sample)):
        raise ValueError("the posterior's sample differs from its parameters")
    if not all(np.all(np.isfinite(values)) for values in arrays.values()):
        raise ValueError("the posterior is not finite")
    return Posterior(**arrays)


def _from_json(document: Mapping[str, Any]) -> Twin:
    covariates = document["covariates"] if document["schema"] == TWIN_SCHEMA else None
    if document["parameters"] != list(free_parameters(document["body"])):
        raise ValueError("the parameters differ from this version's")
    posterior = _posterior(document["posterior"], size=len(document["parameters"]))
    window = document["window"]
    return Twin(
        person=TypeAdapter(Person).validate_python(document["person"]),
        body=document["body"],
        window=Window(start=datetime.fromisoformat(window["start"]), end=datetime.fromisoformat(window["end"])),
        data_hash=document["data_hash"],
        weight_kg=document["weight_kg"],
        weight_log_sd=float(document.get("weight_log_sd", 0.0)),
        covariates=None if covariates is None else Covariates.from_json(covariates),
        daily_insulin_u=float(document["daily_insulin_u"]),
        basal_u_per_min=float(document["basal_u_per_min"]),
        posterior=posterior,
        effect=TypeAdapter(EffectEstimate).validate_python(document["effect"]),
        band_factors={int(horizon): float(factor) for horizon, factor in document["band_factors"].items()},
        diagnostics=TypeAdapter(Diagnostics).validate_python(document["diagnostics"]),
        manifest=TypeAdapter(Manifest).validate_python(document["manifest"]),
        latents=TypeAdapter(Latents | None).validate_python(document.get("latents")),
        context=TypeAdapter(dict[str, float]).validate_python(document.get("context", {})),
    )
