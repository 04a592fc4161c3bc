"""What happened to pumps and sensors, out of Nightscout's treatments."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from glucotwin.domain.observation import DeviceEventKind
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

REPEATED_START_MIN = 30.0
"""Starts of a sensor that follow one another sooner are one."""

DEVICE_EVENTS: Mapping[str, DeviceEventKind] = MappingProxyType(
    {
        "site change": DeviceEventKind.SITE_CHANGE,
        "cannula change": DeviceEventKind.SITE_CHANGE,
        "insulin change": DeviceEventKind.RESERVOIR_CHANGE,
        "insulin cartridge change": DeviceEventKind.RESERVOIR_CHANGE,
        "reservoir change": DeviceEventKind.RESERVOIR_CHANGE,
        "sensor start": DeviceEventKind.SENSOR_START,
        "sensor change": DeviceEventKind.SENSOR_START,
        "sensor stop": DeviceEventKind.SENSOR_STOP,
        "suspend pump": DeviceEventKind.PUMP_SUSPEND,
        "resume pump": DeviceEventKind.PUMP_RESUME,
        "profile switch": DeviceEventKind.MODE_CHANGE,
        "temporary override": DeviceEventKind.MODE_CHANGE,
        "temporary override cancel": DeviceEventKind.MODE_CHANGE,
        "temporary target": DeviceEventKind.MODE_CHANGE,
        "temporary target cancel": DeviceEventKind.MODE_CHANGE,
        "openaps offline": DeviceEventKind.MODE_CHANGE,
    }
)
"""Kinds of events by the type of the treatment."""


def device_events_of(table: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Changes of sites, sensors, reservoirs and modes, and suspensions.

    Args:
        table: treatments with ``row``, ``time``, ``source``, ``event`` (the type in lower case), ``duration_min``,
            ``scale`` and ``percentage`` of a change of mode, and ``effective_switch`` for notes of a new profile.
    """
    kind = pl.col("event").replace_strict(
        {name: str(kind) for name, kind in DEVICE_EVENTS.items()}, default=None, return_dtype=pl.String
    )
    mode = str(DeviceEventKind.MODE_CHANGE)
    events = table.with_columns(kind=pl.when("effective_switch").then(pl.lit(mode)).otherwise(kind)).filter(
        pl.col("kind").is_not_null()
    )
    repeated = _repeated_starts(events)
    kept = events.join(repeated.select("row"), on="row", how="anti").sort("row")
    frame = kept.select(
        "time", "source", "kind", detail=pl.when(pl.col("kind") == mode).then(_detail()).otherwise(pl.lit(""))
    )
    return frame, findings_in(
        repeated, FindingCode.DUPLICATE_ROWS, severity=Severity.INFO, action=Action.DROPPED, stream="device"
    )


def _repeated_starts(events: pl.DataFrame) -> pl.DataFrame:
    starts = events.filter(pl.col("kind") == str(DeviceEventKind.SENSOR_START)).sort("time", maintain_order=True)
    return starts.filter((pl.col("time").diff() <= pl.duration(minutes=REPEATED_START_MIN)).fill_null(False))


def _detail() -> pl.Expr:
    """What changed, in words; names of profiles and reasons are the person's own and are left out."""
    name = pl.when("effective_switch").then(pl.lit("profile switch")).otherwise("event")
    percent = pl.coalesce(pl.col("scale") * 100.0, "percentage")
    share = (
        pl.when(percent.is_not_null()).then(pl.format(" {} %", percent.round(0).cast(pl.Int64))).otherwise(pl.lit(""))
    )
    minutes = pl.col("duration_min").round(0).cast(pl.Int64)
    length = pl.when(pl.col("duration_min") > 0).then(pl.format(" for {} min", minutes)).otherwise(pl.lit(""))
    return name + share + length
