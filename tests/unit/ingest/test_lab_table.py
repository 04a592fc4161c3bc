"""Tables of laboratory results."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.correction import Correction
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.observation import KetoneReading, LabResult
from glucotwin.ingest.diary.analyte import analytes, names_of_analytes, ucum_codes
from glucotwin.ingest.diary.lab_table import LabTableFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

HEADER = "Date,Time,Test,Value,Unit,Flag,Patient"
GERMAN = "Datum;Uhrzeit;Untersuchung;Ergebnis;Einheit;Referenzbereich"
CODED = "Collected,LOINC,Test,Result,Units"
BERLIN = ImportOptions(zone="Europe/Berlin")
Write = Callable[..., Path]


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows), BERLIN)


def row(test: str, value: str, unit: str) -> str:
    return f"2024-03-05,08:15,{test},{value},{unit},,Jane"


def results(result: ImportResult) -> list[tuple[str, float, str]]:
    return [(one.analyte, one.value, one.unit) for one in result.timeline.records(LabResult)]


@pytest.mark.parametrize(
    ("test", "unit", "analyte", "ucum"),
    [
        ("HbA1c", "%", "4548-4", "%"),
        ("Hemoglobin A1c", "mmol/mol", "59261-8", "mmol/mol"),
        ("LDL Cholesterol", "mg/dl", "2089-1", "mg/dL"),
        ("LDL-C", "mmol/l", "22748-8", "mmol/L"),
        ("Creatinine", "µmol/L", "14682-9", "umol/L"),
        ("Kreatinin", "mg/dL", "2160-0", "mg/dL"),
        ("eGFR", "mL/min/1.73 m²", "69405-9", "mL/min/{1.73_m2}"),
        ("ALT (GPT)", "IU/L", "1742-6", "U/L"),
        ("Albumin/creatinine ratio", "mg/g creatinine", "9318-7", "mg/g"),
        ("UACR", "mg/mmol", "32294-1", "mg/mmol"),
        ("C-Peptide", "nmol/L", "14633-2", "nmol/L"),
        ("c-peptid", "ng/ml", "1986-9", "ng/mL"),
        ("Weight", "lbs", "29463-7", "[lb_av]"),
    ],
)
def test_name_and_unit_make_the_code(write: Write, test: str, unit: str, analyte: str, ucum: str) -> None:
    value = 50.0
    value = 7.0 if ucum in {"%", "nmol/L", "mmol/L", "mg/dL"} else value
    assert results(imported(write, row(test, str(value), unit))) == [(analyte, value, ucum)]


def test_german_tables_are_read(write: Write) -> None:
    rows = ["25.03.2024;08:15;HbA1c;7,2;%;<6,5", "25.03.2024;08:15;Triglyceride;150;mg/dl;"]
    result = imported(write, *rows, header=GERMAN)
    assert results(result) == [("2571-8", 150.0, "mg/dL"), ("4548-4", 7.2, "%")]
    assert result.timeline.frame(LabResult)["time"][0] == datetime(2024, 3, 25, 7, 15, tzinfo=UTC)


def test_a_code_goes_before_a_name(write: Write) -> None:
    rows = ["2024-03-05T08:15:00-05:00,4548-4,Long name,7.2,%", "2024-03-05T08:15:00-05:00,5792-7,Glucose,50,mg/dL"]
    result = import_path(write(CODED, *rows))
    assert results(result) == [("4548-4", 7.2, "%"), ("5792-7", 50.0, "mg/dL")]
    assert not len(result.timeline.frame(GlucoseReading))


def test_tests_that_are_not_known_keep_their_name_and_unit(write: Write) -> None:
    rows = [row("Ferritin", "80", "µg/L"), row("Anti-X", "3", "arb. units")]
    assert results(imported(write, *rows)) == [("Anti-X", 3.0, "arb. units"), ("Ferritin", 80.0, "ug/L")]


def test_glucose_and_ketones_of_a_time_of_day_are_readings(write: Write) -> None:
    rows = [row("Glukose", "6.1", "mmol/L"), row("Fasting glucose", "0.95", "g/L"), row("Ketones", "0.4", "mmol/L")]
    timeline = imported(write, *rows).timeline
    readings = list(timeline.records(GlucoseReading))
    assert sorted(one.glucose_mgdl for one in readings) == pytest.approx([95.0, 109.895099])
    assert {one.kind for one in readings} == {GlucoseKind.LAB}
    assert [one.ketone_mmoll for one in timeline.records(KetoneReading)] == [0.4]


def test_noon_stands_for_a_missing_time_of_day(write: Write) -> None:
    result = imported(write, "2024-03-05,Glucose,95,mg/dL", header="Date,Test,Value,Unit")
    assert results(result) == [("2345-7", 95.0, "mg/dL")]
    assert result.timeline.frame(LabResult)["time"][0] == datetime(2024, 3, 5, 11, tzinfo=UTC)
    assert result.quality.having(FindingCode.UNCERTAIN_TIMES)[0].count == 1


def test_a_time_alone_is_the_whole_time(write: Write) -> None:
    result = imported(write, "2024-03-05 08:15,HbA1c,7.2,%", header="Time,Test,Value,Unit")
    assert result.timeline.frame(LabResult)["time"][0] == datetime(2024, 3, 5, 7, 15, tzinfo=UTC)


def test_results_that_are_no_numbers_are_left_out_and_counted(write: Write) -> None:
    rows = [
        row("HbA1c", "7.2", "%"),
        row("eGFR", ">60", "mL/min/1.73m2"),
        row("CRP", "<5", "mg/L"),
        row("Ketones", "negative", "mmol/L"),
    ]
    result = imported(write, *rows)
    assert results(result) == [("4548-4", 7.2, "%")]
    assert [one.count for one in result.quality.having(FindingCode.UNREADABLE_ROWS)] == [3]


@pytest.mark.parametrize(("unit", "code"), [("mg/l", ErrorCode.UNKNOWN_UNIT), ("", ErrorCode.MISSING_UNIT)])
def test_a_known_test_in_an_unknown_unit_is_refused_with_its_line(write: Write, unit: str, code: ErrorCode) -> None:
    with pytest.raises(UnitError, match="line 3") as error:
        imported(write, row("HbA1c", "7.2", "%"), row("HbA1c", "7.2", unit))
    assert error.value.code is code
    assert "mmol/mol" in error.value.hint


def test_values_that_cannot_be_in_their_unit_are_left_out(write: Write) -> None:
    result = imported(write, row("HbA1c", "55", "%"), row("HbA1c", "6.9", "%"))
    assert results(result) == [("4548-4", 6.9, "%")]
    assert result.quality.having(FindingCode.IMPOSSIBLE_VALUES)[0].count == 1
    (correction,) = result.timeline.records(Correction)
    assert (correction.stream, correction.original, correction.corrected) == ("lab", 55.0, None)


def test_the_zone_must_be_known(write: Write) -> None:
    with pytest.raises(DataError) as error:
        import_path(write(HEADER, row("HbA1c", "7.2", "%")))
    assert error.value.code is ErrorCode.NAIVE_TIME


def test_names_of_patients_are_not_kept(write: Write) -> None:
    result = imported(write, row("HbA1c", "7.2", "%"))
    assert not any("Jane" in str(frame.rows()) for frame in result.timeline.streams.values())


def test_a_table_without_unit_is_none(write: Write) -> None:
    assert LabTableFormat().recognise(read_head(write("Date,Test,Value", "2024-03-05,HbA1c,7"))) == 0.0
    assert 0.5 < LabTableFormat().recognise(read_head(write(HEADER, row("HbA1c", "7.2", "%")))) < 0.9


def test_units_of_the_table_are_known_and_names_unique() -> None:
    known = set(ucum_codes().values())
    assert [one for one in analytes() if not set(one.units) <= known] == []
    assert all(one.low < one.high for one in analytes())
    assert set(names_of_analytes().values()) == {one.name for one in analytes()}
    pairs = [(one.name, unit) for one in analytes() for unit in one.units]
    assert len(pairs) == len(set(pairs))


def test_damage_is_refused_or_survived(tmp_path: Path) -> None:
    rows = [HEADER, *(row(test, "7.2", unit) for test, unit in (("HbA1c", "%"), ("Ferritin", "µg/L"), ("CRP", "mg/L")))]
    for data in damaged("\n".join(rows).encode()):
        outcome(LabTableFormat(), data, tmp_path / "damaged", zone="Europe/Berlin")


def test_no_other_export_is_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(LabTableFormat(), samples / "exports", own="") == []
