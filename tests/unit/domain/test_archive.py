"""The on-disk form of a timeline: whole or not at all, trusted or refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.domain import archive
from glucotwin.domain.archive import MANIFEST, SCHEMA, is_timeline, load_timeline, save_timeline, timeline_hash
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import frame_from_records, schema_of
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LINE = Timeline.from_records(
    Person(person_id="p1", zone="Europe/Berlin"),
    [GlucoseReading(time=NOON, glucose_mgdl=100.0), Meal(time=NOON, carbs_g=40.0)],
)
GOLDEN = Path(__file__).parents[2] / "golden" / "archive"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return save_timeline(
        LINE, tmp_path / "line", manifest_inputs={"source": "ab"}, reports={"quality": {"findings": 0}}
    )


def test_manifest_names_version_inputs_and_files(saved: Path) -> None:
    manifest = json.loads((saved / MANIFEST).read_text())
    assert manifest["schema"] == SCHEMA == "glucotwin-timeline/1"
    assert manifest["inputs"] == {"source": "ab"}
    assert manifest["content_sha256"] == timeline_hash(LINE)
    assert set(manifest["files"]) == {path.name for path in saved.iterdir()} - {MANIFEST}
    assert set(manifest["files"]) == {"person.json", "settings.json", "quality.json", "glucose.parquet", "meal.parquet"}


def test_existing_timeline_is_replaced_only_when_asked(saved: Path) -> None:
    other = Timeline.from_records(LINE.person, [Meal(time=NOON, carbs_g=1.0)])
    with pytest.raises(ConflictError) as caught:
        save_timeline(other, saved)
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
    assert timeline_hash(load_timeline(saved)) == timeline_hash(LINE)
    save_timeline(other, saved, overwrite=True)
    assert timeline_hash(load_timeline(saved)) == timeline_hash(other)
    assert [path.name for path in saved.parent.iterdir()] == ["line"]


def test_what_is_no_timeline_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"x")
    with pytest.raises(ConflictError):
        save_timeline(LINE, tmp_path / "photos", overwrite=True)
    assert (tmp_path / "photos" / "cat.png").read_bytes() == b"x"


def test_failure_while_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "sha256_of_file", fail)
    with pytest.raises(OSError, match="No space"):
        save_timeline(LINE, tmp_path / "line")
    assert list(tmp_path.iterdir()) == []


def test_failure_while_replacing_keeps_the_old_one(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def fail_once(self: Path, target: Path) -> Path:
        if target == saved and not saved.exists() and (self / "meal.parquet").exists() and not fail_once.__dict__:
            fail_once.__dict__["done"] = True
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(OSError, match="Permission"):
        save_timeline(LINE, saved, overwrite=True)
    assert timeline_hash(load_timeline(saved)) == timeline_hash(LINE)
    assert [path.name for path in saved.parent.iterdir()] == ["line"]


@pytest.mark.parametrize("name", ["person.json", "settings.json", "glucose.parquet"])
def test_missing_file_is_damage(saved: Path, name: str) -> None:
    (saved / name).unlink()
    assert damage(saved) == f"{saved / name} cannot be trusted: it is missing."


@pytest.mark.parametrize("name", ["person.json", "meal.parquet"])
def test_changed_file_is_damage(saved: Path, name: str) -> None:
    (saved / name).write_bytes((saved / name).read_bytes() + b" ")
    assert "changed after it was written" in damage(saved)


def damage(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_timeline(folder)
    assert caught.value.code is ErrorCode.DAMAGED_ARTEFACT
    return caught.value.message


def with_manifest(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text()) | changes
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "changes",
    [
        {"files": None},
        {"files": {}},
        {"files": {"../person.json": "0", "person.json": "0", "settings.json": "0"}},
        {"files": {"mood.parquet": "0", "person.json": "0", "settings.json": "0"}},
        {"schema": "glucotwin-timeline/one"},
        {"schema": "glucotwin-timeline/0"},
        {"content_sha256": "0"},
    ],
)
def test_manifest_that_does_not_fit_is_damage(saved: Path, changes: dict[str, object]) -> None:
    with_manifest(saved, **changes)
    assert "cannot be trusted" in damage(saved)


def test_newer_version_asks_for_an_update(saved: Path) -> None:
    with_manifest(saved, schema="glucotwin-timeline/2")
    with pytest.raises(DataError) as caught:
        load_timeline(saved)
    assert caught.value.code is ErrorCode.UNSUPPORTED_VERSION


def test_folder_without_a_manifest_is_no_timeline(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("[]")
    for path in (tmp_path, tmp_path / "nothing"):
        assert not is_timeline(path)
        with pytest.raises(NotFoundError):
            load_timeline(path)


def test_hash_does_not_depend_on_the_time_of_writing_or_empty_streams(saved: Path) -> None:
    assert timeline_hash(load_timeline(saved)) == timeline_hash(LINE)
    line = Timeline(person=LINE.person, streams={**LINE.streams, "bolus": LINE.frame(Meal).clear()})
    assert timeline_hash(line) == timeline_hash(LINE)


@pytest.mark.parametrize("version", [1])
def test_archived_timeline_of_every_version_is_read(version: int) -> None:
    line = load_timeline(GOLDEN / f"timeline-{version}")
    assert (line.person.person_id, line.person.zone) == ("archived", "Europe/Berlin")
    assert line.frame(GlucoseReading)["glucose_mgdl"].to_list() == [100.0, 40.0]
    assert [(meal.carbs_g, meal.note) for meal in line.records(Meal)] == [(40.0, "Brötchen")]
    (settings,) = line.settings
    assert settings.basal_u_per_h is not None
    assert settings.basal_u_per_h.at(400.0) == 1.2


def test_timeline_whose_corrections_lack_later_columns_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Correction(time=NOON, stream="meal", quantity="carbs_g", original=400.0, corrected=40.0, reason="x")
    line = replace(LINE, streams={**LINE.streams, "correction": frame_from_records(Correction, [row])})
    columns = ["time", "source", "stream", "quantity", "original", "corrected", "reason"]
    schema = {name: kind for name, kind in schema_of(Correction).items() if name in columns}
    written = line.streams["correction"].select(columns)
    with monkeypatch.context() as older:
        older.setattr(archive, "schema_of", lambda kind: schema if kind is Correction else schema_of(kind))
        older.setattr(type(line), "__post_init__", lambda self: None)
        old = replace(line, streams={**line.streams, "correction": written})
        save_timeline(old, tmp_path / "old")
    assert load_timeline(tmp_path / "old").streams["correction"].equals(line.streams["correction"])
