"""FIT files and their traps."""

import hashlib
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fitdecode.utils import compute_crc

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError
from glucotwin.domain.activity import Activity, ActivityType, HeartRate, HeartRateVariability, Sleep, SleepStage
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.health.garmin_fit import GarminFitFormat
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
NIGHT = datetime(2024, 3, 1, 0, 0, tzinfo=UTC)
RECORD, SESSION, MONITORING, SLEEP_LEVEL, HRV_VALUE, FILE_ID, STRESS = 20, 18, 55, 275, 371, 0, 227
TIME = (253, "I")
BASE_TYPES = {"I": 0x86, "H": 0x84, "B": 0x02}


def seconds(time: datetime) -> int:
    return int((time - EPOCH).total_seconds())


def message(number: int, fields: list[tuple[int, str]], *rows: tuple[int, ...]) -> bytes:
    """A definition of one kind of message and messages of it."""
    sizes = b"".join(struct.pack("<3B", field, struct.calcsize(f"<{form}"), BASE_TYPES[form]) for field, form in fields)
    definition = struct.pack("<BBBHB", 0x40, 0, 0, number, len(fields)) + sizes
    form = "<B" + "".join(one for _, one in fields)
    return definition + b"".join(struct.pack(form, 0, *row) for row in rows)


def fit_file(*messages: bytes) -> bytes:
    """A whole FIT file with both checksums."""
    body = b"".join(messages)
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    header += struct.pack("<H", compute_crc(header))
    return header + body + struct.pack("<H", compute_crc(header + body))


def imported(folder: Path, *messages: bytes) -> ImportResult:
    path = folder / "some.fit"
    path.write_bytes(fit_file(*messages))
    return import_path(path)


def heart_rates(*values: int) -> bytes:
    rows = [(seconds(NIGHT) + second, value) for second, value in enumerate(values)]
    return message(RECORD, [TIME, (3, "B")], *rows)


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_heart_rates_of_records(tmp_path: Path) -> None:
    result = imported(tmp_path, heart_rates(61, 255, 63))
    assert [(one.time, one.heart_rate_bpm) for one in result.timeline.records(HeartRate)] == [
        (NIGHT, 61.0),
        (NIGHT + timedelta(seconds=2), 63.0),
    ]


def test_device_is_named_without_its_serial_number(tmp_path: Path) -> None:
    file_id = message(FILE_ID, [(0, "B"), (1, "H"), (2, "H"), (3, "I")], (4, 1, 1967, 3882015183))
    result = imported(tmp_path, file_id, heart_rates(61))
    assert result.timeline.frame(HeartRate)["source"].to_list() == ["garmin-fit fenix2"]


@pytest.mark.parametrize(
    ("sport", "sub_sport", "kind", "note"),
    [
        (1, 0, ActivityType.AEROBIC, "running"),
        (10, 20, ActivityType.RESISTANCE, "training, strength training"),
        (62, 70, ActivityType.HIGH_INTENSITY, "hiit, hiit"),
        (7, 22, ActivityType.MIXED, "soccer, match"),
        (10, 43, ActivityType.UNKNOWN, "training, yoga"),
        (0, 0, ActivityType.UNKNOWN, ""),
    ],
)
def test_session_is_an_activity(tmp_path: Path, sport: int, sub_sport: int, kind: ActivityType, note: str) -> None:
    fields = [TIME, (2, "I"), (7, "I"), (8, "I"), (5, "B"), (6, "B"), (16, "B")]
    start = seconds(NIGHT)
    result = imported(
        tmp_path, message(SESSION, fields, (start + 3700, start, 3_700_000, 3_000_000, sport, sub_sport, 141))
    )
    (activity,) = result.timeline.records(Activity)
    assert (activity.time, activity.duration_min, activity.heart_rate_bpm) == (NIGHT, 50.0, 141.0)
    assert (activity.activity_type, activity.note, activity.steps) == (kind, note, None)


