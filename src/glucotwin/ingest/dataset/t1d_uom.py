"""T1D-UOM: one CSV per person and kind of data, of 17 adults in Manchester with type 1 diabetes.

Source: Alsuhaymi et al., Scientific Data 2025, Zenodo 15806142 (CC BY 4.0). Dexcom and Libre sensors, pumps and pens,
Garmin watches. Traps, all handled here: dates are day before month, whatever the README says; a basal dose is U/h for
the insulin kind R and U for L; glucose is mmol/L, which no header says; readings share times, and for four weeks of one
person two sensors contradict each other, which is reported as a problem; 0.1 mmol/L stands for no reading; years of
doses and meals are mistyped (2023 for 2024); the start of a night is UTC, as its stages are, although everything else
is local; one file spells a column with a dot and has a nameless one. The five-minute watch files (``UoMsleep…``) are
refused: their clock does not agree with the activity and the nights that the same watch counted (correlation of heart
rate and steps at the written times -0.3 to 0.1 in seven of seven people examined): nothing in them can be placed.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import cast

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.activity import SleepStage
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.correction import left_out
from glucotwin.ingest.dataset.second_sensor import second_sensor
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings, mgdl_of
from glucotwin.ingest.parse.glucose_wording import converted
from glucotwin.ingest.parse.table import LINE, read_table, require_columns
from glucotwin.ingest.parse.timed_table import header_cells, one_per_time, timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.pump.rate_change import LONGEST_HOLD_MIN, segments_until_next
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_head

ZONE = "Europe/London"
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "glucose": ("bg_ts", "value"),
        "bolus": ("bolus_ts", "bolus_dose"),
        "basal": ("basal_ts", "basal_dose", "insulin_kind"),
        "nutrition": ("meal_ts", "meal_type", "meal_tag", "carbs_g", "prot_g", "fat_g", "fibre_g"),
        "activity": ("activity_ts", "activity_type", "step_count", "active_time_s", "start_time_s"),
        "night": ("calendar_date", "duration_in_sec", "start_date_ts", "start_time_offset_s"),
        "watch": ("sleep_ts", "heart_rate", "stress_level_value", "sleep_level"),
    }
)
"""Columns by which each kind of file is recognised."""
LOWEST_MMOLL = 1.0
"""No sensor reads lower; 0.1 stands for no reading."""
LOW_MGDL = 40.0
DEXCOM_TOP_MMOLL = 22.2
"""Highest value of a Dexcom; in a file that goes higher, it is an ordinary value of a Libre."""
LOOP_STEP_MIN = 10.0
"""A pump that logs its rate more often than this is steered by an algorithm."""
LOOP_HOLD_MIN = 30.0
"""How long the last rate of a loop holds in a gap."""
NO_BOUT = ("SEDENTARY", "UNMONITORED")
EARLIEST_S, LATEST_S = 1_577_836_800, 2_524_608_000
"""2020 and 2050 as Unix time."""
STAGES = MappingProxyType(
    {"deep": SleepStage.DEEP, "light": SleepStage.LIGHT, "rem": SleepStage.REM, "awake": SleepStage.AWAKE}
)


class T1dUomFormat(DataFormat):
    """Reads one file of T1D-UOM; the kind is told by its header."""

    name = "t1d-uom"
    title = "a T1D-UOM file"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header has all the columns of one kind."""
        return 1.0 if _kind_of(head.header) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one file (see the module for what is corrected).

        Raises:
            DataError: it is a five-minute watch file, whose times cannot be right.
        """
        progress("reading the file", 0.0)
        kind = _kind_of(read_head(path).header)
        if kind == "watch":
            raise _watch_refused(path)
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, ragged=True)
        require_columns(table, COLUMNS[kind or "glucose"], title="A T1D-UOM file")
        progress("sorting out rows", 0.5)
        streams, therapy, findings = _READERS[kind or "glucose"](table, options.zone or ZONE)
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(zone=ZONE, adult=True, diabetes_type=DiabetesType.TYPE_1, therapy=therapy),
            findings=findings,
        )


Read = tuple[dict[str, pl.DataFrame], TherapyKind | None, tuple[Finding, ...]]


def _kind_of(header: str) -> str | None:
    cells = set(header_cells(header))
    return next((kind for kind, columns in COLUMNS.items() if cells.issuperset(columns)), None)


def _watch_refused(path: Path) -> DataError:
    return DataError(
        ErrorCode.INVALID_VALUE,
        f"The clock of the five-minute watch values in {path.name!r} does not agree with the activity and the nights "
        "that the same watch counted; nothing in the file can be placed.",
        hint="Import the activity and sleep-time files of the same person instead.",
    )


def _glucose(table: pl.DataFrame, zone: str) -> Read:
    rows, findings = timed_rows(table, "bg_ts", zone=zone, orders=(DateOrder.DAY_FIRST,))
    values = written_numbers(rows["value"])
    highest = values.max()
    dexcom = isinstance(highest, float) and highest <= DEXCOM_TOP_MMOLL + 0.01
    measuring = MeasuringRange(low_mgdl=LOW_MGDL, high_mgdl=400.0, tops_mgdl=(400.0,) if dexcom else (500.0,))
    none = rows.with_columns(mgdl=mgdl_of(values, GlucoseUnit.MMOLL)).filter(values < LOWEST_MMOLL)
    read, unreadable = glucose_readings(
        rows.filter((values >= LOWEST_MMOLL) | values.is_null()).select("time", "value"),
        "value",
        unit=GlucoseUnit.MMOLL,
        kind=GlucoseKind.CGM,
        measuring=measuring,
    )
    glucose, repeated = one_per_time(read)
    code, action = FindingCode.IMPOSSIBLE_VALUES, Action.DROPPED
    streams = {
        "glucose": glucose,
        "correction": left_out(
            none.select("time", source=pl.lit("t1d-uom"), glucose_mgdl="mgdl").drop_nulls(),
            stream="glucose",
            quantity="glucose_mgdl",
            code=code,
        ),
    }
    return (
        streams,
        None,
        (
            *findings,
            *unreadable_rows(unreadable, stream="glucose"),
            *findings_in(none, code, severity=Severity.WARNING, action=action, stream="glucose"),
            *repeated,
            *second_sensor(glucose),
            *converted(glucose, GlucoseUnit.MMOLL),
        ),
    )


def _bolus(table: pl.DataFrame, zone: str) -> Read:
    rows, findings = timed_rows(table, "bolus_ts", zone=zone, orders=(DateOrder.DAY_FIRST,), typed_by_hand=True)
    dosed = rows.with_columns(insulin_u=written_numbers(rows["bolus_dose"]))
    nothing = dosed.filter(pl.col("insulin_u") == 0)
    return (
        {"bolus": dosed.filter(pl.col("insulin_u") != 0).select("time", "insulin_u")},
        None,
        (
            *findings,
            *unreadable_rows(dosed["insulin_u"].null_count(), stream="bolus"),
            *findings_in(
                nothing,
                FindingCode.CANCELLED_BOLUSES,
                severity=Severity.INFO,
                action=Action.DROPPED,
                stream="bolus",
            ),
        ),
    )


def _basal(table: pl.DataFrame, zone: str) -> Read:
    """Rates of a pump (kind R) until the next, injections of long-acting insulin (kind L)."""
    rows, findings = timed_rows(table, "basal_ts", zone=zone, orders=(DateOrder.DAY_FIRST,), typed_by_hand=True)
    dosed = rows.with_columns(
        dose=written_numbers(rows["basal_dose"]), letter=pl.col("insulin_kind").str.to_uppercase()
    )
    known = dosed.filter(pl.col("dose").is_not_null() & pl.col("letter").is_in(["R", "L"]))
    rates = known.filter(pl.col("letter") == "R").select("time", rate_u_per_h="dose")
    injected = known.filter(pl.col("letter") == "L").select(
        "time", insulin_u="dose", product=pl.lit("long"), purpose=pl.lit(str(DosePurpose.BASAL))
    )
    basal, repeated = _segments(rates)
    streams = {name: frame for name, frame in (("basal", basal), ("pen", injected)) if len(frame)}
    therapy = {(True, False): TherapyKind.PUMP, (False, True): TherapyKind.INJECTIONS}
    return (
        streams,
        therapy.get((not rates.is_empty(), not injected.is_empty())),
        (*findings, *unreadable_rows(len(dosed) - len(known), stream="basal"), *repeated),
    )


def _segments(rates: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    ordered = rates.sort("time", maintain_order=True)
    replaced = ordered.filter(pl.col("rate_u_per_h") != pl.col("rate_u_per_h").last().over("time"))
    step = ordered["time"].unique(maintain_order=True).diff().dt.total_minutes().median()
    loop = isinstance(step, float) and step <= LOOP_STEP_MIN
    segments = segments_until_next(ordered, longest_min=LOOP_HOLD_MIN if loop else LONGEST_HOLD_MIN)
    kind = BasalKind.AUTOMATED if loop else BasalKind.SCHEDULED
    code, severity, action = FindingCode.REPEATED_BASAL_TIMES, Severity.INFO, Action.DROPPED
    return segments.with_columns(kind=pl.lit(str(kind))), findings_in(
        replaced, code, severity=severity, action=action, stream="basal"
    )


def _nutrition(table: pl.DataFrame, zone: str) -> Read:
    rows, findings = timed_rows(table, "meal_ts", zone=zone, orders=(DateOrder.DAY_FIRST,), typed_by_hand=True)
    names = {"carbs_g": "carbs_g", "prot_g": "protein_g", "fat_g": "fat_g", "fibre_g": "fibre_g"}
    numbers = [written_numbers(rows[column]).alias(name) for column, name in names.items()]
    note = pl.concat_str(pl.col("meal_type"), pl.col("meal_tag"), separator=": ", ignore_nulls=True)
    meals = rows.select("time", note=note).with_columns(numbers)
    counted = meals.filter(pl.col("carbs_g").is_not_null())
    uncounted = passed_over(len(meals) - len(counted), kinds="meals without carbohydrate")
    return {"meal": counted}, None, (*findings, *uncounted)


def _activity(table: pl.DataFrame, zone: str) -> Read:
    """Bouts within the watch's quarters of an hour; they carry Unix times, so that the zone does not matter."""
    del zone
    rows = table.select(
        pl.col("activity_type").str.to_uppercase().fill_null(""),
        start=written_numbers(table["start_time_s"]),
        duration_min=written_numbers(table["active_time_s"]) / 60.0,
        steps=written_numbers(table["step_count"]),
    )
    fits = pl.col("start").is_between(EARLIEST_S, LATEST_S) & pl.col("duration_min").is_not_null()
    known = rows.filter(fits)
    bouts = known.filter(~pl.col("activity_type").is_in(NO_BOUT))
    kinds = {name: str(activity_type_of(name.capitalize())) for name in bouts["activity_type"].unique()}
    activity = bouts.select(
        "duration_min",
        "steps",
        time=_instant(pl.col("start")),
        activity_type=pl.col("activity_type").replace_strict(kinds, return_dtype=pl.String),
        note=pl.col("activity_type").str.replace_all("_", " ").str.to_lowercase(),
    )
    findings = (
        *unreadable_rows(len(rows) - len(known), stream="activity"),
        *passed_over(len(known) - len(bouts), kinds="quarters of an hour without movement"),
    )
    return {"activity": activity}, None, findings


