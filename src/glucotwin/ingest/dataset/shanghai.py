"""ShanghaiT1DM and ShanghaiT2DM: one workbook per stay of an inpatient, every quarter of an hour.

Source: Zhao et al., Scientific Data 2023;10:35, figshare 21600933 (CC BY 4.0). FreeStyle Libre H; local time of
Shanghai, which has no clock changes. Traps, all handled here: headers are partly Chinese, and two files name the sensor
column ``CGM`` without its unit, which the data set states to be mg/dL; meals are described in words without their
carbohydrate, so that they become notes, and "data not available" stands for a meal nobody described; several insulins
or medicines stand in one cell, partly with hard spaces; the pump's cells hold "temporarily suspend insulin delivery"
among the numbers; some doses of medicines are in g where mg is meant (voglibose 0.2 g). What was infused into a vein
went in at an unknown rate and becomes a note.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.observation import DeviceEventKind, NoteKind
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.correction import corrections
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import METER_RANGE, MeasuringRange, glucose_readings
from glucotwin.ingest.parse.glucose_wording import converted, glucose_unit_in
from glucotwin.ingest.parse.spreadsheet import OLE_MAGIC, read_sheets
from glucotwin.ingest.parse.table import LINE, require_columns
from glucotwin.ingest.parse.timed_table import timed_rows
from glucotwin.ingest.parse.workbook_text import text_in_head
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.pump.rate_change import segments_until_next
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead

ZONE = "Asia/Shanghai"
SIGNS = ("Dietary intake", "Non-insulin hypoglycemic agents")
"""Headers that no other workbook has."""
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "date": r"^date",
        "cgm": r"^cgm",
        "cbg": r"^cbg",
        "ketone": r"ketone",
        "food": r"^dietary",
        "injection": r"s\.c\.",
        "medicine": r"^non-insulin",
        "bolus": r"^csii\s*-?\s*bolus",
        "basal": r"^csii\s*-?\s*basal|基础量",
        "infusion": r"i\.v\.",
    }
)
"""Own names of the columns, and what their headers look like."""
LIBRE_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=500.0, tops_mgdl=(500.0,))
HOLD_MIN = 720.0
"""Rates change every few hours; after half a day without a change the pump was taken off."""
SUSPENDED = "suspend"
NOT_DESCRIBED = "data not available"
PRODUCTS: Mapping[str, str] = MappingProxyType(
    {
        r"70/30|30r|premix": "",
        r"glarg": "glargine-u100",
        r"glarig": "glargine-u100",
        r"detemir": "detemir",
        r"degludec": "degludec",
        r"glulisine": "glulisine",
        r"lispro": "lispro",
        r"aspart": "aspart",
        r"\br$|regular": "regular",
        r"\bn$|nph|isophane": "nph",
    }
)
"""Insulin products by what their names contain; a mixture keeps its own name."""
BASAL_PRODUCTS = ("glargine-u100", "detemir", "degludec", "nph")
LARGEST_DOSE_MG: Mapping[str, float] = MappingProxyType(
    {
        "acarbose": 200.0,
        "canagliflozin": 300.0,
        "dapagliflozin": 10.0,
        "empagliflozin": 25.0,
        "gliclazide": 320.0,
        "glimepiride": 8.0,
        "gliquidone": 120.0,
        "linagliptin": 5.0,
        "liraglutide": 3.0,
        "pioglitazone": 45.0,
        "repaglinide": 4.0,
        "sitagliptin": 100.0,
        "voglibose": 0.6,
    }
)
"""Largest single or daily doses of the products' labels: a dose in g beyond ten times as much was meant in mg."""
_DOSE = re.compile(r"\s*([^,;]*?)[\s,]*(\d+(?:\.\d+)?)\s*(IU|mg|g)\b\s*(?:/\s*(\d+(?:\.\d+)?)\s*(mg|g)\b)?\s*[,;]?")
_STAY = re.compile(r"^([12])\d{3}_\d+_\d{8}$")


