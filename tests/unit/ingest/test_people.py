from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glucotwin.core.error import DataError
from glucotwin.domain.archive import save_timeline
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.people import read_people

COLUMNS = (
    "EventDateTime,DeviceMode,BolusType,Basal,CorrectionDelivered,TotalBolusInsulinDelivered,FoodDelivered,CarbSize,CGM"
)
START = datetime(2024, 3, 1, tzinfo=UTC)


def write_subject(folder: Path, number: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{START + timedelta(minutes=5 * step):%Y-%m-%d %H:%M:%S},,,0.8,,,,,{110 + number}" for step in range(300)]
    path = folder / f"Subject {number}.csv"
    path.write_text("\n".join([COLUMNS, *rows]) + "\n")
    return path


def timeline(name: str) -> Timeline:
    readings = [GlucoseReading(time=START + timedelta(minutes=5 * step), glucose_mgdl=120.0) for step in range(12)]
    return Timeline.from_records(Person(person_id=name), readings)


def names(*paths: Path) -> list[str]:
    return [one.person.person_id for one in read_people(paths).timelines]


def test_a_research_sets_file_names_say_whose_they_are(tmp_path: Path) -> None:
    for number in (7, 12):
        write_subject(tmp_path / "records" / f"Subject {number}", number)
    found = read_people([tmp_path])
    assert [one.person.person_id for one in found.timelines] == ["subject-12", "subject-7"]
    assert found.timelines[0].frame(GlucoseReading)["glucose_mgdl"][0] == 122.0
    assert found.left_out == ()


def test_what_is_no_data_belongs_to_nobody(tmp_path: Path) -> None:
    write_subject(tmp_path, 3)
    (tmp_path / "README.md").write_text("about the set")
    assert names(tmp_path) == ["subject-3"]


def test_timelines_folders_are_people(tmp_path: Path) -> None:
    for name in ("ann", "ben"):
        save_timeline(timeline(name), tmp_path / name)
    assert names(tmp_path) == ["ann", "ben"]
    assert names(tmp_path / "ann") == ["ann"]
    assert names(tmp_path / "ann", tmp_path / "ben") == ["ann", "ben"]


def test_two_people_of_one_name_are_refused(tmp_path: Path) -> None:
    save_timeline(timeline("ann"), tmp_path / "one")
    save_timeline(timeline("ann"), tmp_path / "two")
    with pytest.raises(DataError, match="Two people are called 'ann'"):
        read_people([tmp_path / "one", tmp_path / "two"])


def test_a_folder_with_nobody_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("about the set")
    with pytest.raises(DataError, match="Nobody"):
        read_people([tmp_path])


def test_a_path_without_anybody_and_a_damaged_timeline_are_told_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    for name in ("ann", "ben"):
        save_timeline(timeline(name), tmp_path / "people" / name)
    for file in (tmp_path / "people" / "ben").glob("*.parquet"):
        file.write_text("damaged")
    (tmp_path / "about.md").write_text("about the set")
    found = read_people([tmp_path / "people", tmp_path / "about.md"])
    assert [one.person.person_id for one in found.timelines] == ["ann"]
    assert [one.person_id for one in found.left_out] == ["ben", "about"]
    assert all(one.reason for one in found.left_out)
    alone = read_people([tmp_path / "people" / "ann", tmp_path / "people" / "ben"])
    assert [one.person_id for one in alone.left_out] == ["ben"]