def _instant(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds.cast(pl.Int64), time_unit="s").dt.replace_time_zone("UTC").cast(TIME_TYPE)


def _night(table: pl.DataFrame, zone: str) -> Read:
    """Stages of sleep; where a night has none, the night as a whole."""
    del zone
    right = {name: name.replace("map.", "map_") for name in table.columns if "map." in name}
    table = table.rename({old: new for old, new in right.items() if new not in table.columns})
    rows, findings = timed_rows(table, "start_date_ts", zone="UTC", orders=(DateOrder.DAY_FIRST,))
    whole = written_numbers(rows["duration_in_sec"]) / 60.0
    stretches: list[tuple[datetime, float, str]] = []
    unreadable, unmeasured = 0, 0
    for row, minutes in zip(rows.drop(LINE).iter_rows(named=True), whole, strict=True):
        try:
            stages = list(_stages(row))
            unmeasured += len(_stretches(row.get("sleep_levels_map_unmeasurable")))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            unreadable += 1
            continue
        if not stages and minutes is not None:
            stages = [(row["time"], minutes, str(SleepStage.ASLEEP))]
        stretches += stages
    schema = {"time": TIME_TYPE, "duration_min": pl.Float64(), "stage": pl.String()}
    sleep = pl.DataFrame(stretches, schema=schema, orient="row")
    left_out = passed_over(unmeasured, kinds="stretches of sleep that the watch could not measure")
    return {"sleep": sleep}, None, (*findings, *unreadable_rows(unreadable, stream="sleep"), *left_out)


def _stages(row: Mapping[str, object]) -> Iterator[tuple[datetime, float, str]]:
    for name, stage in STAGES.items():
        for start, end in _stretches(row.get(f"sleep_levels_map_{name}")):
            yield datetime.fromtimestamp(start, UTC), (end - start) / 60.0, str(stage)


def _stretches(text: object) -> list[tuple[int, int]]:
    """Unix times in ``[{"startTimeInSeconds": …, "endTimeInSeconds": …}, …]``.

    Raises:
        ValueError: a stretch ends before it starts or lies in another age.
    """
    if not isinstance(text, str):
        return []
    found = cast("list[Mapping[str, int]]", json.loads(text))
    pairs = [(int(one["startTimeInSeconds"]), int(one["endTimeInSeconds"])) for one in found]
    if not all(EARLIEST_S <= start <= end <= LATEST_S for start, end in pairs):
        raise ValueError(text)
    return pairs


_READERS: Mapping[str, Callable[[pl.DataFrame, str], Read]] = MappingProxyType(
    {
        "glucose": _glucose,
        "bolus": _bolus,
        "basal": _basal,
        "nutrition": _nutrition,
        "activity": _activity,
        "night": _night,
    }
)
