"""Use case: simulate a cohort for days, in constant memory, resumable, its results in Parquet as they come."""

import json
from collections.abc import Callable, Iterator, Mapping
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
from glucotwin.metrics.tally import THRESHOLDS_MGDL, GlucoseTally
from glucotwin.physiology.body import Body, BodyState, stack_bodies
from glucotwin.physiology.cohort_file import load_cohort
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.reaction import CORRECTION, RESCUE_CARBS, AbstractReactionState
from glucotwin.simulate.trajectory import DEFAULT_OUTPUTS
from glucotwin.workflows.day_plan import AbstractDays, options_for
from glucotwin.workflows.simulate import check_medicines

SCHEMA = "glucotwin-run/1"
MANIFEST, PEOPLE, EVENTS, GLUCOSE = "manifest.json", "people", "events", "glucose"
CHUNK_PEOPLE = 256
"""People simulated at once and kept in one part; their results do not depend on it, memory does."""

BLOCK_DAYS = 2
"""Days of inputs held at once."""

STRETCH_BLOCKS = 14
"""Blocks whose glucose is held at once and kept in one file: four weeks."""

STRIDE_MIN = 5
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

    The folder holds ``manifest.json``; for every chunk of people ``people-NNNNN.parquet``; and for every four weeks of
    theirs ``glucose-NNNNN-NNN.parquet`` and ``events-NNNNN-NNN.parquet``; each appears whole or not at all.

    Raises:
        NotFoundError: the cohort or the profile does not exist.
        DataError: the request is impossible or the cohort's file damaged.
        ConflictError: the folder holds something else.
        SolverError: somebody's glucose left the finite numbers.
    """
    cohort = load_cohort(request.cohort)
    subjects = request.days.who(cohort.body, cohort.subjects)
    options = options_for(request.days.options(request.without), subjects)
    _prepare_folder(request)
    chunks = [subjects[at : at + CHUNK_PEOPLE] for at in range(0, len(subjects), CHUNK_PEOPLE)]
    resumed, stage = 0, message("cohort-run-progress")
    for number, chunk in enumerate(chunks):
        share = part_of(progress, start=number / len(chunks), end=(number + 1) / len(chunks))
        if _part(request.out, PEOPLE, number).is_file():
            resumed += len(chunk)
        else:
            bodies = stack_bodies([body_of(cohort.body, one, options=options) for one in chunk])
            _run_part(request, number, bodies, chunk, options, partial(share, stage))
        share(stage, 1.0)
    tables = [pl.read_parquet(_part(request.out, PEOPLE, number)) for number in range(len(chunks))]
    return CohortRun(
        folder=request.out,
        people=pl.concat(tables),
        start=request.days.start,
        days=request.days.length_days,
        resumed=resumed,
    )


def glucose_files(folder: Path) -> dict[str, list[Path]]:
    """The files with glucose of a run, by the groups that have people in them; in the order of people and time."""
    files: dict[str, list[Path]] = {}
    for path in sorted(folder.glob(f"{PEOPLE}-*.parquet")):
        part = sorted(folder.glob(f"{path.stem.replace(PEOPLE, GLUCOSE)}-*.parquet"))
        for group in pl.read_parquet(path, columns=["group"])["group"].unique():
            files.setdefault(group, []).extend(part)
    return files


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


def _part(folder: Path, kind: str, number: int, stretch: int | None = None) -> Path:
    return folder / f"{kind}-{number:05d}{'' if stretch is None else f'-{stretch:03d}'}.parquet"


def _run_part(
    request: CohortRunRequest,
    number: int,
    bodies: Body,
    subjects: tuple[Subject, ...],
    options: BodyOptions,
    tell: Callable[[float], None],
) -> None:
    """Simulates some people and writes what becomes of them, the summary last: it says that all is there."""
    tally = GlucoseTally(len(subjects))
    first_point, stretch = 0, 0
    taken: Mapping[str, np.ndarray] = {}
    for outputs, events in _stretches(request.days, bodies, subjects, options, tell):
        if events is not None:
            replace_file(_part(request.out, EVENTS, number, stretch), events.write_parquet)
        frame = _glucose_frame(request.days.start, first_point, subjects, outputs)
        replace_file(_part(request.out, GLUCOSE, number, stretch), frame.write_parquet)
        tally.add(outputs["interstitial_mgdl"])
        taken = {name: outputs[name] for name in CARE_OUTPUTS if name in outputs}
        first_point, stretch = first_point + outputs["glucose_mgdl"].shape[1], stretch + 1
    summary = _people_frame(subjects, tally, taken, request.days.length_days)
    replace_file(_part(request.out, PEOPLE, number), summary.write_parquet)


def _stretches(
    days: AbstractDays,
    bodies: Body,
    subjects: tuple[Subject, ...],
    options: BodyOptions,
    tell: Callable[[float], None],
) -> Iterator[tuple[Mapping[str, np.ndarray], pl.DataFrame | None]]:
    """Outputs of some weeks at a time, ``(people, points)`` by name without the end, and the events as far as known.

    What self-care has taken since the beginning is there too, ``(people,)`` by name.
    """
    care = days.care(subjects)
    state: BodyState | None = None
    remembered: AbstractReactionState | None = None
    kept: list[dict[str, np.ndarray]] = []
    events: list[pl.DataFrame] = []
    names = DEFAULT_OUTPUTS if care is None else (*DEFAULT_OUTPUTS, *CARE_OUTPUTS)
    blocks = days.blocks(subjects, options, block_days=BLOCK_DAYS)
    for number, (inputs, started) in enumerate(blocks, start=1):
        check_medicines(bodies, inputs)
        result = simulate_cohort(
            bodies, inputs, state=state, reaction=care, reaction_state=remembered, outputs=names, stride=STRIDE_MIN
        )
        state, remembered = result.final_state, result.final_reaction
        _check_finite(result.outputs["glucose_mgdl"], subjects)
        kept.append({name: np.asarray(values) for name, values in result.outputs.items()})
        events += [] if started is None else [started]
        tell(min(1.0, number * BLOCK_DAYS / days.length_days))
        if len(kept) == STRETCH_BLOCKS:
            yield _joined(kept), pl.concat(events) if events else None
            kept, events = [], []
    if kept:
        yield _joined(kept), pl.concat(events) if events else None


def _joined(blocks: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Courses of consecutive blocks as one, and the totals at their end."""
    courses = {name: np.concatenate([one[name][:, :-1] for one in blocks], axis=1) for name in DEFAULT_OUTPUTS}
    return courses | {name: values[:, -1] for name, values in blocks[-1].items() if name not in DEFAULT_OUTPUTS}


