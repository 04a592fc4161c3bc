"""Nightscout's device status: of what phones and pumps report every few minutes, whether the pump was suspended.

Insulin and carbohydrate on board, forecasts and batteries are worked out by the apps or are no matter of the body; the
doses that they enacted are treatments and are read there.
"""

from collections.abc import Mapping

import polars as pl

from glucotwin.domain.observation import DeviceEventKind
from glucotwin.ingest.nightscout.document import (
    Converted,
    Documents,
    Fields,
    is_true,
    omissions,
    sources,
    times_of,
    unreadable,
)


def streams_of_device_status(documents: Documents, *, zone: str | None = None) -> Converted:
    """When pumps were seen to be suspended and to run again.

    Args:
        documents: of the collection ``devicestatus``, in any order.
        zone: IANA name for times without an offset.

    Raises:
        DataError: a time has no offset and the zone is not known.
    """
    if not documents:
        return Converted(streams={})
    table = pl.DataFrame(
        {
            "time": times_of(
                documents, epochs=("mills", "date"), written=("created_at",), zone=zone, written_first=True
            ),
            "source": sources(documents, "app", "device"),
            "suspended": pl.Series([_is_suspended(one) for one in documents], dtype=pl.Boolean),
        }
    )
    said = table.drop_nulls().sort("time", maintain_order=True)
    changes = said.filter((pl.col("suspended") != pl.col("suspended").shift(1).over("source")).fill_null(False))
    kind = (
        pl.when("suspended")
        .then(pl.lit(str(DeviceEventKind.PUMP_SUSPEND)))
        .otherwise(pl.lit(str(DeviceEventKind.PUMP_RESUME)))
    )
    timed = int(table["time"].is_not_null().sum())
    return Converted(
        streams={"device": changes.select("time", "source", kind=kind)},
        findings=(
            *omissions({"device status": timed - len(changes)}),
            *unreadable(len(table) - timed),
        ),
    )


def _is_suspended(document: Fields) -> bool | None:
    """Whether the pump says that it is suspended; None when it says nothing."""
    pump = document.get("pump")
    if not isinstance(pump, Mapping):
        return None
    status = pump.get("status")
    for part in (pump, status if isinstance(status, Mapping) else {}):
        if "suspended" in part:
            return is_true(part["suspended"])
    return None
