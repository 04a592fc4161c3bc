"""ShanghaiT1DM and ShanghaiT2DM and their traps."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.observation import DeviceEvent, KetoneReading, MedicationDose, Note
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.dataset.shanghai import ShanghaiFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from made_up_workbook import write_workbook
from research_archive import count, member

HEADER = (
    "Date",
    "CGM (mg / dl)",
    "CBG (mg / dl)",
    "Blood Ketone (mmol / L)",
    "Dietary intake",
    "饮食",
    "Insulin dose - s.c.",
    "Non-insulin hypoglycemic agents",
    "CSII - bolus insulin (Novolin R, IU)",
    "CSII - basal insulin (Novolin R, IU / H)",
    "Insulin dose - i.v.",
)
CGM, CBG, KETONE, FOOD, INJECTION, MEDICINE, BOLUS, BASAL, INFUSION = 1, 2, 3, 4, 6, 7, 8, 9, 10
SUSPENSION = "temporarily suspend insulin delivery"


def row(clock: str, cells: dict[int, str]) -> list[str]:
    texts = [f"2021-09-10 {clock}", "100.8", *[""] * 9]
    for place, text in cells.items():
        texts[place] = text
    return texts


def imported(folder: Path, *rows: list[str], header: tuple[str, ...] = HEADER, name: str = "stay.xlsx") -> ImportResult:
    return import_path(write_workbook(folder / name, [header, *rows]))


def test_sensor_finger_stick_and_ketone_at_chinese_time(tmp_path: Path) -> None:
    result = imported(tmp_path, row("08:00:00", {CBG: "140.4", KETONE: "0.3"}), row("08:15:00", {CGM: "39.6"}))
    readings = {(one.kind, one.glucose_mgdl, one.censoring) for one in result.timeline.records(GlucoseReading)}
    assert readings == {
        (GlucoseKind.CGM, 100.8, Censoring.NONE),
        (GlucoseKind.FINGERSTICK, 140.4, Censoring.NONE),
        (GlucoseKind.CGM, 40.0, Censoring.LOW),
    }
    (ketone,) = result.timeline.records(KetoneReading)
    assert (ketone.time, ketone.ketone_mmoll) == (datetime(2021, 9, 10, 0, 0, tzinfo=UTC), 0.3)
    assert result.timeline.person.zone == "Asia/Shanghai"


@pytest.mark.parametrize(("column", "first"), [("CGM ", 100.8), ("CGM (mmol / L)", 5.6 * 18.01559)])
def test_sensor_without_unit_is_what_the_data_set_says(tmp_path: Path, column: str, first: float) -> None:
    value = "5.6" if "mmol" in column else "100.8"
    result = imported(tmp_path, row("08:00:00", {CGM: value}), header=(HEADER[0], column, *HEADER[2:]))
    assert result.timeline.frame(GlucoseReading)["glucose_mgdl"].to_list() == pytest.approx([first])


def test_headers_in_chinese(tmp_path: Path) -> None:
    header = (*HEADER[:5], "进食量", *HEADER[6:9], "胰岛素泵基础量 (Novolin R, IU / H)", HEADER[10])
    result = imported(tmp_path, row("08:00:00", {BASAL: "0.6"}), row("09:00:00", {}), header=header)
    assert [one.rate_u_per_h for one in result.timeline.records(BasalSegment)] == [0.6]


def test_meals_become_notes_whether_described_or_not(tmp_path: Path) -> None:
    result = imported(
        tmp_path, row("08:00:00", {FOOD: "Rice 100 g\nEgg 50 g "}), row("12:00:00", {FOOD: "Data not available"})
    )
    assert [one.text for one in result.timeline.records(Note)] == ["Meal: Rice 100 g; Egg 50 g", "Meal, not described"]
    assert count(result, FindingCode.PASSED_OVER) == 2


@pytest.mark.parametrize(
    ("cell", "doses"),
    [
        ("Novolin R, 8 IU", [(8.0, "regular", DosePurpose.UNKNOWN)]),
        ("insulin\u00a0glargine, 17 IU", [(17.0, "glargine-u100", DosePurpose.BASAL)]),
        ("insulin glarigine, 12 IU", [(12.0, "glargine-u100", DosePurpose.BASAL)]),
        (
            "insulin glargine, 14 IU, Humulin 70/30, 12 IU",
            [(12.0, "humulin 70/30", DosePurpose.UNKNOWN), (14.0, "glargine-u100", DosePurpose.BASAL)],
        ),
        (
            "insulin detemir, 6 IU; Gansulin R, 4 IU",
            [(4.0, "regular", DosePurpose.UNKNOWN), (6.0, "detemir", DosePurpose.BASAL)],
        ),
        ("insulin aspart 70/30, 8 IU ", [(8.0, "insulin aspart 70/30", DosePurpose.UNKNOWN)]),
        ("insulin glulisine, 6 IU", [(6.0, "glulisine", DosePurpose.UNKNOWN)]),
    ],
)
def test_injections_by_their_products(tmp_path: Path, cell: str, doses: list[tuple[float, str, DosePurpose]]) -> None:
    result = imported(tmp_path, row("08:00:00", {INJECTION: cell}))
    found = [(one.insulin_u, one.product, one.purpose) for one in result.timeline.records(PenDose)]
    assert sorted(found) == doses
    assert result.timeline.person.therapy is TherapyKind.INJECTIONS


@pytest.mark.parametrize(
    ("cell", "doses"),
    [
        (" metformin 0.5 g, acarbose 50 mg", [("acarbose", 50.0, "oral"), ("metformin", 500.0, "oral")]),
        (
            "sitagliptinphosphate/metforminhydrochloride tablets 50 mg / 500 mg",
            [("metformin", 500.0, "oral"), ("sitagliptin", 50.0, "oral")],
        ),
        (
            "liraglutide 1.2 mg,  sitagliptin 0.1 g",
            [("liraglutide", 1.2, "subcutaneous"), ("sitagliptin", 100.0, "oral")],
        ),
    ],
)
def test_medicines_in_mg(tmp_path: Path, cell: str, doses: list[tuple[str, float, str]]) -> None:
    result = imported(tmp_path, row("08:00:00", {MEDICINE: cell}))
    found = [(one.medication, one.dose_mg, one.route) for one in result.timeline.records(MedicationDose)]
    assert sorted(found) == doses
    assert result.timeline.person.therapy is TherapyKind.NO_INSULIN
    assert not result.quality.having(FindingCode.UNITS_CONVERTED)


def test_grams_where_milligrams_are_meant_are_put_right_and_told(tmp_path: Path) -> None:
    result = imported(tmp_path, row("08:00:00", {MEDICINE: "voglibose 0.2 g, metformin 0.5 g"}))
    doses = {one.medication: one.dose_mg for one in result.timeline.records(MedicationDose)}
    assert doses == {"voglibose": 0.2, "metformin": 500.0}
    assert count(result, FindingCode.UNITS_CONVERTED) == 1
    assert result.timeline.streams["correction"].select("original", "corrected").row(0) == (200.0, 0.2)


def test_pump_with_suspensions(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        row("08:00:00", {BOLUS: "5", BASAL: "0.7"}),
        row("10:00:00", {BASAL: SUSPENSION}),
        row("11:00:00", {BASAL: "0.4", BOLUS: "0"}),
        row("11:15:00", {BOLUS: SUSPENSION}),
        row("12:00:00", {}),
    )
    basal = [(one.rate_u_per_h, one.duration_min, one.kind) for one in result.timeline.records(BasalSegment)]
    assert basal == [
        (0.7, 120.0, BasalKind.SCHEDULED),
        (0.0, 60.0, BasalKind.SUSPENDED),
        (0.4, 60.0, BasalKind.SCHEDULED),
    ]
    assert [(one.insulin_u, one.product) for one in result.timeline.records(Bolus)] == [(5.0, "regular")]
    assert len(result.timeline.frame(DeviceEvent)) == 2
    assert count(result, FindingCode.CANCELLED_BOLUSES) == 1
    assert result.timeline.person.therapy is TherapyKind.PUMP


def test_infusion_into_a_vein_becomes_a_note(tmp_path: Path) -> None:
    result = imported(tmp_path, row("08:00:00", {INFUSION: " 500ml 0.9% sodium chloride,  12 IU Novolin R"}))
    assert [one.text for one in result.timeline.records(Note)] == [
        "Into a vein: 500ml 0.9% sodium chloride,  12 IU Novolin R"
    ]
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_what_stands_in_the_wrong_cell_is_told(tmp_path: Path) -> None:
    rows = [row("08:00:00", {BOLUS: "acarbose 50 mg"}), row("08:15:00", {INFUSION: HEADER[9]}), row("08:30:00", {})]
    assert count(imported(tmp_path, *rows), FindingCode.UNREADABLE_ROWS) == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1002_0_20210504.xlsx", DiabetesType.TYPE_1),
        ("2027_0_20210521.xlsx", DiabetesType.TYPE_2),
        ("stay.xlsx", DiabetesType.UNKNOWN),
    ],
)
def test_type_of_diabetes_is_the_number_of_the_stay(tmp_path: Path, name: str, kind: DiabetesType) -> None:
    assert imported(tmp_path, row("08:00:00", {}), name=name).timeline.person.diabetes_type is kind


def test_workbook_without_dates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="date") as caught:
        imported(tmp_path, row("08:00:00", {}), header=("Day", *HEADER[1:]))
    assert caught.value.code is ErrorCode.MISSING_COLUMN


def test_damage_is_never_anything_but_a_refusal(tmp_path: Path) -> None:
    place = write_workbook(tmp_path / "whole.xlsx", [HEADER, row("08:00:00", {INJECTION: "Novolin R, 8 IU"})])
    for data in damaged(place.read_bytes()):
        outcome(ShanghaiFormat(), data, tmp_path / "damaged.xlsx", zone="Asia/Shanghai")


@pytest.mark.slow
def test_damaged_real_workbook_is_never_anything_but_a_refusal(samples: Path, tmp_path: Path) -> None:
    archive = samples / "datasets" / "shanghai" / "ShanghaiT1DM_dev.zip"
    for data in damaged(member(archive, "1002_2_20210909.xls", tmp_path).read_bytes()):
        outcome(ShanghaiFormat(), data, tmp_path / "damaged.xls", zone="Asia/Shanghai")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(ShanghaiFormat(), samples / "exports", own="") == []


def test_real_workbook(samples: Path, tmp_path: Path) -> None:
    archive = samples / "datasets" / "shanghai" / "ShanghaiT1DM_dev.zip"
    result = import_path(member(archive, "1002_2_20210909.xls", tmp_path))
    records = {one.stream: one.records for one in result.quality.coverage}
    assert records == {"glucose": 383, "bolus": 11, "basal": 24, "note": 15, "device": 1}
    first = next(iter(result.timeline.records(Bolus)))
    assert (first.time, first.insulin_u) == (datetime(2021, 9, 9, 8, 36, tzinfo=UTC), 7.0)
    rates = [(one.rate_u_per_h, one.duration_min) for one in result.timeline.records(BasalSegment)]
    assert rates[:3] == [(0.7, 240.0), (0.4, 240.0), (1.1, 180.0)]