def test_counted_steps_become_the_steps_between_counts(tmp_path: Path) -> None:
    start = seconds(NIGHT)
    walking = [(start, 1000, 6), (start + 60, 1040, 6), (start + 3660, 1100, 6), (start + 3720, 30, 6)]
    running = [(start + 30, 500, 1), (start + 90, 680, 1)]
    rows = sorted(walking + running)
    result = imported(tmp_path, message(MONITORING, [TIME, (3, "I"), (5, "B")], *rows))
    found = [
        ((one.time - NIGHT).total_seconds(), one.duration_min, one.steps) for one in result.timeline.records(Activity)
    ]
    assert found == [(0.0, 1.0, 40.0), (30.0, 1.0, 180.0), (2760.0, 15.0, 60.0), (3660.0, 1.0, 30.0)]


def test_strokes_are_no_steps(tmp_path: Path) -> None:
    start = seconds(NIGHT)
    rows = [(start, 1000, 2), (start + 60, 1040, 2)]
    monitoring = message(MONITORING, [TIME, (3, "I"), (5, "B")], *rows)
    assert imported(tmp_path, monitoring, heart_rates(61)).timeline.frame(Activity).is_empty()


def test_times_of_sixteen_bits_go_on_from_the_last_whole_time(tmp_path: Path) -> None:
    start = seconds(NIGHT)
    whole = message(MONITORING, [TIME, (5, "B")], (start, 6))
    low = [((start + after) & 0xFFFF, 60 + index) for index, after in enumerate((60, 120, 65_000))]
    result = imported(tmp_path, whole, message(MONITORING, [(26, "H"), (27, "B")], *low))
    found = [(one.time - NIGHT).total_seconds() for one in result.timeline.records(HeartRate)]
    assert found == [60.0, 120.0, 65_000.0]


def test_sleep_levels_last_until_the_next_one(tmp_path: Path) -> None:
    start = seconds(NIGHT)
    levels = [(start, 2), (start + 1800, 3), (start + 3600, 0), (start + 3660, 4), (start + 4260, 1)]
    result = imported(tmp_path, message(SLEEP_LEVEL, [TIME, (0, "B")], *levels))
    found = [(one.stage, one.duration_min) for one in result.timeline.records(Sleep)]
    assert found == [(SleepStage.LIGHT, 30.0), (SleepStage.DEEP, 30.0), (SleepStage.REM, 10.0)]
    assert count(result, FindingCode.PASSED_OVER) == 2


def test_variability_is_read_and_stress_passed_over(tmp_path: Path) -> None:
    start = seconds(NIGHT)
    variability = message(HRV_VALUE, [TIME, (0, "H")], (start, 128 * 42), (start + 300, 65535))
    stress = message(STRESS, [(1, "I"), (0, "H")], (start, 33))
    result = imported(tmp_path, variability, stress)
    assert [one.rmssd_ms for one in result.timeline.records(HeartRateVariability)] == [42.0]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.values["kinds"] == "stress level"


def test_clock_that_was_never_set_is_no_time(tmp_path: Path) -> None:
    result = imported(tmp_path, message(RECORD, [TIME, (3, "B")], (1000, 99)), heart_rates(61))
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [61.0]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_files_in_one_are_all_read(tmp_path: Path) -> None:
    path = tmp_path / "two.fit"
    path.write_bytes(fit_file(heart_rates(61)) + fit_file(heart_rates(61, 62)))
    assert len(import_path(path).timeline.frame(HeartRate)) == 2


