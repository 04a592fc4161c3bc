"""The kinds of tables in a Glooko export, told apart by their columns, in English or German."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.activity import ActivityType
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.observation import DeviceEventKind
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import ANY_SENSOR_RANGE, METER_RANGE, glucose_readings, unit_in_header
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.pump.extended_bolus import with_durations
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

TIME_NAMES = ("timestamp", "zeitstempel")

_ENGLISH = MappingProxyType(
    {
        "zeitstempel": "timestamp",
        "cgm-glukosewert": "cgm glucose value",
        "glukosewert": "glucose value",
        "manuelles lesen": "manual reading",
        "insulin-typ": "insulin type",
        "blutzuckereingabe": "blood glucose input",
        "kohlenhydrataufnahme": "carbs",
        "carbs input": "carbs",
        "carbohydrates": "carbs",
        "kh": "carbs",
        "abgegebenes insulin": "insulin delivered",
        "dose": "insulin delivered",
        "dosis": "insulin delivered",
        "anfängliche abgabe": "initial delivery",
        "verzögerte abgabe": "extended delivery",
        "dauer": "duration",
        "basal rate": "rate",
        "basalrate": "rate",
        "prozentsatz": "percentage",
        "bolus gesamt": "total bolus",
        "insulin gesamt": "total insulin",
        "basal gesamt": "total basal",
        "alarm/ereignis": "alarm/event",
        "wert": "value",
        "activity type": "activity",
        "intensität": "intensity",
        "eiweiß": "protein",
        "fett": "fat",
        "medication name": "medication",
        "medikamententyp": "medication type",
        "dosage": "dosage",
        "note": "note",
    }
)
"""Names of columns, without their unit, as they are called here."""

_SENSOR_SIGNS = ("cgm glucose value", "trend arrow", "glucose trend", "transmitter id")
_METER_SIGNS = ("manual reading", "reading type", "context", "device", "meter", "notes")
_INSULIN_UNITS = ("u", "e", "units", "iu", "ie", "unit")
_RATE_UNITS = ("units/hr", "u/hr", "u/h", "e/h", "units/h", "ie/h", "iu/h", "e/std", "u/std")
_GRAMS = ("g", "gram", "grams", "gramm")
_MINUTES = ("min", "minutes", "minuten", "mins")
_PARENTHESES = re.compile(r"^(.*?)\s*(?:\(([^()]*)\))?\s*$")
_MASS = r"(?i)^([0-9.,]+) ?(mg|g|mcg|µg)$"
_MG = MappingProxyType({"mg": 1.0, "g": 1000.0, "mcg": 0.001, "µg": 0.001})
_AEROBIC = r"(?i)walk|run|cycl|swim|hik|jog|bik|row|danc|spazier|lauf|rad|schwimm|wander"
_RESISTANCE = r"(?i)strength|weight|resist|kraft"

Streams = dict[str, pl.DataFrame]
Read = tuple[Streams, tuple[Finding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Rows with ``time`` and the file's columns by the names used here."""

    rows: pl.DataFrame
    names: Mapping[str, str]

    def has(self, *names: str) -> bool:
        """Whether there are columns of all these names."""
        return all(name in self.names for name in names)

    def text(self, name: str) -> pl.Expr:
        """A column's texts; blank where there is no such column."""
        return pl.col(self.names[name]) if name in self.names else pl.lit(None, dtype=pl.String)

    def number(self, name: str, *units: str, required: bool = True) -> pl.Series:
        """A column's numbers; blank where there is no such column.

        Raises:
            UnitError: the header names another unit or, where one is required, none.
        """
        if name not in self.names:
            return pl.Series([None] * len(self.rows), dtype=pl.Float64)
        column = self.names[name]
        unit = _split(column)[1]
        if (unit or required) and unit not in units:
            code = ErrorCode.UNKNOWN_UNIT if unit else ErrorCode.MISSING_UNIT
            raise UnitError(
                code,
                f"The column {column!r} should be in {' or '.join(units)}.",
                hint="Export the data from Glooko again; do not edit the headers.",
            )
        return written_numbers(self.rows[column])

    def unread(self, name: str, values: pl.Series) -> int:
        """How many cells of a column are neither blank nor numbers."""
        if name not in self.names:
            return 0
        text = self.rows[self.names[name]]
        return int((values.is_null() & text.is_not_null() & (text != "-")).sum())


