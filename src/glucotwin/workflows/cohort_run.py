"""Use case: simulate a cohort for days, in constant memory, resumable, its results in Parquet as they come."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin import __version__
from glucotwin.core.error import ConflictError, ErrorCode, SolverError
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import make_manifest, sha256_of_file, sha256_of_json
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.domain.inputs import minute_utc_from
from glucotwin.physiology.body import Body, BodyState, stack_bodies
from glucotwin.physiology.cohort_file import load_cohort
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.reaction import CORRECTION, RESCUE_CARBS, AbstractReactionState
from glucotwin.simulate.trajectory import DEFAULT_OUTPUTS
from glucotwin.workflows.day_plan import AbstractDays
from glucotwin.workflows.simulate import check_medicines

SCHEMA = "glucotwin-run/1"
MANIFEST, PEOPLE, EVENTS, GLUCOSE = "manifest.json", "people", "events", "glucose"
CHUNK_PEOPLE = 256
"""People simulated at once and kept in one part; their results do not depend on it, memory does."""

BLOCK_DAYS = 2
"""Days of inputs held at once."""

STRIDE_MIN = 5
THRESHOLDS_MGDL = {"very_low": 54.0, "low": 70.0, "high": 180.0, "very_high": 250.0}
CARE_OUTPUTS = (RESCUE_CARBS, CORRECTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRunRequest:
    """What to simulate.

    Attributes:
        cohort: the cohort's file.
        days: what its people do.
        out: folder of the results.
        without: modules that the bodies lack.
    """

    cohort: Path
    days: AbstractDays
    out: Path
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRun:
    """A finished run.

    Attributes:
        folder: where its files are.
        people: one row per person: name, group and a summary of their glucose.
        start: aware local time of the first minute.
        days: how many local days.
        resumed: people whose results an earlier, interrupted run had left.
    """

    folder: Path
    people: pl.DataFrame
    start: datetime
    days: int
    resumed: int

    def groups(self) -> pl.DataFrame:
        """One row per group: how many people, and the means of their summaries."""
        numbers = [name for name in self.people.columns if name not in ("name", "group")]
        return self.people.group_by("group", maintain_order=True).agg(
            pl.len().alias("people"), *(pl.col(name).mean() for name in numbers)
        )

    def to_json(self) -> dict[str, object]:
        """Means over people by group, as JSON values."""
        return {
            "folder": str(self.folder),
            "people": len(self.people),
            "days": self.days,
            "groups": self.groups().to_dicts(),
        }


def run_cohort(request: CohortRunRequest, *, progress: ProgressCallback = silent) -> CohortRun:
    """Simulates a cohort; what an interrupted run of the same request has finished is kept.

    The folder holds ``manifest.json`` and, for every chunk of people, ``glucose-NNNNN.parquet``,
    ``events-NNNNN.parquet`` and ``people-NNNNN.parquet``, each of which appears whole or not at all.

    Raises:
        NotFoundError: the cohort or the profile does not exist.
        DataError: the request is impossible or the cohort's file damaged.
        ConflictError: the folder holds something else.
        SolverError: somebody's glucose left the finite numbers.
    """
    cohort = load_cohort(request.cohort)
    subjects = request.days.who(cohort.body, cohort.subjects)
    options = request.days.options(request.without)
    _prepare_folder(request)
    chunks = [subjects[at : at + CHUNK_PEOPLE] for at in range(0, len(subjects), CHUNK_PEOPLE)]
    resumed, stage = 0, message("cohort-run-progress")
    for number, chunk in enumerate(chunks):
        share = part_of(progress, start=number / len(chunks), end=(number + 1) / len(chunks))
        if _part(request.out, PEOPLE, number).is_file():
            resumed += len(chunk)
        else:
            bodies = stack_bodies([body_of(cohort.body, one, options=options) for one in chunk])
            glucose, events = _simulate_blocks(request.days, bodies, chunk, options, partial(share, stage))
            _write_part(request, chunk, number, glucose, events)
        share(stage, 1.0)
    tables = [pl.read_parquet(_part(request.out, PEOPLE, number)) for number in range(len(chunks))]
    return CohortRun(
        folder=request.out,
        people=pl.concat(tables),
        start=request.days.start,
        days=request.days.length_days,
        resumed=resumed,
    )


def glucose_parts(folder: Path) -> list[Path]:
    """The files with glucose of a run, in the order of its people."""
    return sorted(folder.glob(f"{GLUCOSE}-*.parquet"))


def _prepare_folder(request: CohortRunRequest) -> None:
    """Makes the folder with its manifest, or passes when it holds the same request."""
    settings = _settings(request)
    path = request.out / MANIFEST
    if path.is_file():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        if earlier.get("settings_sha256") != sha256_of_json(settings):
            raise ConflictError(
                ErrorCode.ALREADY_EXISTS,
                f"{request.out} holds another run.",
                hint="Choose another folder, or repeat the request that made it to go on with it.",
            )
        return
    if request.out.exists() and (not request.out.is_dir() or any(request.out.iterdir())):
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"{request.out} exists and is no run.", hint="Choose another folder."
        )
    request.out.mkdir(parents=True, exist_ok=True)
    manifest = make_manifest(SCHEMA, settings=settings, seed=request.days.random_seed).to_json()
    content = json.dumps({**manifest, "settings_sha256": sha256_of_json(settings)}, indent=2)
    replace_file(path, lambda place: place.write_text(content, encoding="utf-8"))


def _settings(request: CohortRunRequest) -> dict[str, object]:
    return {
        "glucotwin": __version__,
        "cohort_sha256": sha256_of_file(request.cohort),
        "days": request.days.settings(),
        "without": sorted(request.without),
    }


def _part(folder: Path, kind: str, number: int) -> Path:
    return folder / f"{kind}-{number:05d}.parquet"


def _simulate_blocks(
    days: AbstractDays,
    bodies: Body,
    subjects: tuple[Subject, ...],
    options: BodyOptions,
    tell: Callable[[float], None],
) -> tuple[Mapping[str, np.ndarray], pl.DataFrame | None]:
    """Outputs of all days, ``(people, points)`` by name without the end, and the events as far as there is a record."""
    care = days.care(subjects)
    state: BodyState | None = None
    remembered: AbstractReactionState | None = None
    parts: list[dict[str, np.ndarray]] = []
    events: list[pl.DataFrame] = []
    outputs = DEFAULT_OUTPUTS if care is None else (*DEFAULT_OUTPUTS, *CARE_OUTPUTS)
    for inputs, started in days.blocks(subjects, options, block_days=BLOCK_DAYS):
        check_medicines(bodies, inputs)
        result = simulate_cohort(
            bodies, inputs, state=state, reaction=care, reaction_state=remembered, outputs=outputs, stride=STRIDE_MIN
        )
        state, remembered = result.final_state, result.final_reaction
        _check_finite(result.outputs["glucose_mgdl"], subjects)
        parts.append({name: np.asarray(values) for name, values in result.outputs.items()})
        events += [] if started is None else [started]
        tell(min(1.0, len(parts) * BLOCK_DAYS / days.length_days))
    joined = {name: np.concatenate([part[name][:, :-1] for part in parts], axis=1) for name in DEFAULT_OUTPUTS}
    taken = {name: parts[-1][name][:, -1] for name in outputs[len(DEFAULT_OUTPUTS) :]}
    return joined | taken, pl.concat(events) if events else None


def _write_part(
    request: CohortRunRequest,
    subjects: tuple[Subject, ...],
    number: int,
    outputs: Mapping[str, np.ndarray],
    events: pl.DataFrame | None,
) -> None:
    """Writes what became of some people, the summary last: it says that all is there."""
    if events is not None:
        replace_file(_part(request.out, EVENTS, number), events.write_parquet)
    frame = _glucose_frame(request.days.start, subjects, outputs)
    replace_file(_part(request.out, GLUCOSE, number), frame.write_parquet)
    summary = _people_frame(subjects, outputs, request.days.length_days)
    replace_file(_part(request.out, PEOPLE, number), summary.write_parquet)


def _check_finite(glucose_mgdl: object, subjects: tuple[Subject, ...]) -> None:
    wrong = np.flatnonzero(~np.isfinite(np.asarray(glucose_mgdl)).all(axis=1))
    if wrong.size:
        raise SolverError(
            ErrorCode.NOT_FINITE,
            f"The glucose of {subjects[int(wrong[0])].name} left the finite numbers.",
            hint="Leave this person out, or tell us: its parameters are within their bounds.",
        )


def _glucose_frame(start: datetime, subjects: tuple[Subject, ...], outputs: Mapping[str, np.ndarray]) -> pl.DataFrame:
    """One row per person and five minutes: name, UTC time, plasma and interstitial glucose."""
    points = outputs["glucose_mgdl"].shape[1]
    minutes = np.arange(points, dtype=np.int64) * STRIDE_MIN + minute_utc_from(start)
    return pl.DataFrame(
        {
            "name": pl.Series(np.repeat([one.name for one in subjects], points)),
            "time": pl.Series(np.tile(minutes * 60_000_000, len(subjects))).cast(pl.Datetime("us", "UTC")),
            "glucose_mgdl": outputs["glucose_mgdl"].astype(np.float32).ravel(),
            "interstitial_mgdl": outputs["interstitial_mgdl"].astype(np.float32).ravel(),
        }
    )


def _people_frame(subjects: tuple[Subject, ...], outputs: Mapping[str, np.ndarray], days: int) -> pl.DataFrame:
    """One row per person: shares of time by the sensor, mean, spread, and what self-care took a day."""
    glucose = outputs["interstitial_mgdl"]
    mean, limit = glucose.mean(axis=1), THRESHOLDS_MGDL
    columns = {
        "name": [one.name for one in subjects],
        "group": [one.group for one in subjects],
        "mean_mgdl": mean,
        "cv_pct": 100.0 * glucose.std(axis=1) / mean,
        "time_in_range_pct": 100.0 * ((glucose >= limit["low"]) & (glucose <= limit["high"])).mean(axis=1),
        "time_below_70_pct": 100.0 * (glucose < limit["low"]).mean(axis=1),
        "time_below_54_pct": 100.0 * (glucose < limit["very_low"]).mean(axis=1),
        "time_above_180_pct": 100.0 * (glucose > limit["high"]).mean(axis=1),
        "time_above_250_pct": 100.0 * (glucose > limit["very_high"]).mean(axis=1),
    }
    for name, source in zip(("rescue_carbs_g_per_day", "correction_u_per_day"), CARE_OUTPUTS, strict=True):
        columns[name] = outputs.get(source, np.zeros(len(subjects))) / days
    return pl.DataFrame(columns)


def cohort_run_rows(run: CohortRun, unit: GlucoseUnit) -> list[tuple[str, ...]]:
    """The groups' means as rows of text, the first one naming the columns."""
    groups = run.groups()
    shown = {name: f"{threshold_in(value, unit):g}" for name, value in THRESHOLDS_MGDL.items()}
    header = tuple(
        message(f"cohort-run-column-{name.replace('_', '-')}", unit=str(unit), **shown) for name in groups.columns
    )
    return [header, *(tuple(_cell(name, value, unit) for name, value in row.items()) for row in groups.to_dicts())]


def _cell(name: str, value: object, unit: GlucoseUnit) -> str:
    if not isinstance(value, float):
        return str(value)
    if name == "mean_mgdl":
        return f"{glucose_in(value, unit):.{0 if unit is GlucoseUnit.MGDL else 1}f}"
    return f"{value:.1f}"
