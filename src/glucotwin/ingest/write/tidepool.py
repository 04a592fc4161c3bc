"""Tidepool JSON as its API has it: one array of documents, glucose in mmol/L, durations in ms.

Field shapes: tidepool-org/platform ``data/types``. Glucose keeps hundredths of a mg/dL on the way there and back.
"""

import itertools
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.unit import mmoll_from_mgdl
from glucotwin.domain.activity import ActivityType
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.meal import Absorption
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.write.loss import Carried, Loss, all_of
from glucotwin.ingest.write.text import iso_times, write_json_array
from glucotwin.ingest.write.writer import DataWriter

Document = dict[str, object]

ID_CHARACTERS = 32
SCHEDULE = "Standard"
"""Name of the one schedule in settings."""
_MS_PER_MIN = 60_000
_DELIVERIES = MappingProxyType(
    {
        str(BasalKind.SCHEDULED): "scheduled",
        str(BasalKind.TEMPORARY): "temp",
        str(BasalKind.AUTOMATED): "automated",
        str(BasalKind.SUSPENDED): "suspend",
    }
)
_ABSORPTION_S = MappingProxyType(
    {str(Absorption.FAST): 3600, str(Absorption.MEDIUM): 10800, str(Absorption.SLOW): 18000}
)
_ACTIVITIES = MappingProxyType(
    {
        str(ActivityType.AEROBIC): "running",
        str(ActivityType.RESISTANCE): "functionalStrengthTraining",
        str(ActivityType.HIGH_INTENSITY): "highIntensityIntervalTraining",
        str(ActivityType.MIXED): "crossTraining",
    }
)
_KINDS = frozenset({str(GlucoseKind.CGM), str(GlucoseKind.SCAN), str(GlucoseKind.FINGERSTICK)})


class TidepoolWriter(DataWriter):
    """Writes Tidepool JSON."""

    name = "tidepool"
    title = "Tidepool JSON"
    suffix = ".json"
    carried = MappingProxyType(
        {
            "glucose": Carried(fields=all_of("glucose_mgdl", "kind", "censoring"), rows={"kind": _KINDS}),
            "bolus": Carried(
                fields={
                    **all_of("insulin_u", "extended_u", "extended_min"),
                    "purpose": frozenset({str(DosePurpose.AUTOMATED)}),
                }
            ),
            "basal": Carried(fields=all_of("rate_u_per_h", "duration_min", "kind")),
            "pen": Carried(fields={**all_of("insulin_u", "product"), "purpose": frozenset({str(DosePurpose.BASAL)})}),
            "meal": Carried(fields=all_of("carbs_g", "protein_g", "fat_g", "absorption", "note")),
            "activity": Carried(fields=all_of("duration_min", "activity_type", "note")),
            "ketone": Carried(fields=all_of("ketone_mmoll")),
        }
    )
    carries_settings = True
    carries_person = frozenset({"zone", "cgm_device"})

    def write_carried(self, timeline: Timeline, path: Path) -> tuple[Loss, ...]:
        """Writes an upload, the settings, and a document per record."""
        write_json_array(path, _documents(timeline))
        return ()


def _documents(timeline: Timeline) -> Iterator[Document]:
    upload = timeline_hash(timeline)[:ID_CHARACTERS]
    numbers = itertools.count(1)
    for document in itertools.chain(_upload(timeline), _settings(timeline), _records(timeline)):
        yield {**document, "id": f"{upload}{next(numbers)}", "uploadId": upload, "deviceId": "glucotwin"}


def _records(timeline: Timeline) -> Iterator[Document]:
    for name, frame in timeline.streams.items():
        times = iso_times(frame["time"])
        for at, row in zip(times, frame.drop("time").iter_rows(named=True), strict=True):
            yield {"time": at, **_DOCUMENTS[name](row)}


def _upload(timeline: Timeline) -> Iterator[Document]:
    first = iso_times(pl.Series([timeline.window().start], dtype=pl.Datetime("us", "UTC")))[0]
    document: Document = {"type": "upload", "time": first, "timezone": timeline.person.zone}
    if timeline.person.cgm_device:
        document |= {"deviceModel": timeline.person.cgm_device, "deviceTags": ["cgm"]}
    yield document


def _glucose(row: Mapping[str, object]) -> Document:
    value = mmoll_from_mgdl(_number(row, "glucose_mgdl"))
    document: Document = {"type": "cbg", "units": "mmol/L", "value": value}
    if row["kind"] != str(GlucoseKind.CGM):
        sub_type = "scanned" if row["kind"] == str(GlucoseKind.SCAN) else "manual"
        document |= {"type": "smbg", "subType": sub_type}
    if row["censoring"] != str(Censoring.NONE):
        side = "low" if row["censoring"] == str(Censoring.LOW) else "high"
        document["annotations"] = [{"code": "bg/out-of-range", "value": side, "threshold": value}]
    return document