@pytest.mark.parametrize(("place", "words"), [(2, "header"), (40, "checksum")])
def test_checksum_that_does_not_fit_is_an_error(tmp_path: Path, place: int, words: str) -> None:
    data = bytearray(fit_file(heart_rates(*range(60, 90))))
    data[place] ^= 1
    path = tmp_path / "damaged.fit"
    path.write_bytes(data)
    with pytest.raises(DataError, match=words) as caught:
        import_path(path)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.fit"
    path.write_bytes(fit_file(heart_rates(*range(60, 90)))[:-20])
    with pytest.raises(DataError, match="cut off"):
        import_path(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("FunctionalStrengthTraining", ActivityType.RESISTANCE),
        ("HighIntensityIntervalTraining", ActivityType.HIGH_INTENSITY),
        ("Outdoor Bike", ActivityType.AEROBIC),
        ("trail_running", ActivityType.AEROBIC),
        ("Weight Machines", ActivityType.RESISTANCE),
        ("American Football", ActivityType.MIXED),
        ("Yoga", ActivityType.UNKNOWN),
        ("", ActivityType.UNKNOWN),
    ],
)
def test_names_of_sports_tell_the_kind_of_exercise(name: str, kind: ActivityType) -> None:
    assert activity_type_of(name) is kind


# Counted in the raw files with fitdecode alone.
@pytest.mark.parametrize(
    ("name", "heart_rate_records", "first", "activity", "device"),
    [
        (
            "20170518-191602-1740899583.fit",
            1641,
            (datetime(2017, 5, 18, 16, 37, 30, tzinfo=UTC), 80.0),
            (datetime(2017, 5, 18, 16, 37, 30, tzinfo=UTC), 1707.308 / 60.0, "fitness equipment, indoor rowing", 132.0),
            "vivo_active_hr",
        ),
        (
            "activity-small-fenix2-run.fit",
            2808,
            (datetime(2015, 8, 15, 14, 45, 8, tzinfo=UTC), 69.0),
            (datetime(2015, 8, 15, 14, 45, 8, tzinfo=UTC), 2832.0 / 60.0, "running", None),
            "fenix2",
        ),
        (
            "garmin-fr935-cr.fit",
            16_692,
            (datetime(2018, 3, 24, 10, 42, 8, tzinfo=UTC), 71.0),
            (datetime(2018, 3, 24, 11, 2, 35, tzinfo=UTC), 7552.97 / 60.0, "swimming", 80.0),
            "fr935",
        ),
    ],
)
def test_real_training(
    samples: Path,
    name: str,
    heart_rate_records: int,
    first: tuple[datetime, float],
    activity: tuple[datetime, float, str, float | None],
    device: str,
) -> None:
    timeline = import_path(samples / "exports" / "garmin_fit" / name).timeline
    rates = list(timeline.records(HeartRate))
    assert len(rates) == heart_rate_records
    assert (rates[0].time, rates[0].heart_rate_bpm, rates[0].source) == (*first, f"garmin-fit {device}")
    (session,) = timeline.records(Activity)
    assert (session.time, session.note, session.heart_rate_bpm) == (activity[0], activity[2], activity[3])
    assert session.duration_min == pytest.approx(activity[1], abs=0.02)
    assert session.activity_type is ActivityType.AEROBIC


def pseudorandom(seed: int, below: int) -> int:
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "big") % below


def test_damage_is_always_a_typed_error(samples: Path, tmp_path: Path) -> None:
    data = (samples / "exports" / "garmin_fit" / "20170518-191602-1740899583.fit").read_bytes()
    damaged = [data[: len(data) * part // 20] for part in range(1, 20)]
    for seed in range(50):
        mutated = bytearray(data)
        for place in range(3):
            mutated[pseudorandom(10 * seed + place, len(data))] = pseudorandom(seed, 256)
        damaged.append(bytes(mutated))
    for number, content in enumerate(damaged):
        path = tmp_path / f"{number}.fit"
        path.write_bytes(content)
        with pytest.raises(GlucoTwinError):
            import_path(path, ImportOptions(zone="Europe/Berlin"))


def test_only_its_own_files_are_recognised(samples: Path) -> None:
    for path in (samples / "exports").glob("*/*.*"):
        expected = 1.0 if path.suffix == ".fit" else 0.0
        assert GarminFitFormat().recognise(read_head(path)) == expected, path.name