def column_names(table: pl.DataFrame) -> dict[str, str]:
    """The file's columns by the names used here, such as ``carbs`` for ``Kohlenhydrataufnahme (g)``."""
    names: dict[str, str] = {}
    for column in table.columns:
        if column not in (LINE, "time"):
            name = _split(column)[0]
            names.setdefault(name if name in TIME_NAMES else _ENGLISH.get(name, name), column)
    return names


def read_kind(rows: pl.DataFrame, names: Mapping[str, str], *, file_name: str) -> Read:
    """The records of a table of any known kind.

    Args:
        rows: texts with ``time``.
        names: of ``column_names``.
        file_name: for messages.

    Raises:
        DataError: the columns are of no known kind.
        UnitError: the unit of a column is missing or unknown.
    """
    table = _Table(rows=rows, names=names)
    for needed, reader in _KINDS:
        if table.has(*needed):
            return reader(table)
    raise DataError(
        ErrorCode.MISSING_COLUMN,
        f"{file_name!r} is a table of Glooko of no known kind.",
        hint=f"Its columns are {', '.join(column for column in rows.columns if column not in (LINE, 'time'))}.",
    )


def _split(column: str) -> tuple[str, str]:
    """A column's name and unit in lower case."""
    found = _PARENTHESES.match(column.strip().lower())
    return (found.group(1), (found.group(2) or "").strip()) if found else (column.lower(), "")


def _glucose(table: _Table) -> Read:
    """Readings of a sensor or, if the columns say so, of a meter."""
    sensor = any(table.has(name) for name in _SENSOR_SIGNS)
    column = table.names["cgm glucose value" if table.has("cgm glucose value") else "glucose value"]
    if not sensor and not any(table.has(name) for name in _METER_SIGNS):
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            f"Nothing beside the column {column!r} says whether a sensor or a meter measured it.",
            hint="Export the data from Glooko again; do not edit the headers.",
        )
    return _readings(table, column, GlucoseKind.CGM if sensor else GlucoseKind.FINGERSTICK)


def _meter(table: _Table) -> Read:
    return _readings(table, table.names["blood glucose"], GlucoseKind.FINGERSTICK)


def _readings(table: _Table, column: str, kind: GlucoseKind) -> Read:
    frame, unread = glucose_readings(
        table.rows.select("time", column),
        column,
        unit=unit_in_header(column),
        kind=kind,
        measuring=ANY_SENSOR_RANGE if kind is GlucoseKind.CGM else METER_RANGE,
    )
    return {"glucose": frame}, unreadable_rows(unread, stream="glucose")


def _boluses(table: _Table) -> Read:
    """Boluses of a pump with their carbohydrate; the duration of an extended part is not in the file."""
    insulin = table.number("insulin delivered", *_INSULIN_UNITS)
    extended = table.number("extended delivery", *_INSULIN_UNITS)
    carbs = table.number("carbs", *_GRAMS)
    words = pl.concat_str([table.text(name).fill_null("") for name in ("insulin type", "bolus type")], separator=" ")
    read = table.rows.select(
        "time",
        words=words,
        total_u=insulin,
        extended_u=extended.fill_null(0.0),
        extended_min=pl.lit(None, dtype=pl.Float64),
        carbs_g=carbs.fill_null(0.0),
    )
    known = read.filter(pl.col("total_u").is_not_null())
    given, steps, duration_findings = with_durations(
        known.filter(pl.col("total_u") > 0).with_columns(
            insulin_u=(pl.col("total_u") - pl.col("extended_u")).clip(lower_bound=0.0)
        )
    )
    nothing = known.filter((pl.col("total_u") <= 0) & (pl.col("carbs_g") <= 0))
    unread = table.unread("insulin delivered", insulin) + table.unread("carbs", carbs)
    # An extended bolus of which the table has only the whole stays a normal one; that it was extended is told.
    unsplit = given.filter(
        pl.col("words").str.contains("(?i)extended|verlängert|dual|combo") & (pl.col("extended_u") <= 0)
    )
    return {
        "bolus": given.select("time", "insulin_u", "extended_u", "extended_min", purpose=_purpose()),
        "meal": read.filter(pl.col("carbs_g") > 0).select("time", "carbs_g"),
        "correction": steps,
    }, (
        *unreadable_rows(unread, stream="bolus"),
        *duration_findings,
        *passed_over(len(unsplit), kinds="the spread of extended boluses, whose parts are not in the file"),
        *findings_in(nothing, FindingCode.NOT_DELIVERED, severity=Severity.INFO, action=Action.DROPPED, stream="bolus"),
    )


