"""How glucose was measured when a file does not say: by the device's name, or by how close together readings lie."""

import re

import polars as pl

from glucotwin.domain.glucose import GlucoseKind

SENSOR_INTERVAL_MIN = 20.0
"""A device whose readings mostly lie closer together than this measures by itself."""
LEAST_READINGS = 3
_SENSORS = re.compile(
    r"\bcgm\b|continuous|dexcom|stelo|libre|eversense|guardian|simplera|medtrum|sibionics|aidex|gluroo|enlite", re.I
)
_METERS = re.compile(
    r"contour|one ?touch|verio|accu-?chek|keto-?mojo|glucomen|precision neo|glucometer|meter|strip", re.I
)


def kind_of_device(name: str) -> GlucoseKind | None:
    """How a device of a name measures; None when the name does not tell."""
    if _METERS.search(name):
        return GlucoseKind.FINGERSTICK
    return GlucoseKind.CGM if _SENSORS.search(name) else None


def with_kinds(readings: pl.DataFrame) -> pl.DataFrame:
    """Readings whose kind is known: where it is null, those that mostly lie close together are a sensor's.

    Args:
        readings: ``time`` and ``kind``, null where unknown; all of one person.
    """
    unknown = readings.filter(pl.col("kind").is_null())
    interval = unknown["time"].sort().diff().dt.total_microseconds().median()
    close = isinstance(interval, float) and interval <= SENSOR_INTERVAL_MIN * 60e6 and len(unknown) >= LEAST_READINGS
    kind = GlucoseKind.CGM if close else GlucoseKind.FINGERSTICK
    return readings.with_columns(pl.col("kind").fill_null(str(kind)))