class ShanghaiFormat(DataFormat):
    """Reads one workbook of the Shanghai data."""

    name = "shanghai"
    title = "a workbook of the Shanghai data"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when a workbook has the headers of food and of medicines other than insulin."""
        if head.data.startswith(OLE_MAGIC):
            wide = [sign.encode("utf-16-le") for sign in SIGNS]
            narrow = [sign.encode() for sign in SIGNS]
            return 1.0 if any(all(sign in head.data for sign in signs) for signs in (narrow, wide)) else 0.0
        text = text_in_head(head)
        return 1.0 if all(sign in text for sign in SIGNS) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one stay (see the module for what is handled).

        Raises:
            DataError: the workbook is damaged or lacks its columns.
        """
        progress("reading the workbook", 0.0)
        sheets = read_sheets(path, limit_bytes=self.size_limit_bytes, title=self.title)
        table, unit = _table(next(iter(sheets.values()), pl.DataFrame()), path.name)
        progress("sorting out rows", 0.6)
        rows, findings = timed_rows(
            table, "date", zone=options.zone or ZONE, orders=(DateOrder.YEAR_FIRST, DateOrder.MONTH_FIRST)
        )
        rows = rows.sort("time", maintain_order=True)
        streams: dict[str, pl.DataFrame] = {}
        for part in (_glucose(rows, unit), _pump(rows), _doses(rows), _notes(rows)):
            streams |= part[0]
            findings = (*findings, *part[1])
        known = {name: frame for name, frame in streams.items() if len(frame)}
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in known.items()},
            person=_person(path, known),
            findings=findings,
        )


Part = tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]


def _table(sheet: pl.DataFrame, name: str) -> tuple[pl.DataFrame, GlucoseUnit]:
    """The sheet with our names for its columns, and the sensor's unit."""
    if sheet.is_empty():
        raise DataError(ErrorCode.EMPTY_FILE, f"{name!r} has no rows.", hint="Download the data set again.")
    headers = {
        column: re.sub(r"\s+", " ", str(sheet[column][0] or "").replace("\xa0", " ")) for column in sheet.columns
    }
    own = {own: _column_like(headers, pattern) for own, pattern in COLUMNS.items()}
    table = sheet.slice(1).select(
        (pl.col(column).str.replace_all("\u00a0", " ") if column else pl.lit(None, dtype=pl.String)).alias(name)
        for name, column in own.items()
    )
    present = table.select(name for name, column in own.items() if column)
    require_columns(present, ("date", "cgm"), title="A workbook of the Shanghai data")
    unit = glucose_unit_in(headers[own["cgm"] or ""]) or GlucoseUnit.MGDL
    return table.with_row_index(LINE, offset=2), unit


def _column_like(headers: Mapping[str, str], pattern: str) -> str | None:
    fitting = (column for column, header in headers.items() if re.search(pattern, header.strip().lower()))
    return next(fitting, None)


def _glucose(rows: pl.DataFrame, unit: GlucoseUnit) -> Part:
    sensor, unread = glucose_readings(
        rows.select("time", "cgm"), "cgm", unit=unit, kind=GlucoseKind.CGM, measuring=LIBRE_RANGE
    )
    finger, unread_finger = glucose_readings(
        rows.select("time", "cbg"), "cbg", unit=unit, kind=GlucoseKind.FINGERSTICK, measuring=METER_RANGE
    )
    given = rows.filter(pl.col("ketone").is_not_null())
    ketone = given.select("time", ketone_mmoll=written_numbers(given["ketone"])).drop_nulls()
    return {"glucose": pl.concat([sensor, finger]), "ketone": ketone}, (
        *unreadable_rows(unread + unread_finger + len(given) - len(ketone), stream="glucose"),
        *converted(sensor, unit),
    )