def _purpose() -> pl.Expr:
    return (
        pl.when(pl.col("words").str.contains("(?i)auto|micro"))
        .then(pl.lit(str(DosePurpose.AUTOMATED)))
        .when(pl.col("carbs_g") > 0)
        .then(pl.lit(str(DosePurpose.MEAL)))
        .when(pl.col("words").str.contains("(?i)corre|korrektur"))
        .then(pl.lit(str(DosePurpose.CORRECTION)))
        .otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    )


def _basal(table: _Table) -> Read:
    """Basal segments; where the rate is blank it follows from what was delivered."""
    rate = table.number("rate", *_RATE_UNITS, required=False)
    delivered = table.number("insulin delivered", *_INSULIN_UNITS)
    minutes = table.number("duration", *_MINUTES)
    words = pl.concat_str([table.text(name).fill_null("") for name in ("insulin type", "type")], separator=" ")
    read = table.rows.select(
        "time",
        duration_min=minutes,
        rate_u_per_h=rate.fill_null(delivered / minutes * 60.0),
        kind=pl.when(words.str.contains("(?i)suspen|unterbr|gestoppt"))
        .then(pl.lit(str(BasalKind.SUSPENDED)))
        .when(words.str.contains("(?i)temp"))
        .then(pl.lit(str(BasalKind.TEMPORARY)))
        .when(words.str.contains("(?i)auto"))
        .then(pl.lit(str(BasalKind.AUTOMATED)))
        .otherwise(pl.lit(str(BasalKind.SCHEDULED))),
    ).with_columns(
        rate_u_per_h=pl.when((pl.col("kind") == str(BasalKind.SUSPENDED)) & pl.col("rate_u_per_h").is_null())
        .then(0.0)
        .otherwise("rate_u_per_h")
    )
    known = read.filter(pl.col("duration_min").is_not_null() & pl.col("rate_u_per_h").is_finite())
    return {"basal": known}, unreadable_rows(len(read) - len(known), stream="basal")


def _totals(table: _Table) -> Read:
    return {}, passed_over(len(table.rows), kinds="daily totals of insulin")


def _typed_insulin(table: _Table) -> Read:
    """Injections that were typed in, or doses of a pump named as such."""
    name = "insulin delivered" if table.has("insulin delivered") else "value"
    dose = table.number(name, *_INSULIN_UNITS, required=name == "insulin delivered")
    product = pl.coalesce(table.text("name"), table.text("insulin type"), pl.lit("unknown")).str.to_lowercase()
    pump = pl.concat_str([table.text(one).fill_null("") for one in ("method", "device")], separator=" ")
    read = table.rows.select(
        "time",
        insulin_u=dose,
        product=product,
        method=table.text("method").fill_null(""),
        pump=pump.str.contains("(?i)pump|bolus|basal"),
    ).filter(pl.col("insulin_u").is_not_null())
    bolus = read.filter(pl.col("pump") & pl.col("method").str.contains("(?i)bolus"))
    basal = read.filter(pl.col("pump") & ~pl.col("method").str.contains("(?i)bolus"))
    return {
        "pen": read.filter(~pl.col("pump")).select("time", "insulin_u", "product"),
        "bolus": bolus.select("time", "insulin_u"),
    }, (
        *unreadable_rows(table.unread(name, dose), stream="pen"),
        *passed_over(len(basal), kinds="basal doses of a pump without their duration"),
    )


