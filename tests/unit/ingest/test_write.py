"""Exports: what a format can carry comes back as it was, and what it cannot is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from carried_part import carried_part
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_folder
from glucotwin.domain.activity import Activity, ActivityType, HeartRate, Sleep
from glucotwin.domain.condition import AlcoholIntake
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import KetoneReading, LabResult, MedicationDose, Note, NoteKind
from glucotwin.domain.person import DiabetesType, Person, Sex, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path
from glucotwin.ingest.write.loss import Loss
from glucotwin.ingest.write.registry import WRITERS, find_writer
from glucotwin.ingest.write.writer import Written

START = datetime(2024, 3, 30, 22, tzinfo=UTC)
"""The night in which Europe's clocks change."""
ZONE = "Europe/Berlin"
PSEUDONYM = "somebody-7"
PERSON = Person(
    person_id=PSEUDONYM,
    zone=ZONE,
    birth_year=1980,
    sex=Sex.FEMALE,
    diabetes_type=DiabetesType.TYPE_1,
    weights=(WeightEntry(day=date(2024, 3, 1), weight_kg=70.0),),
    cgm_device="Dexcom G6",
)
READABLE = tuple(name for name in WRITERS if name != "parquet")


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def records() -> Sequence[Record]:
    """Every kind of record, with whatever its fields can say."""
    return [
        *(GlucoseReading(time=after(5 * step), glucose_mgdl=90.0 + step) for step in range(60)),
        GlucoseReading(time=after(300.0041), glucose_mgdl=40.0, censoring=Censoring.LOW),
        GlucoseReading(time=after(305), glucose_mgdl=400.0, censoring=Censoring.HIGH),
        GlucoseReading(time=after(7), glucose_mgdl=101.5, kind=GlucoseKind.FINGERSTICK),
        GlucoseReading(time=after(8), glucose_mgdl=102.0, kind=GlucoseKind.SCAN),
        GlucoseReading(time=after(9), glucose_mgdl=103.0, kind=GlucoseKind.LAB),
        GlucoseReading(time=after(310), glucose_mgdl=120.0, original_mgdl=12.0),
        Bolus(time=after(10), insulin_u=4.25),
        Bolus(time=after(50), insulin_u=0.1, purpose=DosePurpose.AUTOMATED),
        Bolus(time=after(90), insulin_u=0.0, extended_u=2.0, extended_min=120.0, purpose=DosePurpose.MEAL),
        Bolus(time=after(130), insulin_u=3.0, extended_u=1.5, extended_min=45.0, purpose=DosePurpose.CORRECTION),
        BasalSegment(time=after(0), duration_min=60.0, rate_u_per_h=0.8),
        BasalSegment(time=after(60), duration_min=30.0, rate_u_per_h=1.25, kind=BasalKind.TEMPORARY),
        BasalSegment(time=after(90), duration_min=5.0, rate_u_per_h=12.5, kind=BasalKind.AUTOMATED),
        BasalSegment(time=after(95), duration_min=25.0, rate_u_per_h=0.0, kind=BasalKind.SUSPENDED),
        PenDose(time=after(20), insulin_u=18.0, product="glargine-u100", purpose=DosePurpose.BASAL),
        PenDose(time=after(30), insulin_u=5.0, product="rapid"),
        PenDose(time=after(40), insulin_u=6.0, product="study insulin", purpose=DosePurpose.MEAL),
        Meal(
            time=after(12), carbs_g=45.0, protein_g=12.5, fat_g=8.0, fibre_g=4.0, duration_min=20.0, note="soup, bread"
        ),
        Meal(time=after(140), carbs_g=15.0, absorption=Absorption.FAST),
        Meal(time=after(200), carbs_g=60.0, absorption=Absorption.SLOW, note='pizza "four cheeses"'),
        Activity(time=after(150), duration_min=40.0, activity_type=ActivityType.AEROBIC, heart_rate_bpm=131.0),
        Activity(time=after(210), duration_min=20.0, intensity_fraction=0.5, steps=2000.0),
        HeartRate(time=after(151), heart_rate_bpm=88.0),
        Sleep(time=after(60), duration_min=400.0),
        KetoneReading(time=after(33), ketone_mmoll=0.4),
        LabResult(time=after(34), analyte="4548-4", value=7.1, unit="%"),
        LabResult(time=after(35), analyte="home test", value=3.0, unit="mmol/L"),
        MedicationDose(time=after(36), medication="Metformin", dose_mg=850.0),
        AlcoholIntake(time=after(240), alcohol_g=14.0),
        Note(time=after(37), text="slept badly"),
        Note(time=after(38), kind=NoteKind.ILLNESS, text="fever", duration_min=600.0),
    ]


def settings() -> TherapySettings:
    return TherapySettings(
        valid_from=START,
        basal_u_per_h=DailySchedule(starts=(time(0), time(6)), values=(0.8, 1.0)),
        carb_ratio_g_per_u=DailySchedule.constant(10.0),
        correction_factor_mgdl_per_u=DailySchedule.constant(45.0),
        target_low_mgdl=DailySchedule.constant(100.0),
        target_high_mgdl=DailySchedule(starts=(time(0), time(22)), values=(120.0, 140.0)),
        insulin_duration_min=300.0,
    )


