"""Cohorts on disk: one Parquet file of virtual people, with what it was made from (``glucotwin-cohort/2``).

The specification is ``docs/reference/cohort-format.md``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_file
from glucotwin.core.provenance import Manifest
from glucotwin.physiology.subject import DailyDose, Subject

SCHEMA = "glucotwin-cohort/2"
READABLE = ("glucotwin-cohort/1", SCHEMA)
"""Versions that are read; the first had no daily doses."""

METADATA_KEY = "glucotwin"
VALUE_PREFIX = "value:"

PLAIN_COLUMNS = (
    "name",
    "weight_kg",
    "basal_u_per_min",
    "age_years",
    "carb_ratio_g_per_u",
    "correction_factor_mgdl_per_u",
    "total_daily_insulin_u",
    "sex",
    "height_cm",
    "ethnicity",
)
DOSE_COLUMN = "daily_doses"
DOSE_TYPE = pl.List(pl.Struct({"product": pl.String, "minute_of_day": pl.Int64, "dose_u": pl.Float64}))
PROFILE_COLUMNS = ("basal_profile_u_per_h", "carb_ratio_profile_g_per_u")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Virtual people of one body.

    Attributes:
        body: name of the body that they are people of.
        subjects: in order.
        manifest: what made them, as JSON values.
    """

    body: str
    subjects: tuple[Subject, ...]
    manifest: Mapping[str, object] = field(default_factory=dict)


def save_cohort(subjects: Sequence[Subject], path: Path, *, body: str, manifest: Manifest) -> Path:
    """Writes a cohort; an earlier file is replaced at once or not at all.

    Args:
        subjects: the people, all with the same values.
        path: the Parquet file.
        body: name of their body.
        manifest: what made them.

    Raises:
        NotFoundError: the folder does not exist.
    """
    columns = {name: [getattr(one, name) for one in subjects] for name in (*PLAIN_COLUMNS, *PROFILE_COLUMNS)}
    values = {f"{VALUE_PREFIX}{name}": [one.values[name] for one in subjects] for name in subjects[0].values}
    content = json.dumps({**manifest.to_json(), "schema": SCHEMA, "body": body})
    doses = [[asdict(dose) for dose in one.daily_doses] for one in subjects]
    frame = pl.DataFrame(columns | values | {DOSE_COLUMN: pl.Series(doses, dtype=DOSE_TYPE)})
    replace_file(path, lambda place: frame.write_parquet(place, metadata={METADATA_KEY: content}))
    return path


def load_cohort(path: Path) -> Cohort:
    """Reads a cohort.

    Raises:
        NotFoundError: there is no such file.
        DataError: it is no cohort, or of a newer version.
    """
    if not path.is_file():
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no file {path}.", hint="Make a cohort with `glucotwin cohort create`."
        )
    manifest = _manifest(path)
    frame = pl.read_parquet(path)
    missing = [name for name in (*PLAIN_COLUMNS, *PROFILE_COLUMNS) if name not in frame.columns]
    if missing:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, f"{path.name} has no column {missing[0]!r}.", hint="Make it again.")
    return Cohort(
        body=str(manifest["body"]),
        subjects=tuple(_subject(row) for row in frame.iter_rows(named=True)),
        manifest=manifest,
    )


def _manifest(path: Path) -> dict[str, object]:
    try:
        text = pl.read_parquet_metadata(path).get(METADATA_KEY, "")
        manifest = json.loads(text) if text else {}
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise DataError(
            ErrorCode.UNREADABLE_FILE, f"{path.name} is no cohort of virtual people.", hint=_HINT
        ) from error
    schema = str(manifest.get("schema", ""))
    if not schema.startswith("glucotwin-cohort/"):
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name} is no cohort of virtual people.", hint=_HINT)
    if schema not in READABLE:
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"{path.name} has the format {schema}; this GlucoTwin reads {SCHEMA}.",
            hint="Update GlucoTwin.",
        )
    return manifest


_HINT = "Make one with `glucotwin cohort create`."


def _subject(row: Mapping[str, object]) -> Subject:
    plain = {name: row[name] for name in PLAIN_COLUMNS}
    profiles = {name: None if row[name] is None else tuple(row[name]) for name in PROFILE_COLUMNS}  # pyright: ignore[reportArgumentType]
    values = {name.removeprefix(VALUE_PREFIX): value for name, value in row.items() if name.startswith(VALUE_PREFIX)}
    doses = tuple(DailyDose(**dose) for dose in row.get(DOSE_COLUMN) or ())  # pyright: ignore[reportGeneralTypeIssues, reportCallIssue, reportArgumentType]
    return Subject(**plain, **profiles, daily_doses=doses, values=values)  # pyright: ignore[reportArgumentType]  # columns as they were written