def _food(table: _Table) -> Read:
    """Carbohydrate, with protein and fat where their unit is given."""
    carbs = table.number("carbs", *_GRAMS)
    in_grams = [name for name in ("protein", "fat") if table.has(name) and _split(table.names[name])[1] in _GRAMS]
    nutrients = {f"{name}_g": table.number(name, *_GRAMS) for name in in_grams}
    note = pl.coalesce(table.text("food description"), table.text("name"), pl.lit(""))
    read = table.rows.select("time", carbs_g=carbs, note=note, **nutrients)
    return {"meal": read.filter(pl.col("carbs_g").is_not_null())}, (
        unreadable_rows(table.unread("carbs", carbs), stream="meal")
    )


def _exercise(table: _Table) -> Read:
    minutes = table.number("duration", *_MINUTES)
    note = pl.coalesce(table.text("activity"), table.text("name"), pl.lit(""))
    kind = pl.when(note.str.contains(_RESISTANCE)).then(pl.lit(str(ActivityType.RESISTANCE)))
    kind = kind.when(note.str.contains(_AEROBIC)).then(pl.lit(str(ActivityType.AEROBIC)))
    read = table.rows.select(
        "time", duration_min=minutes, activity_type=kind.otherwise(pl.lit(str(ActivityType.UNKNOWN))), note=note
    )
    known = read.filter(pl.col("duration_min").is_not_null())
    return {"activity": known}, unreadable_rows(len(read) - len(known), stream="activity")


def _medication(table: _Table) -> Read:
    """Medicines whose dose is a mass; others, such as tablets, are passed over."""
    name = pl.coalesce(table.text("medication"), table.text("name"), pl.lit("unknown"))
    dose = pl.coalesce(table.text("dosage"), table.text("value"))
    read = table.rows.select("time", medication=name.str.to_lowercase(), dose=dose)
    scale = read["dose"].str.extract(_MASS, 2).str.to_lowercase().replace_strict(dict(_MG), default=None)
    known = read.with_columns(
        dose_mg=written_numbers(read["dose"].str.extract(_MASS, 1)) * scale.cast(pl.Float64)
    ).filter(pl.col("dose_mg").is_not_null())
    others = passed_over(len(read) - len(known), kinds="medicines whose dose is not in mg or g")
    return {"medication": known.drop("dose")}, others


def _notes(table: _Table) -> Read:
    text = pl.coalesce(table.text("note"), table.text("notes"), table.text("value"))
    return {"note": table.rows.select("time", text=text).filter(pl.col("text").is_not_null())}, ()


def _alarms(table: _Table) -> Read:
    events = table.rows.select(
        "time", kind=pl.lit(str(DeviceEventKind.ALARM)), detail=table.text("alarm/event").fill_null("")
    )
    return {"device": events}, ()


_KINDS: tuple[tuple[tuple[str, ...], Callable[[_Table], Read]], ...] = (
    (("alarm/event",), _alarms),
    (("cgm glucose value",), _glucose),
    (("total insulin",), _totals),
    (("total bolus",), _totals),
    (("rate",), _basal),
    (("bolus type", "insulin delivered"), _boluses),
    (("carbs", "insulin delivered"), _boluses),
    (("glucose value",), _glucose),
    (("blood glucose",), _meter),
    (("insulin type", "insulin delivered"), _typed_insulin),
    (("insulin type", "value"), _typed_insulin),
    (("carbs",), _food),
    (("medication",), _medication),
    (("medication type",), _medication),
    (("activity",), _exercise),
    (("intensity",), _exercise),
    (("note",), _notes),
    (("value",), _notes),
)
"""What a table is by the columns that it has; the first that fits."""
