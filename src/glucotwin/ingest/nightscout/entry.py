"""Nightscout's entries: readings of sensors, finger-sticks and calibrations.

Values are in mg/dL whatever the site displays. Small whole numbers are codes of the sensor's errors (1 to 12), 39
stands for LOW, 400 and 401 for HIGH; xDrip marks a reading that it could not make with 38.
"""

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.observation import DeviceEventKind
from glucotwin.ingest.nightscout.document import (
    Converted,
    Documents,
    are_deleted,
    numbers,
    omissions,
    sources,
    texts,
    times_of,
    unreadable,
)
from glucotwin.ingest.quality import Action, FindingCode, Severity, findings_in

LARGEST_CODE = 12
LOW_MGDL = 39.0
HIGH_MGDL = (400.0, 401.0)
XDRIP_ERROR = 38.0
LARGEST_MMOLL = 36.0
"""A value in a document that names mmol/L is in that unit only when it is below this."""


def streams_of_entries(documents: Documents, *, zone: str | None = None) -> Converted:
    """Glucose and calibrations of documents of the collection ``entries``.

    Args:
        documents: as JSON gives them, in any order.
        zone: IANA name for times without an offset.

    Raises:
        UnitError: the values are in mmol/L, which Nightscout never stores.
        DataError: a time has no offset and the zone is not known.
    """
    if not documents:
        return Converted(streams={})
    table = _table(documents, zone)
    alive = table.filter(~pl.col("deleted"))
    timed = alive.filter(pl.col("time").is_not_null())
    glucose, converted = _in_mgdl(timed.filter(pl.col("value").is_not_null()))
    _check_unit(glucose)
    codes = glucose.filter(_is_code())
    glucose = glucose.filter(~_is_code())
    calibrations = timed.filter(pl.col("type") == "cal")
    blank = len(timed) - len(glucose) - len(codes) - len(calibrations)
    device = calibrations.select("time", "source", kind=pl.lit(str(DeviceEventKind.SENSOR_CALIBRATION)))
    passed_over = {"sensor error codes": len(codes), "deleted entries": len(table) - len(alive)}
    return Converted(
        streams={"glucose": _glucose(glucose), "device": device},
        findings=(
            *findings_in(
                converted,
                FindingCode.UNITS_CONVERTED,
                severity=Severity.INFO,
                action=Action.CORRECTED,
                stream="glucose",
                unit="mmol/L",
            ),
            *omissions(passed_over, stream="glucose"),
            *unreadable(len(alive) - len(timed) + blank, stream="glucose"),
        ),
    )


def _table(documents: Documents, zone: str | None) -> pl.DataFrame:
    meter = numbers(documents, "mbg")
    kind = texts(documents, "type")
    sensor = numbers(documents, "sgv", "glucose")
    is_meter = (kind == "mbg").fill_null(False) | (sensor.is_null() & meter.is_not_null())
    calibration = (kind == "cal").fill_null(False)
    value = meter.zip_with(is_meter, sensor)
    return pl.DataFrame(
        {
            "time": times_of(
                documents,
                epochs=("date", "mills"),
                written=("dateString", "sysTime", "created_at", "date"),
                zone=zone,
                written_first=False,
            ),
            "value": value.set(calibration, None).alias("value"),
            "type": kind.zip_with(~is_meter, pl.Series(["mbg"])),
            "unit": texts(documents, "units").str.to_lowercase(),
            "source": sources(documents, "app", "device", "enteredBy"),
            "deleted": are_deleted(documents),
        }
    )


def _in_mgdl(readings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Readings in mg/dL, and those of them whose document named mmol/L."""
    mmoll = (pl.col("unit").str.contains("mmol", literal=True) & (pl.col("value") < LARGEST_MMOLL)).fill_null(False)
    value = pl.when(mmoll).then((pl.col("value") * MGDL_PER_MMOLL).round(2)).otherwise("value")
    return readings.with_columns(value.alias("value")), readings.filter(mmoll)


def _check_unit(readings: pl.DataFrame) -> None:
    """Passes unless most values are small and broken numbers, as mmol/L are."""
    broken = (pl.col("value") < LARGEST_MMOLL) & (pl.col("value") != pl.col("value").round())
    if len(readings) and float(readings.select(broken.mean()).item()) > 0.5:
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            "The glucose of this Nightscout file looks like mmol/L, but Nightscout's entries are in mg/dL.",
            hint="Download the entries from the site itself, or name the unit in a field 'units'.",
        )


def _is_code() -> pl.Expr:
    whole = pl.col("value") == pl.col("value").round()
    error = whole & pl.col("value").is_between(0, LARGEST_CODE)
    from_xdrip = pl.col("source").str.ends_with("xDrip") & (pl.col("value") == XDRIP_ERROR)
    return (pl.col("type").fill_null("sgv") == "sgv") & (error | from_xdrip)


def _glucose(readings: pl.DataFrame) -> pl.DataFrame:
    meter = (pl.col("type") == "mbg").fill_null(False)
    censoring = (
        pl.when(~meter & (pl.col("value") == LOW_MGDL))
        .then(pl.lit(str(Censoring.LOW)))
        .when(~meter & pl.col("value").is_in(HIGH_MGDL))
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE)))
    )
    kind = pl.when(meter).then(pl.lit(str(GlucoseKind.FINGERSTICK))).otherwise(pl.lit(str(GlucoseKind.CGM)))
    return readings.select("time", "source", glucose_mgdl="value", kind=kind, censoring=censoring)
