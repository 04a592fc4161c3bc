"""Cohorts on disk: what comes back, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.provenance import make_manifest
from glucotwin.physiology.cohort_file import METADATA_KEY, SCHEMA, load_cohort, save_cohort
from glucotwin.physiology.registry import body_entry
from glucotwin.physiology.subject import DailyDose, Subject

BODY = "padova-t1d"
PUBLISHED = body_entry(BODY).subjects()[:3]
COMPLETE = tuple(
    replace(
        one,
        basal_profile_u_per_h=tuple(0.1 * (hour + 1) / 3.0 for hour in range(24)),
        carb_ratio_profile_g_per_u=tuple(10.0 + hour / 7.0 for hour in range(24)),
        sex="female",
        height_cm=170.0 + 1.0 / 3.0,
        ethnicity="japanese",
    )
    for one in PUBLISHED
)
MINIMAL = body_entry("minimal").subjects()
BY_THE_CLOCK = tuple(
    replace(one, daily_doses=(DailyDose(product="glargine-u100", minute_of_day=1320, dose_u=20.0 / 3.0),))
    for one in PUBLISHED[:2]
)


def saved(folder: Path, subjects: tuple[Subject, ...] = PUBLISHED) -> Path:
    return save_cohort(subjects, folder / "people.parquet", body=BODY, manifest=make_manifest(SCHEMA, seed=7))


def refused(path: Path) -> ErrorCode:
    with pytest.raises(DataError) as raised:
        load_cohort(path)
    assert path.name in raised.value.message
    assert raised.value.hint
    return raised.value.code


def with_metadata(path: Path, metadata: dict[str, str]) -> Path:
    pl.read_parquet(path).write_parquet(path, metadata=metadata)
    return path


@pytest.mark.parametrize(
    "subjects",
    [PUBLISHED, COMPLETE, (*PUBLISHED, *COMPLETE), MINIMAL, (*BY_THE_CLOCK, PUBLISHED[2])],
    ids=["published", "complete", "mixed", "sparse", "injecting"],
)
def test_people_come_back_exactly_and_in_order(tmp_path: Path, subjects: tuple[Subject, ...]) -> None:
    cohort = load_cohort(saved(tmp_path, subjects))
    assert cohort.subjects == subjects
    assert cohort.body == BODY


def test_file_tells_what_it_was_made_from(tmp_path: Path) -> None:
    manifest = load_cohort(saved(tmp_path)).manifest
    assert manifest["schema"] == SCHEMA
    assert manifest["seed"] == 7
    assert manifest["versions"]


def test_saving_again_replaces_the_file_and_leaves_nothing_beside(tmp_path: Path) -> None:
    saved(tmp_path)
    path = saved(tmp_path, COMPLETE)
    assert load_cohort(path).subjects == COMPLETE
    assert list(tmp_path.iterdir()) == [path]


def test_cohort_that_cannot_take_its_place_leaves_no_half_of_itself(tmp_path: Path) -> None:
    (tmp_path / "people.parquet").mkdir()
    with pytest.raises(OSError, match="directory"):
        saved(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["people.parquet"]


def test_missing_folder_and_missing_file_are_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no folder"):
        saved(tmp_path / "absent")
    with pytest.raises(NotFoundError, match=r"no file .*absent\.parquet.*glucotwin cohort create"):
        load_cohort(tmp_path / "absent.parquet")


def test_other_files_are_no_cohort(tmp_path: Path) -> None:
    text = tmp_path / "text.parquet"
    text.write_text("name,weight_kg\nanna,60\n")
    table = tmp_path / "table.parquet"
    pl.DataFrame({"name": ["anna"]}).write_parquet(table)
    torn = saved(tmp_path)
    torn.write_bytes(torn.read_bytes()[:-20])
    assert {refused(path) for path in (text, table, torn)} == {ErrorCode.UNREADABLE_FILE}


@pytest.mark.parametrize("content", ["not json", "{}", json.dumps({"schema": "glucotwin-timeline/1"})])
def test_table_with_other_metadata_is_no_cohort(tmp_path: Path, content: str) -> None:
    assert refused(with_metadata(saved(tmp_path), {METADATA_KEY: content})) is ErrorCode.UNREADABLE_FILE


def test_newer_format_is_refused_as_such(tmp_path: Path) -> None:
    newer = with_metadata(saved(tmp_path), {METADATA_KEY: json.dumps({"schema": "glucotwin-cohort/3", "body": BODY})})
    assert refused(newer) is ErrorCode.UNSUPPORTED_VERSION


@pytest.mark.parametrize("column", ["weight_kg", "basal_profile_u_per_h"])
def test_cohort_that_lacks_a_column_is_damaged(tmp_path: Path, column: str) -> None:
    path = saved(tmp_path)
    metadata = pl.read_parquet_metadata(path)
    pl.read_parquet(path).drop(column).write_parquet(path, metadata={METADATA_KEY: metadata[METADATA_KEY]})
    assert refused(path) is ErrorCode.DAMAGED_ARTEFACT


def test_first_version_which_knew_no_daily_doses_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path)
    manifest = json.loads(pl.read_parquet_metadata(path)[METADATA_KEY])
    older = json.dumps({**manifest, "schema": "glucotwin-cohort/1"})
    pl.read_parquet(path).drop("daily_doses").write_parquet(path, metadata={METADATA_KEY: older})
    assert load_cohort(path).subjects == PUBLISHED