def _pump(rows: pl.DataFrame) -> Part:
    """What a pump gave: doses, rates until the next one, and suspensions, which are rates of nothing."""
    given = rows.filter(pl.col("bolus").is_not_null())
    dosed = given.select("time", "bolus", insulin_u=written_numbers(given["bolus"]))
    changed = rows.filter(pl.col("basal").is_not_null())
    suspended = pl.col("basal").str.contains(SUSPENDED)
    rated = changed.select(
        "time",
        suspended=suspended,
        rate_u_per_h=pl.when(suspended).then(0.0).otherwise(written_numbers(changed["basal"])),
        product=pl.lit("regular"),
    )
    kind = pl.when("suspended").then(pl.lit(str(BasalKind.SUSPENDED))).otherwise(pl.lit(str(BasalKind.SCHEDULED)))
    known = rated.filter(pl.col("rate_u_per_h").is_not_null())
    streams = {
        "bolus": dosed.filter(pl.col("insulin_u") > 0).select("time", "insulin_u", product=pl.lit("regular")),
        "basal": _until_the_end(known, rows).select("time", "duration_min", "rate_u_per_h", "product", kind=kind),
        "device": pl.concat(
            [
                dosed.filter(pl.col("bolus").str.contains(SUSPENDED)).select("time"),
                rated.filter("suspended").select("time"),
            ]
        ).with_columns(kind=pl.lit(str(DeviceEventKind.PUMP_SUSPEND))),
    }
    unread = dosed.filter(pl.col("insulin_u").is_null() & ~pl.col("bolus").str.contains(SUSPENDED))
    code, severity, action = FindingCode.CANCELLED_BOLUSES, Severity.INFO, Action.DROPPED
    return streams, (
        *unreadable_rows(len(unread) + len(rated) - len(known), stream="bolus"),
        *findings_in(dosed.filter(pl.col("insulin_u") == 0), code, severity=severity, action=action, stream="bolus"),
    )