def _check_finite(glucose_mgdl: object, subjects: tuple[Subject, ...]) -> None:
    wrong = np.flatnonzero(~np.isfinite(np.asarray(glucose_mgdl)).all(axis=1))
    if wrong.size:
        raise SolverError(
            ErrorCode.NOT_FINITE,
            f"The glucose of {subjects[int(wrong[0])].name} left the finite numbers.",
            hint="Leave this person out, or tell us: its parameters are within their bounds.",
        )


def _glucose_frame(
    start: datetime, first_point: int, subjects: tuple[Subject, ...], outputs: Mapping[str, np.ndarray]
) -> pl.DataFrame:
    """One row per person and five minutes: name, UTC time, plasma and interstitial glucose."""
    points = outputs["glucose_mgdl"].shape[1]
    minutes = np.arange(first_point, first_point + points, dtype=np.int64) * STRIDE_MIN + minute_utc_from(start)
    return pl.DataFrame(
        {
            "name": pl.Series(np.repeat([one.name for one in subjects], points)),
            "time": pl.Series(np.tile(minutes * 60_000_000, len(subjects))).cast(pl.Datetime("us", "UTC")),
            "glucose_mgdl": outputs["glucose_mgdl"].astype(np.float32).ravel(),
            "interstitial_mgdl": outputs["interstitial_mgdl"].astype(np.float32).ravel(),
        }
    )


def _people_frame(
    subjects: tuple[Subject, ...], tally: GlucoseTally, taken: Mapping[str, np.ndarray], days: int
) -> pl.DataFrame:
    """One row per person: shares of time by the sensor, mean, spread, and what self-care took a day."""
    columns = {"name": [one.name for one in subjects], "group": [one.group for one in subjects], **tally.summary()}
    for name, source in zip(("rescue_carbs_g_per_day", "correction_u_per_day"), CARE_OUTPUTS, strict=True):
        columns[name] = taken.get(source, np.zeros(len(subjects))) / days
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
        return f"{glucose_in(value, unit):.{unit.decimals}f}"
    return f"{value:.1f}"
