"""Fitbit and Google Takeout files and their traps; all of them made up, because no real file was at hand."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError
from glucotwin.domain.activity import Activity, ActivityType, HeartRate, HeartRateVariability, Sleep, SleepStage
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.health.fitbit import FitbitFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

Write = Callable[..., Path]
BERLIN = ImportOptions(zone="Europe/Berlin")


def imported(write: Write, rows: object, name: str, options: ImportOptions | None = None) -> ImportResult:
    return import_path(write(json.dumps(rows), name=name), options)


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def steps(*values: object) -> list[dict[str, object]]:
    return [{"dateTime": f"03/20/17 23:{54 + index}:00", "value": value} for index, value in enumerate(values)]


def heart_rate(second: int, bpm: object, confidence: int = 3) -> dict[str, object]:
    return {"dateTime": f"03/01/24 08:00:{second:02d}", "value": {"bpm": bpm, "confidence": confidence}}


def night(**fields: object) -> dict[str, object]:
    return {
        "logId": 1,
        "dateOfSleep": "2024-03-31",
        "startTime": "2024-03-31T00:30:00.000",
        "endTime": "2024-03-31T04:30:00.000",
        "duration": 14_400_000,
        "type": "stages",
        **fields,
    }


def exercise(**fields: object) -> dict[str, object]:
    return {
        "logId": 1,
        "activityName": "Run",
        "activityTypeId": 90009,
        "averageHeartRate": 155,
        "duration": 3_600_000,
        "activeDuration": 2_700_000,
        "steps": 5324,
        "startTime": "06/22/15 06:14:49",
        **fields,
    }


def test_steps_are_texts_and_their_times_utc(write: Write) -> None:
    result = imported(write, steps("0", "68", "82"), "steps-2017-03-20.json", BERLIN)
    found = [(one.time, one.duration_min, one.steps) for one in result.timeline.records(Activity)]
    start = datetime(2017, 3, 20, 23, 55, tzinfo=UTC)
    assert found == [(start, 1.0, 68.0), (start + timedelta(minutes=1), 1.0, 82.0)]


def test_months_come_before_days(write: Write) -> None:
    rows = [{"dateTime": "03/04/24 10:00:00", "value": "60"}]
    result = imported(write, rows, "steps-2024-03-04.json")
    assert result.timeline.frame(Activity)["time"].to_list() == [datetime(2024, 3, 4, 10, tzinfo=UTC)]


@pytest.mark.parametrize("name", ["distance-2017-03-20.json", "calories-2017-03-20.json", "very_active_minutes-1.json"])
def test_other_counts_per_minute_are_no_steps(write: Write, name: str) -> None:
    with pytest.raises(DataError) as caught:
        imported(write, steps("441", "1544"), name)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_counts_whose_quantity_nobody_names_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="of what"):
        imported(write, steps("441", "1544"), "minutes.json")


def test_rows_that_cannot_be_read_are_counted(write: Write) -> None:
    rows = [*steps("10", "many", None), "text", {"dateTime": "20.03.2017", "value": "5"}]
    result = imported(write, rows, "steps-2017-03-20.json")
    assert [one.steps for one in result.timeline.records(Activity)] == [10.0]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 4


def test_heart_rate_without_confidence_is_a_placeholder(write: Write) -> None:
    rows = [heart_rate(1, 61), heart_rate(6, 70, confidence=0), heart_rate(11, 62, confidence=1)]
    result = imported(write, rows, "heart_rate-2024-03-01.json")
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [61.0, 62.0]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert (finding.count, finding.values["kinds"]) == (1, "heart rates without confidence")


def test_resting_heart_rates_are_no_measurements(write: Write) -> None:
    rows = [{"dateTime": "05/18/18 00:00:00", "value": {"date": "05/18/18", "value": 70.4, "error": 14.2}}]
    with pytest.raises(DataError) as caught:
        imported(write, rows, "resting_heart_rate-2018-05-18.json")
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_sleep_is_local_and_needs_a_zone(write: Write) -> None:
    with pytest.raises(DataError, match="zone") as caught:
        imported(write, [night()], "sleep-2024-03-31.json")
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_clock_of_a_night_keeps_the_offset_of_its_beginning(write: Write) -> None:
    stages = [
        {"dateTime": "2024-03-31T00:30:00.000", "level": "light", "seconds": 7200},
        {"dateTime": "2024-03-31T02:30:00.000", "level": "deep", "seconds": 3600},
        {"dateTime": "2024-03-31T03:30:00.000", "level": "wake", "seconds": 600},
        {"dateTime": "2024-03-31T03:40:00.000", "level": "rem", "seconds": 3000},
    ]
    short = [{"dateTime": "2024-03-31T01:00:00.000", "level": "wake", "seconds": 60}]
    result = imported(write, [night(levels={"data": stages, "shortData": short})], "sleep-2024-03-31.json", BERLIN)
    found = [(one.time, one.stage, one.duration_min) for one in result.timeline.records(Sleep)]
    start = datetime(2024, 3, 30, 23, 30, tzinfo=UTC)
    assert found == [
        (start, SleepStage.LIGHT, 120.0),
        (start + timedelta(minutes=120), SleepStage.DEEP, 60.0),
        (start + timedelta(minutes=180), SleepStage.AWAKE, 10.0),
        (start + timedelta(minutes=190), SleepStage.REM, 50.0),
    ]
    assert not result.quality.having(FindingCode.SKIPPED_TIMES)
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_night_without_stages_is_one_stretch(write: Write) -> None:
    result = imported(write, [night(levels={"data": []})], "sleep-2024-03-31.json", BERLIN)
    (sleep,) = result.timeline.records(Sleep)
    assert (sleep.stage, sleep.duration_min) == (SleepStage.ASLEEP, 240.0)


def test_exercise_has_a_kind_and_leaves_its_steps_to_the_steps_file(write: Write) -> None:
    result = imported(write, [exercise()], "exercise-0.json")
    (activity,) = result.timeline.records(Activity)
    assert (activity.time, activity.duration_min) == (datetime(2015, 6, 22, 6, 14, 49, tzinfo=UTC), 45.0)
    assert (activity.activity_type, activity.heart_rate_bpm) == (ActivityType.AEROBIC, 155.0)
    assert (activity.note, activity.steps) == ("Run", None)


def test_exercise_without_a_heart_rate_or_an_active_time(write: Write) -> None:
    row = exercise(averageHeartRate=0)
    del row["activeDuration"]
    (activity,) = imported(write, [row], "exercise-0.json").timeline.records(Activity)
    assert (activity.duration_min, activity.heart_rate_bpm) == (60.0, None)


def test_table_of_heart_rates(write: Write) -> None:
    path = write(
        "timestamp,beats per minute,data source",
        "2026-08-20T00:00:04Z,65.0,Some Tracker",
        "2026-08-20T00:00:09.096319Z,62.0,Some Tracker",
        "2026-08-20 02:00:14+02:00,61.0,Some Tracker",
        "yesterday,61.0,Some Tracker",
        name="heart_rate_2026-08-20.csv",
    )
    result = import_path(path)
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [65.0, 62.0, 61.0]
    assert result.timeline.frame(HeartRate)["time"][2] == datetime(2026, 8, 20, 0, 0, 14, tzinfo=UTC)
    assert set(result.timeline.frame(HeartRate)["source"]) == {"fitbit"}
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


@pytest.mark.parametrize("name", ["daily_resting_heart_rate.csv", "renamed.csv"])
def test_table_of_resting_heart_rates_is_passed_over(write: Write, name: str) -> None:
    rows = [f"2026-08-{day}T22:00:00Z,{50 + day},Some Tracker" for day in range(10, 20)]
    with pytest.raises(DataError) as caught:
        import_path(write("timestamp,beats per minute,data source", *rows, name=name))
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


def test_steps_of_two_devices_count_once(write: Write) -> None:
    path = write(
        "timestamp,steps,data source",
        "2026-10-01T06:00:00Z,50,A Tracker",
        "2026-10-01T06:00:00Z,40,A Phone",
        "2026-10-01T06:01:20Z,10,A Phone",
        "2026-10-01T06:01:40Z,12,A Phone",
        name="steps_2026-10-01.csv",
    )
    result = import_path(path)
    start = datetime(2026, 10, 1, 6, tzinfo=UTC)
    assert [(one.time, one.steps) for one in result.timeline.records(Activity)] == [
        (start, 50.0),
        (start + timedelta(minutes=1), 22.0),
    ]
    assert count(result, FindingCode.SOURCES_OVERLAP) == 1


def test_table_of_sleep_stages(write: Write) -> None:
    path = write(
        "sleep_id,sleep_stage_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end",
        "111,1,LIGHT,+02:00,2026-10-04 20:42:00+0000,+02:00,2026-10-04 22:52:00+0000",
        "111,2,REM,+02:00,2026-10-04T22:52:00Z,+02:00,2026-10-05T00:12:00Z",
        "111,3,NEW_KIND,+02:00,2026-10-05T00:12:00Z,+02:00,2026-10-05T00:22:00Z",
        name="UserSleepStages_2026-10-01.csv",
    )
    result = import_path(path)
    found = [(one.time, one.stage, one.duration_min) for one in result.timeline.records(Sleep)]
    assert found == [
        (datetime(2026, 10, 4, 20, 42, tzinfo=UTC), SleepStage.LIGHT, 130.0),
        (datetime(2026, 10, 4, 22, 52, tzinfo=UTC), SleepStage.REM, 80.0),
    ]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_table_of_nights_gives_those_without_stages(write: Write) -> None:
    path = write(
        "sleep_id,sleep_type,minutes_asleep,start_utc_offset,sleep_start,end_utc_offset,sleep_end,data_source",
        "111,STAGES,420,+02:00,2026-10-04T20:30:00Z,+02:00,2026-10-05T04:30:00Z,PASSIVELY_MEASURED",
        "222,CLASSIC,270,-04:00,2026-09-20T03:00:00Z,-04:00,2026-09-20T08:00:00Z,MANUAL",
        name="UserSleeps_2026-10-01.csv",
    )
    result = import_path(path)
    (sleep,) = result.timeline.records(Sleep)
    assert (sleep.time.day, sleep.duration_min, sleep.stage) == (20, 300.0, SleepStage.ASLEEP)
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_table_of_exercises_has_zeros_for_what_was_not_measured(write: Write) -> None:
    path = write(
        "exercise_id,exercise_start,exercise_end,utc_offset,activity_name,tracker_avg_heart_rate,probabilities",
        '1,2026-10-04T12:54:29Z,2026-10-04T14:03:29Z,+02:00,Bike,0,"{""a"": 1, ""b"": 2}"',
        "2,2026-10-05T12:00:00Z,2026-10-05T12:30:00Z,+02:00,Weight Machines,121,",
        name="UserExercises_2026-10-01.csv",
    )
    first, second = import_path(path).timeline.records(Activity)
    assert (first.duration_min, first.activity_type, first.heart_rate_bpm) == (69.0, ActivityType.AEROBIC, None)
    assert (second.duration_min, second.activity_type, second.heart_rate_bpm) == (30.0, ActivityType.RESISTANCE, 121.0)


def test_table_of_variability_is_local(write: Write) -> None:
    lines = ("timestamp,rmssd,coverage,low_frequency,high_frequency", "2024-07-01T03:05:00,32.5,0.98,500.1,300.2")
    path = write(*lines, name="Heart Rate Variability Details - 2024-07-01.csv")
    (one,) = import_path(path, BERLIN).timeline.records(HeartRateVariability)
    assert (one.time, one.rmssd_ms) == (datetime(2024, 7, 1, 1, 5, tzinfo=UTC), 32.5)
    with pytest.raises(DataError) as caught:
        import_path(path)
    assert caught.value.code is ErrorCode.NAIVE_TIME


GOOGLE_FIT_DAY = (
    "Start time,End time,Move Minutes count,Calories (kcal),Average heart rate (bpm),Step count",
    "07:45:00.000+02:00,08:00:00.000+02:00,12,60.1,95.5,1200",
    "23:45:00.000+02:00,00:00:00.000+02:00,,18.0,,30",
)


def test_day_of_google_fit_has_its_date_from_its_name(write: Write) -> None:
    result = import_path(write(*GOOGLE_FIT_DAY, name="2021-09-30.csv"))
    found = [(one.time, one.duration_min, one.steps) for one in result.timeline.records(Activity)]
    assert found == [
        (datetime(2021, 9, 30, 5, 45, tzinfo=UTC), 15.0, 1200.0),
        (datetime(2021, 9, 30, 21, 45, tzinfo=UTC), 15.0, 30.0),
    ]
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [95.5]


def test_table_with_two_columns_of_one_name_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="two columns"):
        import_path(write("timestamp,Steps,steps,data source", "2026-10-01T06:00:00Z,50,40,A", name="steps.csv"))


def test_day_of_google_fit_under_another_name_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="date"):
        import_path(write(*GOOGLE_FIT_DAY, name="some day.csv"))


@pytest.mark.parametrize("text", ["[", "[[[[" * 100_000, '{"a": 1}', "[1, 2"])
def test_array_that_is_damaged_is_refused(write: Write, text: str) -> None:
    start = '[{"dateTime": "03/20/17 23:54:00", "value": "1"},'
    with pytest.raises(DataError) as caught:
        import_path(write(start + text, name="steps-1.json"))
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_year_of_steps_joins_with_its_overlapping_parts(tmp_path: Path) -> None:
    rows = [
        {"dateTime": f"{datetime(2024, 1, 1) + timedelta(minutes=minute):%m/%d/%y %H:%M:%S}", "value": str(minute % 90)}
        for minute in range(2000)
    ]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder, pieces in ((whole, [rows]), (parts, [rows[:1200], rows[800:]])):
        folder.mkdir()
        for number, piece in enumerate(pieces):
            (folder / f"steps-{number}.json").write_text(json.dumps(piece))
    frames = [import_path(folder).timeline.frame(Activity) for folder in (whole, parts)]
    assert frames[0].equals(frames[1])


def pseudorandom(seed: int, below: int) -> int:
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "big") % below


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("steps-1.json", json.dumps(steps("1", "2", "3"))),
        ("heart_rate-1.json", json.dumps([heart_rate(second, 60 + second) for second in range(5)])),
        (
            "sleep-1.json",
            json.dumps([night(levels={"data": [{"dateTime": "2024-03-31T00:30:00.000", "level": "rem"}]})]),
        ),
        ("exercise-0.json", json.dumps([exercise(), exercise()])),
        ("2021-09-30.csv", "\n".join(GOOGLE_FIT_DAY)),
        ("steps_1.csv", "timestamp,steps,data source\n2026-10-01T06:00:00Z,50,A\n2026-10-01T06:00:00Z,40,B\n"),
    ],
)
def test_damage_is_never_anything_but_a_typed_error(tmp_path: Path, name: str, text: str) -> None:
    data = text.encode()
    damaged = [data[: len(data) * part // 20] for part in range(1, 21)]
    for seed in range(50):
        mutated = bytearray(data)
        mutated[pseudorandom(seed, len(data))] = pseudorandom(1000 + seed, 256)
        damaged.append(bytes(mutated))
    for content in damaged:
        path = tmp_path / name
        path.write_bytes(content)
        try:
            import_path(path, BERLIN)
        except GlucoTwinError:
            continue


def test_files_of_others_are_not_recognised(samples: Path) -> None:
    for path in (samples / "exports").glob("*/*.*"):
        assert FitbitFormat().recognise(read_head(path)) == 0.0, path.name
