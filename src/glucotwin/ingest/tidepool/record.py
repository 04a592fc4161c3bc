"""From one Tidepool document to records: one function per type, in one table."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from glucotwin.core.unit import CarbohydrateExchange, carbs_g_from_exchanges
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, KetoneReading, Note, NoteKind
from glucotwin.domain.record import Record
from glucotwin.ingest.tidepool.document import Document, threshold_mgdl

SOURCE = "tidepool"
LONGEST_BASAL_MIN = 7200.0
"""A segment without a duration holds until the next one; the rasteriser cuts it there."""
FAST_ABSORPTION_S = 3600.0
MEDIUM_ABSORPTION_S = 14400.0

INTENSITY_FRACTION: Mapping[str, float] = MappingProxyType({"low": 0.41, "medium": 0.55, "high": 0.77})
"""Share of maximal oxygen uptake: middles of light, moderate and vigorous in the ACSM position stand (Garber 2011)."""

_ACTIVITIES_BY_TYPE: Mapping[ActivityType, tuple[str, ...]] = MappingProxyType(
    {
        ActivityType.AEROBIC: ("running", "walking", "cycling", "swimming", "hiking", "rowing", "elliptical"),
        ActivityType.RESISTANCE: ("functionalStrengthTraining", "traditionalStrengthTraining"),
        ActivityType.HIGH_INTENSITY: ("highIntensityIntervalTraining", "jumpRope"),
        ActivityType.MIXED: ("crossTraining", "mixedCardio", "soccer", "basketball", "tennis"),
    }
)
_ACTIVITY_TYPES = {name: kind for kind, names in _ACTIVITIES_BY_TYPE.items() for name in names}
_BASAL_KINDS = MappingProxyType(
    {
        "scheduled": BasalKind.SCHEDULED,
        "temp": BasalKind.TEMPORARY,
        "automated": BasalKind.AUTOMATED,
        "suspend": BasalKind.SUSPENDED,
        "suspended": BasalKind.SUSPENDED,
    }
)
_NOTE_KINDS = MappingProxyType(
    {"illness": NoteKind.ILLNESS, "stress": NoteKind.STRESS, "cycle": NoteKind.CYCLE, "alcohol": NoteKind.ALCOHOL}
)


def records_of(document: Document) -> Iterator[Record] | None:
    """The records of a document; None when its type is not used.

    Raises:
        DataError: a value is impossible.
        UnitError: a unit is missing or unknown.
    """
    reader = READERS.get(document.type)
    return None if reader is None else reader(document)


def _glucose(document: Document, kind: GlucoseKind) -> Iterator[Record]:
    value = document.glucose_mgdl("value")
    if value is None:
        return
    out_of_range = document.annotation("bg/out-of-range")
    censoring = Censoring.NONE
    if out_of_range is not None:
        censoring = Censoring.LOW if out_of_range.text("value") == "low" else Censoring.HIGH
        value = threshold_mgdl(out_of_range, value)
    yield GlucoseReading(time=document.time, source=SOURCE, glucose_mgdl=value, kind=kind, censoring=censoring)


def _cbg(document: Document) -> Iterator[Record]:
    return _glucose(document, GlucoseKind.CGM)


def _smbg(document: Document) -> Iterator[Record]:
    return _glucose(document, GlucoseKind.SCAN if document.text("subType") == "scanned" else GlucoseKind.FINGERSTICK)


def _ketone(document: Document) -> Iterator[Record]:
    value = document.number_at("value")
    if value is not None:
        yield KetoneReading(time=document.time, source=SOURCE, ketone_mmoll=value)


def _basal(document: Document) -> Iterator[Record]:
    kind = _BASAL_KINDS.get(document.text("deliveryType"), BasalKind.SCHEDULED)
    rate = document.number_at("rate")
    # The export drops zeros of everything but scheduled rates; a suspension has none to begin with.
    if rate is None and kind is BasalKind.SCHEDULED:
        return
    duration = document.duration_min()
    yield BasalSegment(
        time=document.time,
        source=SOURCE,
        duration_min=LONGEST_BASAL_MIN if duration is None else duration,
        rate_u_per_h=rate or 0.0,
        kind=kind,
    )


def _bolus(document: Document) -> Iterator[Record]:
    extended = document.number_at("extended") or 0.0
    insulin = document.number_at("normal") or 0.0
    if insulin + extended <= 0:
        return
    automated = document.text("subType") == "automated"
    yield Bolus(
        time=document.time,
        source=SOURCE,
        insulin_u=insulin,
        extended_u=extended,
        extended_min=max(1.0, document.duration_min() or 0.0) if extended > 0 else 0.0,
        purpose=DosePurpose.AUTOMATED if automated else DosePurpose.UNKNOWN,
    )


def _pen(document: Document) -> Iterator[Record]:
    dose = document.number_at("dose.total")
    if not dose:
        return
    acting = document.text("formulation.simple.actingType")
    product = document.text("formulation.simple.brand") or acting or document.text("formulation.name") or "unknown"
    long = acting in {"long", "intermediate"}
    yield PenDose(
        time=document.time,
        source=SOURCE,
        insulin_u=dose,
        product=product.lower(),
        purpose=DosePurpose.BASAL if long else DosePurpose.UNKNOWN,
    )


def carbs_of_wizard(document: Document) -> float:
    """Carbohydrate in g that was entered into the bolus calculator; 0 when none."""
    carbs = document.number_at("carbInput") or 0.0
    exchanges = "exchanges" in {document.text("carbUnits"), document.text("units.carb")}
    return carbs_g_from_exchanges(carbs, CarbohydrateExchange.US_EXCHANGE) if exchanges else carbs


def _wizard(document: Document) -> Iterator[Record]:
    carbs = carbs_of_wizard(document)
    if carbs > 0:
        yield Meal(time=document.time, source=SOURCE, carbs_g=carbs)


def _food(document: Document) -> Iterator[Record]:
    carbs = document.number_at("nutrition.carbohydrate.net")
    if carbs is None:
        return
    yield Meal(
        time=document.time,
        source=SOURCE,
        carbs_g=carbs,
        protein_g=document.number_at("nutrition.protein.total"),
        fat_g=document.number_at("nutrition.fat.total"),
        absorption=_absorption(document.number_at("nutrition.estimatedAbsorptionDuration")),
        note=document.text("name"),
    )


def _absorption(seconds: float | None) -> Absorption:
    if seconds is None:
        return Absorption.UNKNOWN
    if seconds <= FAST_ABSORPTION_S:
        return Absorption.FAST
    return Absorption.MEDIUM if seconds <= MEDIUM_ABSORPTION_S else Absorption.SLOW


def _activity(document: Document) -> Iterator[Record]:
    duration = document.number_at("duration.value")
    if duration is not None:
        duration *= {"hours": 60.0, "seconds": 1.0 / 60.0}.get(document.text("duration.units"), 1.0)
    elif (days := document.number_at("duration")) is not None:
        duration = days * 1440.0
    if duration is None:
        return
    yield Activity(
        time=document.time,
        source=SOURCE,
        duration_min=duration,
        activity_type=_ACTIVITY_TYPES.get(document.text("activityType"), ActivityType.UNKNOWN),
        intensity_fraction=INTENSITY_FRACTION.get(document.text("reportedIntensity")),
        note=document.text("name"),
    )


def _state(document: Document) -> Iterator[Record]:
    for state in document.items("states"):
        kind = _NOTE_KINDS.get(state.text("state"))
        if kind is not None:
            severity = state.number_at("severity")
            text = state.text("state") if severity is None else f"{state.text('state')}, severity {severity:.0f}"
            yield Note(time=document.time, source=SOURCE, kind=kind, text=text)


def _device(document: Document) -> Iterator[Record]:
    sub_type = document.text("subType")
    kind = {
        "alarm": DeviceEventKind.ALARM,
        "reservoirChange": DeviceEventKind.RESERVOIR_CHANGE,
        "timeChange": DeviceEventKind.CLOCK_CHANGE,
        "calibration": DeviceEventKind.SENSOR_CALIBRATION,
    }.get(sub_type)
    detail = document.text("alarmType")
    if sub_type == "status":
        suspended = document.text("status") == "suspended"
        kind = DeviceEventKind.PUMP_SUSPEND if suspended else DeviceEventKind.PUMP_RESUME
    elif sub_type == "prime" and document.text("primeTarget") == "cannula":
        kind = DeviceEventKind.SITE_CHANGE
    elif sub_type == "calibration":
        value = document.glucose_mgdl("value")
        detail = "" if value is None else f"{value:.0f} mg/dL"
    if kind is not None:
        device = document.text("deviceId")
        yield DeviceEvent(time=document.time, source=SOURCE, kind=kind, device=device, detail=detail)


READERS: Mapping[str, Callable[[Document], Iterator[Record]]] = MappingProxyType(
    {
        "cbg": _cbg,
        "smbg": _smbg,
        "bloodKetone": _ketone,
        "basal": _basal,
        "bolus": _bolus,
        "insulin": _pen,
        "wizard": _wizard,
        "food": _food,
        "physicalActivity": _activity,
        "reportedState": _state,
        "deviceEvent": _device,
    }
)
"""How each type of document is read; settings and uploads are read elsewhere, other types are passed over."""