def _until_the_end(rates: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Each rate until the next one, and the last until the end of the stay; at most half a day."""
    end = rows.select(pl.col("time").max(), rate_u_per_h=pl.lit(0.0))
    if rates.is_empty() or rates["time"][-1] >= end["time"][0]:
        return segments_until_next(rates, longest_min=HOLD_MIN)
    return segments_until_next(pl.concat([rates, end], how="diagonal"), longest_min=HOLD_MIN)


def _doses(rows: pl.DataFrame) -> Part:
    """Injections, and medicines other than insulin."""
    pens: list[tuple[datetime, float, str, str]] = []
    medicines: list[tuple[datetime, str, float, float, str]] = []
    unread = 0
    for time, cell in rows.select("time", "injection").drop_nulls().iter_rows():
        found = list(_injections(time, cell))
        pens += found
        unread += not found
    for time, cell in rows.select("time", "medicine").drop_nulls().iter_rows():
        found = list(_medicines(time, cell))
        medicines += found
        unread += not found
    pen = pl.DataFrame(
        pens,
        schema={"time": TIME_TYPE, "insulin_u": pl.Float64, "product": pl.String, "purpose": pl.String},
        orient="row",
    )
    schema = {"time": TIME_TYPE, "medication": pl.String, "dose_mg": pl.Float64, "as_written": pl.Float64}
    medication = pl.DataFrame(medicines, schema={**schema, "route": pl.String}, orient="row")
    meant_mg = medication.filter(pl.col("dose_mg") != pl.col("as_written"))
    code, severity, action = FindingCode.UNITS_CONVERTED, Severity.WARNING, Action.CORRECTED
    return (
        {
            "pen": pen,
            "medication": medication.drop("as_written"),
            "correction": corrections(
                meant_mg,
                stream="medication",
                quantity="dose_mg",
                original="as_written",
                corrected="dose_mg",
                code=code,
            ),
        },
        (
            *unreadable_rows(unread, stream="pen"),
            *findings_in(
                meant_mg, code, severity=severity, action=action, stream="medication", unit="g where mg is meant"
            ),
        ),
    )


def _injections(time: datetime, cell: str) -> Iterator[tuple[datetime, float, str, str]]:
    for name, amount, unit, *_ in _DOSE.findall(cell):
        if unit == "IU" and name:
            product = _product(name)
            purpose = DosePurpose.BASAL if product in BASAL_PRODUCTS else DosePurpose.UNKNOWN
            yield time, float(amount), product, str(purpose)


def _product(name: str) -> str:
    plain = re.sub(r"\s+", " ", name).strip().lower()
    known = next((product for pattern, product in PRODUCTS.items() if re.search(pattern, plain)), "")
    return known or plain


def _medicines(time: datetime, cell: str) -> Iterator[tuple[datetime, str, float, float, str]]:
    """``metformin 0.5 g, acarbose 50 mg``, and tablets of two substances, ``a/b tablets 50 mg / 500 mg``."""
    for name, amount, unit, second, second_unit in _DOSE.findall(cell):
        if unit == "IU" or not name:
            continue
        names = re.sub(r"\s+tablets?$", "", name.strip().lower()).split("/") if second else [name.strip().lower()]
        for one, dose, dose_unit in zip(names, (amount, second), (unit, second_unit), strict=False):
            yield time, *_medicine(one, float(dose), dose_unit)


def _medicine(name: str, dose: float, unit: str) -> tuple[str, float, float, str]:
    """A substance, its dose in mg, the dose as written in mg, and its route."""
    written_mg = dose * 1000.0 if unit == "g" else dose
    substance = next((known for known in LARGEST_DOSE_MG if name.startswith(known)), name)
    substance = "metformin" if substance.startswith("metformin") else substance
    meant_mg = unit == "g" and written_mg > 10.0 * LARGEST_DOSE_MG.get(substance, written_mg)
    route = "subcutaneous" if substance.endswith("tide") else "oral"
    return substance, dose if meant_mg else written_mg, written_mg, route


def _notes(rows: pl.DataFrame) -> Part:
    """Meals in words and infusions into a vein."""
    eaten = rows.filter(pl.col("food").is_not_null())
    described = pl.col("food").str.to_lowercase() != NOT_DESCRIBED
    food = pl.col("food").str.replace_all(r"\s*[\r\n]+\s*", "; ").str.replace_all("\t", " ")
    text = pl.when(described).then(pl.concat_str(pl.lit("Meal: "), food)).otherwise(pl.lit("Meal, not described"))
    infused = rows.filter(pl.col("infusion").str.contains(r"\d"))
    notes = [eaten.select("time", text=text)]
    notes += [infused.select("time", text=pl.concat_str(pl.lit("Into a vein: "), pl.col("infusion").str.strip_chars()))]
    return {"note": pl.concat(notes).with_columns(kind=pl.lit(str(NoteKind.NOTE)))}, (
        *passed_over(len(eaten), kinds="meals without carbohydrate, kept as notes"),
        *passed_over(len(infused), kinds="infusions into a vein, kept as notes"),
        *unreadable_rows(rows["infusion"].drop_nulls().len() - len(infused), stream="note"),
    )


def _person(path: Path, streams: Mapping[str, pl.DataFrame]) -> PersonHints:
    """Therapy by what was given; the type of diabetes by the number of the stay, 1… or 2…, as the data set names it."""
    stay = _STAY.match(path.stem)
    kinds = {"1": DiabetesType.TYPE_1, "2": DiabetesType.TYPE_2}
    therapy = next(
        (
            kind
            for name, kind in (
                ("basal", TherapyKind.PUMP),
                ("pen", TherapyKind.INJECTIONS),
                ("medication", TherapyKind.NO_INSULIN),
            )
            if name in streams
        ),
        None,
    )
    return PersonHints(
        zone=ZONE,
        adult=True,
        diabetes_type=kinds[stay.group(1)] if stay else None,
        therapy=therapy,
        cgm_device="FreeStyle Libre",
    )