@cache
def timeline() -> Timeline:
    return Timeline.from_records(PERSON, records(), [settings()])


def written(name: str, folder: Path, data: Timeline | None = None) -> tuple[Path, Written]:
    writer = find_writer(name)
    path = folder / f"export{writer.suffix}"
    return path, writer.write(data or timeline(), path)


@pytest.mark.parametrize("name", READABLE)
def test_what_a_format_carries_comes_back(name: str, tmp_path: Path) -> None:
    writer = WRITERS[name]
    path, _ = written(name, tmp_path)
    back = import_path(path, ImportOptions(zone=ZONE)).timeline
    assert set(back.streams) == {stream for stream in timeline().streams if stream in writer.carried}
    for stream, frame in back.streams.items():
        wanted = carried_part(writer, timeline(), stream)
        order = ["time", *(column for column in frame.columns if column not in {"time", "source"})]
        assert_frame_equal(
            frame.drop("source").sort(order), wanted.drop("source").sort(order), rel_tol=1e-9, abs_tol=1e-6
        )


@pytest.mark.parametrize("name", READABLE)
def test_what_comes_back_can_be_written_again_the_same(name: str, tmp_path: Path) -> None:
    path, _ = written(name, tmp_path)
    back = import_path(path, ImportOptions(zone=ZONE, person_id=PSEUDONYM)).timeline
    (tmp_path / "again").mkdir()
    again, _ = written(name, tmp_path / "again", back)
    second = import_path(again, ImportOptions(zone=ZONE)).timeline
    for stream, frame in back.streams.items():
        assert_frame_equal(second.streams[stream], frame, rel_tol=1e-9, abs_tol=1e-6)


def test_parquet_holds_every_stream_as_it_is(tmp_path: Path) -> None:
    path, result = written("parquet", tmp_path)
    assert {file.stem for file in path.iterdir()} == set(timeline().streams)
    for stream, frame in timeline().streams.items():
        assert_frame_equal(pl.read_parquet(path / f"{stream}.parquet"), frame)
    assert {one.stream for one in result.losses} == {"settings", "person"}


def test_settings_and_zone_come_back_from_tidepool(tmp_path: Path) -> None:
    path, _ = written("tidepool", tmp_path)
    back = import_path(path).timeline
    (read,) = back.settings
    assert (back.person.zone, back.person.cgm_device) == (ZONE, "Dexcom G6")
    assert read.valid_from == START
    assert read.basal_u_per_h == DailySchedule(starts=(time(0), time(6)), values=(0.8, 1.0))
    assert read.correction_factor_mgdl_per_u == DailySchedule.constant(45.0)
    assert read.target_low_mgdl == DailySchedule(starts=(time(0), time(22)), values=(100.0, 100.0))
    assert read.target_high_mgdl == DailySchedule(starts=(time(0), time(22)), values=(120.0, 140.0))
    assert read.insulin_duration_min == 300.0


def test_person_comes_back_from_fhir_without_a_name(tmp_path: Path) -> None:
    path, _ = written("fhir", tmp_path)
    back = import_path(path).timeline.person
    assert back == replace(PERSON, person_id=back.person_id, therapy=back.therapy)
    patient = json.loads(path.read_text())["entry"][0]["resource"]
    assert (patient["birthDate"], patient["gender"]) == ("1980", "female")


@pytest.mark.parametrize("name", WRITERS)
def test_pseudonym_and_sources_are_not_written(name: str, tmp_path: Path) -> None:
    path, _ = written(name, tmp_path)
    files = list(path.iterdir()) if path.is_dir() else [path]
    assert files
    assert not any(PSEUDONYM.encode() in file.read_bytes() for file in files)


def test_bundle_is_valid_fhir_with_the_profile_of_the_cgm_guide(tmp_path: Path) -> None:
    from fhir.resources.R4B.bundle import Bundle

    path, result = written("fhir", tmp_path)
    bundle: dict[str, Any] = json.loads(path.read_text())
    assert Bundle.model_validate(bundle).get_resource_type() == "Bundle"
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    sensor = [entry["resource"] for entry in bundle["entry"] if "meta" in entry["resource"]]
    assert len(sensor) == 64
    assert sensor[0]["code"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "99504-3",
        "display": "Glucose [Mass/volume] in Interstitial fluid",
    }
    assert sensor[0]["valueQuantity"] == {
        "value": 90.0,
        "unit": "mg/dl",
        "system": "http://unitsofmeasure.org",
        "code": "mg/dL",
    }
    assert sensor[0]["effectiveDateTime"] == "2024-03-30T22:00:00Z"
    assert sensor[0]["subject"]["reference"] == urls[0]
    assert result.records["glucose"] == 66


def test_same_timeline_gives_the_same_bytes(tmp_path: Path) -> None:
    first, _ = written("fhir", tmp_path)
    before = first.read_bytes()
    again, _ = written("fhir", tmp_path)
    assert again.read_bytes() == before


