"""Nightscout: a folder with ``entries.json`` and ``treatments.json``, arrays of documents as its API gives them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.file import replace_folder
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.meal import Absorption
from glucotwin.domain.observation import NoteKind
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.write.loss import Carried, Loss, all_of
from glucotwin.ingest.write.text import iso_times, write_json_array
from glucotwin.ingest.write.writer import DataWriter

Document = dict[str, object]
Row = Mapping[str, object]

ENTRIES, TREATMENTS = "entries.json", "treatments.json"
FILES = (ENTRIES, TREATMENTS)
LOW_MGDL, HIGH_MGDL = 39.0, 400.0
"""How Nightscout's entries say LOW and HIGH."""
PRODUCTS = frozenset({"rapid", "long", "nph", "detemir", "glargine-u100", "glargine-u300", "degludec", "icodec"})
"""Insulins that Nightscout's apps tell apart by name."""
_ABSORPTION_MIN = MappingProxyType({str(Absorption.FAST): 60, str(Absorption.MEDIUM): 180, str(Absorption.SLOW): 300})
_EVENTS = MappingProxyType(
    {
        str(DosePurpose.MEAL): "Meal Bolus",
        str(DosePurpose.CORRECTION): "Correction Bolus",
        str(DosePurpose.AUTOMATED): "SMB",
    }
)
_PURPOSES = frozenset(_EVENTS)


class NightscoutWriter(DataWriter):
    """Writes Nightscout's entries and treatments; every basal segment becomes a temporary rate."""

    name = "nightscout"
    title = "a folder of Nightscout JSON"
    suffix = ""
    carried = MappingProxyType(
        {
            "glucose": Carried(
                fields=all_of("glucose_mgdl", "kind", "censoring"),
                rows={"kind": frozenset({str(GlucoseKind.CGM), str(GlucoseKind.FINGERSTICK)})},
            ),
            "bolus": Carried(fields={**all_of("insulin_u", "extended_u", "extended_min"), "purpose": _PURPOSES}),
            "basal": Carried(fields=all_of("rate_u_per_h", "duration_min", "kind")),
            "pen": Carried(
                fields={
                    **all_of("insulin_u"),
                    "product": PRODUCTS,
                    "purpose": frozenset({str(DosePurpose.BASAL)}),
                }
            ),
            "meal": Carried(fields=all_of("carbs_g", "protein_g", "fat_g", "duration_min", "absorption", "note")),
            "activity": Carried(fields=all_of("duration_min", "note")),
            "note": Carried(fields=all_of("text"), rows={"kind": frozenset({str(NoteKind.NOTE)})}),
        }
    )

    def write_carried(self, timeline: Timeline, path: Path) -> tuple[Loss, ...]:
        """Writes the two files; one that would be empty is left out."""
        streams = timeline.streams
        entries = {name: frame for name, frame in streams.items() if name == "glucose"}
        treatments = {name: frame for name, frame in streams.items() if name != "glucose"}

        def write(folder: Path) -> None:
            for name, part in ((ENTRIES, entries), (TREATMENTS, treatments)):
                if part:
                    write_json_array(folder / name, documents_of(part))

        replace_folder(path, write)
        return tuple(_losses(streams))


def _losses(streams: Mapping[str, pl.DataFrame]) -> Iterator[Loss]:
    if "glucose" in streams:
        bound = pl.col("censoring") != str(Censoring.NONE)
        other = streams["glucose"].filter(bound & ~pl.col("glucose_mgdl").is_in([LOW_MGDL, HIGH_MGDL]))
        if len(other):
            reason = "bounds are always 39 and 400 mg/dL"
            yield Loss(stream="glucose", count=len(other), fields=("glucose_mgdl",), reason=reason)
    if "basal" in streams:
        scheduled = int((streams["basal"]["kind"] == str(BasalKind.SCHEDULED)).sum())
        if scheduled:
            yield Loss(
                stream="basal", count=scheduled, fields=("kind",), reason="scheduled rates become temporary ones"
            )


