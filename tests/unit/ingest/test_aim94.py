"""AIM-94 and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import DosePurpose, PenDose
from glucotwin.domain.observation import Note
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.dataset.aim94 import Aim94Format
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from research_archive import count, member

Write = Callable[..., Path]

ROWS = (
    "04-21-1991\t9:09\t58\t100",
    "04-21-1991\t9:09\t33\t009",
    "04-21-1991\t9:09\t34\t013",
    "04-21-1991\t17:08\t62\t119",
    "04-21-1991\t17:08\t33\t4.5",
    "04-21-1991\t22:51\t66\t0",
)


def imported(write: Write, *rows: str) -> ImportResult:
    return import_path(write(*rows, name="data-00"))


def test_finger_sticks_and_injections_by_their_codes(write: Write) -> None:
    result = imported(write, *ROWS)
    readings = list(result.timeline.records(GlucoseReading))
    assert [(one.time, one.glucose_mgdl, one.kind) for one in readings] == [
        (datetime(1991, 4, 21, 14, 9, tzinfo=UTC), 100.0, GlucoseKind.FINGERSTICK),
        (datetime(1991, 4, 21, 22, 8, tzinfo=UTC), 119.0, GlucoseKind.FINGERSTICK),
    ]
    doses = [(one.insulin_u, one.product, one.purpose) for one in result.timeline.records(PenDose)]
    assert sorted(doses) == [
        (4.5, "regular", DosePurpose.UNKNOWN),
        (9.0, "regular", DosePurpose.UNKNOWN),
        (13.0, "nph", DosePurpose.BASAL),
    ]
    person = result.timeline.person
    assert (person.diabetes_type, person.therapy) == (DiabetesType.TYPE_1, TherapyKind.INJECTIONS)


def test_meals_and_exercise_without_amounts_become_notes(write: Write) -> None:
    result = imported(write, *ROWS)
    assert [one.text for one in result.timeline.records(Note)] == ["Usual meal"]
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_zone_is_that_of_the_university_unless_given(write: Write) -> None:
    assert imported(write, *ROWS).timeline.person.zone == "America/Chicago"
    given = import_path(write(*ROWS, name="data-00"), ImportOptions(zone="Europe/Berlin"))
    assert given.timeline.frame(GlucoseReading)["time"][0] == datetime(1991, 4, 21, 7, 9, tzinfo=UTC)


def test_words_for_out_of_range_are_bounds(write: Write) -> None:
    result = imported(write, *ROWS, "04-22-1991\t12:00\t60\t0Hi", "04-22-1991\t18:00\t62\t0Lo")
    bounds = [(one.glucose_mgdl, one.censoring) for one in result.timeline.records(GlucoseReading)][2:]
    assert bounds == [(400.0, Censoring.HIGH), (40.0, Censoring.LOW)]


def test_what_cannot_be_read_is_counted(write: Write) -> None:
    bad = ("\t138\t33\t3A", "\t004\t33\t21", "04-22-1991\t11:00\t57\t0''", "06-31-1991\t9:00\t58\t120")
    assert count(imported(write, *ROWS, *ROWS, *bad), FindingCode.UNREADABLE_ROWS) == 4


def test_minute_of_one_digit_is_read(write: Write) -> None:
    result = imported(write, *ROWS, "08-20-1991\t11:0\t60\t194")
    assert result.timeline.frame(GlucoseReading)["time"][-1] == datetime(1991, 8, 20, 16, 0, tzinfo=UTC)


def test_undocumented_codes_are_named(write: Write) -> None:
    rows = ("04-22-1991\t7:00\t0\t", "04-22-1991\t8:10\t56\t115", "04-22-1991\t8:20\t4\t12", "04-22-1991\t8:21\t36\t5")
    result = imported(write, *ROWS, *rows)
    kinds = [one.values["kinds"] for one in result.quality.having(FindingCode.PASSED_OVER)]
    assert "undocumented codes 0, 4, 36, 56" in kinds


def test_diary_on_paper_has_uncertain_times(write: Write) -> None:
    rows = [f"10-{day}-1989\t{time}\t58\t120" for day in (10, 11) for time in ("08:00", "12:00", "18:00", "22:00")]
    assert count(imported(write, *rows), FindingCode.UNCERTAIN_TIMES) == 8
    assert not imported(write, *ROWS).quality.having(FindingCode.UNCERTAIN_TIMES)


def test_damage_is_never_anything_but_a_refusal(tmp_path: Path) -> None:
    for data in damaged("\n".join(ROWS).encode()):
        outcome(Aim94Format(), data, tmp_path / "damaged", zone="America/Chicago")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(Aim94Format(), samples / "exports", own="") == []


@pytest.mark.parametrize(
    ("name", "glucose", "pen", "censored"),
    [("data-01", 369, 523, 0), ("data-02", 380, 381, 7), ("data-20", 454, 548, 0)],
)
def test_real_files_are_read(samples: Path, tmp_path: Path, name: str, glucose: int, pen: int, censored: int) -> None:
    result = import_path(member(samples / "datasets" / "uci_aim94" / "uci_aim94.zip", name, tmp_path))
    assert (len(result.timeline.frame(GlucoseReading)), len(result.timeline.frame(PenDose))) == (glucose, pen)
    assert count(result, FindingCode.CENSORED_GLUCOSE) == censored