def losses(name: str, tmp_path: Path) -> Mapping[tuple[str, tuple[str, ...]], int]:
    _, result = written(name, tmp_path)
    return {(one.stream, one.fields): one.count for one in result.losses}


def test_every_loss_is_told(tmp_path: Path) -> None:
    told = losses("csv", tmp_path)
    assert told[("lab", ())] == 2
    assert told[("glucose", ())] == 2
    assert told[("glucose", ("original_mgdl",))] == 1
    assert told[("bolus", ("purpose",))] == 3
    assert told[("basal", ("kind",))] == 3
    assert told[("meal", ("absorption",))] == 2
    assert told[("settings", ())] == 1
    assert ("person", ("zone", "birth_year", "sex", "weights", "diabetes_type", "cgm_device")) in told


def test_what_nightscout_words_otherwise_is_told(tmp_path: Path) -> None:
    told = losses("nightscout", tmp_path)
    assert told[("glucose", ("glucose_mgdl",))] == 1
    assert told[("basal", ("kind",))] == 1
    assert told[("pen", ("product",))] == 1
    assert told[("note", ())] == 1


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (Loss(stream="lab", count=2), "Not written: 2 records of lab."),
        (Loss(stream="basal", count=1, fields=("kind",)), "Of 1 record of basal is not written: kind."),
        (Loss(stream="person", count=1, fields=("sex",)), "Of the person is not written: sex."),
        (Loss(stream="note", count=1, reason="no text"), "Not written: 1 record of note (no text)."),
    ],
)
def test_losses_are_sentences(loss: Loss, text: str) -> None:
    assert loss.text == text
    assert loss.to_json()["text"] == text


def test_records_without_effect_are_left_out_and_told(tmp_path: Path) -> None:
    nothing = [
        Bolus(time=START, insulin_u=0.0),
        BasalSegment(time=START, duration_min=0.0, rate_u_per_h=1.0),
        KetoneReading(time=START, ketone_mmoll=0.2),
    ]
    path, result = written("csv", tmp_path, Timeline.from_records(PERSON, nothing))
    assert [one.text for one in result.losses[:2]] == [
        "Not written: 1 record of bolus (without effect).",
        "Not written: 1 record of basal (without effect).",
    ]
    assert path.read_text().splitlines() == ["time,ketone_mmoll", "2024-03-30T22:00:00Z,0.2"]


def test_csv_holds_one_value_at_a_time(tmp_path: Path) -> None:
    twice = [GlucoseReading(time=START, glucose_mgdl=value) for value in (100.0, 110.0)]
    overlapping = [
        BasalSegment(time=after(minutes), duration_min=60.0, rate_u_per_h=rate)
        for minutes, rate in ((0, 1.0), (30, 2.0))
    ]
    path, result = written("csv", tmp_path, Timeline.from_records(PERSON, [*twice, *overlapping]))
    assert path.read_text().splitlines() == [
        "time,glucose_mgdl,basal_u_per_h,basal_duration_min",
        "2024-03-30T22:00:00Z,100.0,,",
        "2024-03-30T22:00:00Z,,1.0,30.0",
        "2024-03-30T22:30:00Z,,2.0,60.0",
    ]
    assert result.losses[-1].text == "Not written: 1 record of glucose (another value at the same time)."
    assert result.records == {"glucose": 1, "basal": 2}


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "parquet"])
def test_timeline_that_a_format_cannot_carry_is_refused(name: str, tmp_path: Path) -> None:
    only = Timeline.from_records(PERSON, [AlcoholIntake(time=START, alcohol_g=14.0)])
    with pytest.raises(DataError) as caught:
        written(name, tmp_path, only)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_missing_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        written(name, tmp_path / "absent")


def test_what_is_no_valid_fhir_is_never_written(tmp_path: Path) -> None:
    nameless = Timeline.from_records(PERSON, [MedicationDose(time=START, medication="", dose_mg=5.0)])
    with pytest.raises(DataError, match="MedicationAdministration"):
        written("fhir", tmp_path, nameless)
    assert list(tmp_path.iterdir()) == []


def failing(folder: Path) -> None:
    (folder / "half.json").write_text("[")
    raise OSError("the disk is full")


def test_folder_that_cannot_be_filled_leaves_the_old_one(tmp_path: Path) -> None:
    path, _ = written("parquet", tmp_path)
    before = sorted(file.name for file in path.iterdir())
    with pytest.raises(OSError, match="full"):
        replace_folder(path, failing)
    assert sorted(file.name for file in path.iterdir()) == before
    assert [child.name for child in tmp_path.iterdir()] == ["export"]


def test_folder_is_replaced_whole(tmp_path: Path) -> None:
    written("nightscout", tmp_path)
    only_glucose = Timeline.from_records(PERSON, [GlucoseReading(time=START, glucose_mgdl=100.0)])
    path, _ = written("nightscout", tmp_path, only_glucose)
    assert [file.name for file in path.iterdir()] == ["entries.json"]


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError) as caught:
        find_writer("xml")
    assert "fhir, tidepool, nightscout, csv, parquet" in caught.value.hint