def documents_of(streams: Mapping[str, pl.DataFrame]) -> Iterator[Document]:
    """The records of streams as documents, stream by stream in the order of their rows: entries and treatments.

    Args:
        streams: of those that ``NightscoutWriter`` carries.
    """
    for name, frame in streams.items():
        times, epochs = iso_times(frame["time"].dt.round("1ms")), frame["time"].dt.round("1ms").dt.epoch("ms")
        rows: Iterable[Row] = frame.drop("time").iter_rows(named=True)
        for at, epoch_ms, row in zip(times, epochs, rows, strict=True):
            if name == "glucose":
                yield {"date": epoch_ms, "dateString": at, "device": "glucotwin", **_entry(row)}
            else:
                yield {"created_at": at, "enteredBy": "glucotwin", **_TREATMENTS[name](row)}


def _entry(row: Row) -> Document:
    value = row["glucose_mgdl"]
    if row["kind"] == str(GlucoseKind.FINGERSTICK):
        return {"type": "mbg", "mbg": value}
    if row["censoring"] != str(Censoring.NONE):
        value = LOW_MGDL if row["censoring"] == str(Censoring.LOW) else HIGH_MGDL
    return {"type": "sgv", "sgv": value}


def _bolus(row: Row) -> Document:
    insulin, extended = _number(row, "insulin_u"), _number(row, "extended_u")
    event = _EVENTS.get(str(row["purpose"]), "Bolus")
    automatic: Document = {"automatic": True} if event == "SMB" else {}
    if extended <= 0:
        return {"eventType": event, "insulin": insulin, **automatic}
    total = insulin + extended
    return {
        "eventType": "Combo Bolus" if event == "Bolus" else event,
        "insulin": insulin,
        "enteredinsulin": total,
        "splitNow": 100.0 * insulin / total,
        "splitExt": 100.0 * extended / total,
        "duration": _number(row, "extended_min"),
        "relative": extended * 60.0 / _number(row, "extended_min"),
        **automatic,
    }


def _basal(row: Row) -> Document:
    rate = _number(row, "rate_u_per_h")
    document: Document = {
        "eventType": "Temp Basal",
        "duration": _number(row, "duration_min"),
        "absolute": rate,
        "rate": rate,
    }
    if row["kind"] == str(BasalKind.AUTOMATED):
        document["automatic"] = True
    return document | ({"reason": "suspend"} if row["kind"] == str(BasalKind.SUSPENDED) else {})


def _pen(row: Row) -> Document:
    """An injection as xDrip keeps it."""
    insulin, product = _number(row, "insulin_u"), str(row["product"])
    listed = json.dumps([{"insulin": product, "units": insulin}])
    return {"eventType": "Bolus", "insulin": insulin, "insulinInjections": listed}


def _meal(row: Row) -> Document:
    document: Document = {"eventType": "Carb Correction", "carbs": _number(row, "carbs_g")}
    named = (("protein", "protein_g"), ("fat", "fat_g"), ("duration", "duration_min"))
    document |= {name: row[field] for name, field in named if row[field] is not None}
    minutes = _ABSORPTION_MIN.get(str(row["absorption"]))
    document |= {} if minutes is None else {"absorptionTime": minutes}
    return document | ({"notes": row["note"]} if row["note"] else {})


def _activity(row: Row) -> Document:
    named: Document = {"notes": row["note"]} if row["note"] else {}
    return {"eventType": "Exercise", "duration": _number(row, "duration_min"), **named}


def _note(row: Row) -> Document:
    return {"eventType": "Note", "notes": row["text"]}


_TREATMENTS = MappingProxyType(
    {"bolus": _bolus, "basal": _basal, "pen": _pen, "meal": _meal, "activity": _activity, "note": _note}
)


def _number(row: Row, name: str) -> float:
    value = row[name]
    return value if isinstance(value, float) else 0.0