def _bolus(row: Mapping[str, object]) -> Document:
    insulin, extended = _number(row, "insulin_u"), _number(row, "extended_u")
    document: Document = {"type": "bolus", "subType": "normal"}
    if insulin > 0 or extended <= 0:
        document["normal"] = insulin
    if extended > 0:
        sub_type = "dual/square" if insulin > 0 else "square"
        document |= {"subType": sub_type, "extended": extended, "duration": _ms(row, "extended_min")}
    if row["purpose"] == str(DosePurpose.AUTOMATED):
        document["subType"] = "automated"
    return document


def _basal(row: Mapping[str, object]) -> Document:
    rate = _number(row, "rate_u_per_h")
    kind = str(row["kind"])
    document: Document = {"type": "basal", "deliveryType": _DELIVERIES[kind], "duration": _ms(row, "duration_min")}
    if rate > 0 or kind != str(BasalKind.SUSPENDED):
        document["rate"] = rate
    return document


def _pen(row: Mapping[str, object]) -> Document:
    product = str(row["product"])
    acting = "long" if row["purpose"] == str(DosePurpose.BASAL) else "rapid"
    formulation: Document = {"actingType": acting} if product == acting else {"actingType": acting, "brand": product}
    dose = {"total": _number(row, "insulin_u"), "units": "Units"}
    return {"type": "insulin", "dose": dose, "formulation": {"simple": formulation}}


def _meal(row: Mapping[str, object]) -> Document:
    nutrition: Document = {"carbohydrate": {"net": _number(row, "carbs_g"), "units": "grams"}}
    if row["fibre_g"] is not None:
        nutrition["carbohydrate"] = {
            "net": _number(row, "carbs_g"),
            "dietaryFiber": _number(row, "fibre_g"),
            "units": "grams",
        }
    for name, field in (("protein", "protein_g"), ("fat", "fat_g")):
        if row[field] is not None:
            nutrition[name] = {"total": _number(row, field), "units": "grams"}
    seconds = _ABSORPTION_S.get(str(row["absorption"]))
    if seconds is not None:
        nutrition["estimatedAbsorptionDuration"] = seconds
    named: Document = {"name": row["note"]} if row["note"] else {}
    return {"type": "food", "nutrition": nutrition, **named}


def _activity(row: Mapping[str, object]) -> Document:
    document: Document = {
        "type": "physicalActivity",
        "duration": {"value": _number(row, "duration_min"), "units": "minutes"},
    }
    activity = _ACTIVITIES.get(str(row["activity_type"]))
    if activity is not None:
        document["activityType"] = activity
    return document | ({"name": row["note"]} if row["note"] else {})


def _ketone(row: Mapping[str, object]) -> Document:
    return {"type": "bloodKetone", "units": "mmol/L", "value": _number(row, "ketone_mmoll")}


_DOCUMENTS = MappingProxyType(
    {
        "glucose": _glucose,
        "bolus": _bolus,
        "basal": _basal,
        "pen": _pen,
        "meal": _meal,
        "activity": _activity,
        "ketone": _ketone,
    }
)


def _number(row: Mapping[str, object], name: str) -> float:
    value = row[name]
    return value if isinstance(value, float) else 0.0


def _ms(row: Mapping[str, object], name: str) -> int:
    return round(_number(row, name) * _MS_PER_MIN)


def _settings(timeline: Timeline) -> Iterator[Document]:
    for settings in timeline.settings:
        document: Document = {
            "type": "pumpSettings",
            "time": settings.valid_from.isoformat().replace("+00:00", "Z"),
            "activeSchedule": SCHEDULE,
            "units": {"bg": "mmol/L", "carb": "grams"},
            **_schedules(settings),
        }
        if settings.insulin_duration_min is not None:
            insulin = {"duration": settings.insulin_duration_min, "units": "minutes"}
            document["bolus"] = {"calculator": {"insulin": insulin}}
        yield document


def _schedules(settings: TherapySettings) -> Document:
    found: Document = {}
    if settings.basal_u_per_h is not None:
        found["basalSchedules"] = {SCHEDULE: _entries(rate=settings.basal_u_per_h)}
    if settings.carb_ratio_g_per_u is not None:
        found["carbRatios"] = {SCHEDULE: _entries(amount=settings.carb_ratio_g_per_u)}
    if settings.correction_factor_mgdl_per_u is not None:
        found["insulinSensitivities"] = {SCHEDULE: _entries(amount=_molar(settings.correction_factor_mgdl_per_u))}
    targets = {
        name: _molar(schedule)
        for name, schedule in (("low", settings.target_low_mgdl), ("high", settings.target_high_mgdl))
        if schedule is not None
    }
    if targets:
        found["bgTargets"] = {SCHEDULE: _entries(**targets)}
    return found


def _molar(schedule: DailySchedule) -> DailySchedule:
    return DailySchedule(starts=schedule.starts, values=tuple(mmoll_from_mgdl(value) for value in schedule.values))


def _entries(**schedules: DailySchedule) -> list[Document]:
    """One entry per start of any of the schedules, with the values that hold from then on."""
    starts: list[time] = sorted({start for one in schedules.values() for start in one.starts})
    minutes = [start.hour * 60 + start.minute for start in starts]
    return [
        {"start": minute * _MS_PER_MIN, **{name: one.at(minute) for name, one in schedules.items()}}
        for minute in minutes
    ]
