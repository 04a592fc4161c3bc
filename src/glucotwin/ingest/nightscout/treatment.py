"""Nightscout's treatments: insulin, food, temporary rates, finger-sticks, changes of devices, exercise and notes.

The type of a treatment is free text, so what it is follows from its fields. Known traps: Loop calls every bolus a
"Correction Bolus"; a combo bolus tells the whole in ``enteredinsulin`` and the shares in percent; percent of a
temporary rate is a change of the scheduled one; small automatic boluses are marked in four ways; Trio and iAPS upload
carbohydrate equivalents of fat and protein as if they were eaten; food is dated when it was eaten, which is
``created_at``; xDrip keeps injections as JSON text; uploaders repeat the start of a sensor with every reading.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.meal import Absorption
from glucotwin.domain.observation import NoteKind
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.nightscout.basal import LONGEST_SUSPENSION_MIN, basal_of
from glucotwin.ingest.nightscout.device_event import DEVICE_EVENTS, device_events_of
from glucotwin.ingest.nightscout.document import (
    Converted,
    Documents,
    Fields,
    are_deleted,
    flags,
    is_true,
    number_of,
    numbers,
    omissions,
    sources,
    text_of,
    texts,
    times_of,
    unreadable,
)
from glucotwin.ingest.nightscout.insulin import product_of, purpose_of
from glucotwin.ingest.nightscout.profile import ActiveProfile, ProfileSwitch, switch_of
from glucotwin.ingest.pump.extended_bolus import TimedBoluses, with_durations
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

LOOPING = ("AAPS", "Trio", "iAPS", "Loop", "oref0")
"""Apps that dose by themselves: their temporary rates are automated."""
FAST_ABSORPTION_MIN, MEDIUM_ABSORPTION_MIN = 60.0, 240.0

_NOTES = ("note", "announcement", "question")
_SUSPENSIONS = "suspend"


def streams_of_treatments(
    documents: Documents,
    *,
    active: Sequence[ActiveProfile] = (),
    end: datetime | None = None,
    zone: str | None = None,
) -> Converted:
    """Everything in documents of the collection ``treatments``.

    Args:
        documents: as JSON gives them, in any order.
        active: profiles in force (``profile.active_profiles``), for scheduled basal and for rates in percent.
        end: the last moment of the data, until which the profile runs; default: the last treatment.
        zone: IANA name for times without an offset.

    Raises:
        DataError: a time has no offset and the zone is not known.
    """
    if not documents:
        return Converted(streams={})
    table = _table(documents, zone)
    usable = table.filter(~pl.col("deleted") & pl.col("time").is_not_null())
    undated = int((table["time"].is_null() & ~table["deleted"]).sum())
    last = usable["time"].max()
    known_end = max((one for one in (end, last) if isinstance(one, datetime)), default=None)
    injections = _injections(usable, documents)
    bolus, steps, bolus_findings = _boluses(usable)
    glucose, glucose_findings = _glucose(usable)
    device, device_findings = device_events_of(usable)
    activity = usable.filter((pl.col("event") == "exercise") & (pl.col("duration_min") > 0))
    basal = basal_of(_commands(usable), active, end=known_end, zone=zone)
    streams = {
        "bolus": bolus,
        "pen": injections,
        "meal": _meals(usable),
        "glucose": glucose,
        "device": device,
        "activity": _activities(activity),
        "note": _notes(usable),
        "correction": steps,
        **basal.streams,
    }
    passed_over = Counter({"deleted treatments": int(table["deleted"].sum())}) + _unused(usable)
    return Converted(
        streams=streams,
        findings=(
            *bolus_findings,
            *glucose_findings,
            *device_findings,
            *basal.findings,
            *omissions(passed_over),
            *unreadable(undated),
        ),
    )


def switches_of(documents: Documents, *, zone: str | None = None) -> tuple[ProfileSwitch, ...]:
    """Switches between profiles among treatments.

    Raises:
        UnitError: a profile that a switch brings names no known unit.
        DataError: a time has no offset and the zone is not known.
    """
    chosen = [one for one in documents if _event(one) == "profile switch" and one.get("isValid") is not False]
    if not chosen:
        return ()
    times = _times(chosen, zone)
    return tuple(switch_of(one, moment) for one, moment in zip(chosen, times, strict=True) if moment is not None)


def _times(documents: Documents, zone: str | None) -> pl.Series:
    return times_of(
        documents,
        epochs=("date", "mills", "timestamp"),
        written=("created_at", "timestamp", "date"),
        zone=zone,
        written_first=True,
    )


def _event(document: Fields) -> str:
    return (text_of(document.get("eventType")) or "").lower()


def _table(documents: Documents, zone: str | None) -> pl.DataFrame:
    minutes = numbers(documents, "duration")
    ms = numbers(documents, "durationInMilliseconds")
    return pl.DataFrame(
        {
            "row": pl.Series(range(len(documents)), dtype=pl.UInt32),
            "time": _times(documents, zone),
            "event": pl.Series([_event(one) for one in documents], dtype=pl.String),
            "source": sources(documents, "app", "enteredBy", "device"),
            "deleted": are_deleted(documents),
            "insulin_u": numbers(documents, "insulin"),
            "entered_u": numbers(documents, "enteredinsulin"),
            "split_now": numbers(documents, "splitNow"),
            "split_extended": numbers(documents, "splitExt"),
            "relative_u_per_h": numbers(documents, "relative"),
            "carbs_g": numbers(documents, "carbs"),
            "protein_g": numbers(documents, "protein"),
            "fat_g": numbers(documents, "fat"),
            "absorption_min": numbers(documents, "absorptionTime"),
            "equivalent": flags(documents, "isFPU"),
            "duration_min": minutes.zip_with(minutes.is_not_null(), ms / 60000.0),
            "rate_u_per_h": numbers(documents, "absolute", "rate"),
            "percent": numbers(documents, "percent"),
            "automatic": pl.Series([_is_automatic(one) for one in documents], dtype=pl.Boolean),
            "external": pl.Series([_is_external(one) for one in documents], dtype=pl.Boolean),
            "injected": pl.Series([_has_injections(one) for one in documents], dtype=pl.Boolean),
            "type": texts(documents, "type").fill_null("").str.to_lowercase(),
            "reason": texts(documents, "reason").fill_null("").str.to_lowercase(),
            "glucose": numbers(documents, "glucose"),
            "glucose_type": texts(documents, "glucoseType").fill_null("").str.to_lowercase(),
            "unit": texts(documents, "units").fill_null("").str.to_lowercase(),
            "scale": numbers(documents, "insulinNeedsScaleFactor"),
            "percentage": numbers(documents, "percentage"),
            "food": texts(documents, "foodType"),
            "notes": texts(documents, "notes"),
            "effective_switch": pl.Series(["originalProfileName" in one for one in documents], dtype=pl.Boolean),
        }
    )


def _is_automatic(document: Fields) -> bool:
    """Whether an app gave the dose by itself."""
    bolus = document.get("bolus")
    return (
        _event(document) == "smb"
        or is_true(document.get("isSMB"))
        or is_true(document.get("automatic"))
        or (text_of(document.get("type")) or "").upper() == "SMB"
        or (isinstance(bolus, Mapping) and is_true(bolus.get("isSMB")))
    )


def _is_external(document: Fields) -> bool:
    """Whether the insulin came from a pen, not from the pump."""
    bolus = document.get("bolus")
    nested = isinstance(bolus, Mapping) and is_true(bolus.get("isExternal"))
    return nested or is_true(document.get("isExternal")) or _event(document) == "external insulin"


def _has_injections(document: Fields) -> bool:
    listed = document.get("insulinInjections")
    return bool(listed) and listed != "[]"


def _boluses(table: pl.DataFrame) -> TimedBoluses:
    """What the pump gave at once or over a time; priming fills the tube and not the person."""
    total = pl.coalesce("entered_u", "insulin_u")
    split = pl.col("split_now").is_not_null() | pl.col("split_extended").is_not_null()
    share = pl.coalesce("split_extended", 100.0 - pl.col("split_now")).clip(0.0, 100.0) / 100.0
    by_rate = pl.col("relative_u_per_h") * pl.col("duration_min") / 60.0
    extended = pl.when(split).then(total * share).when(pl.col("event") == "combo bolus").then(by_rate)
    at_once = pl.when(split).then(total * (1.0 - share)).otherwise("insulin_u")
    given = table.filter(
        ~pl.col("external") & ~pl.col("injected") & _is_positive("insulin_u", "entered_u")
    ).with_columns(
        insulin_u=at_once.fill_null(0.0).round(6),
        extended_u=extended.fill_null(0.0).round(6),
        extended_min="duration_min",
        purpose=_purpose(),
    )
    priming = pl.col("type") == "priming"
    frame, steps, assumed = with_durations(given.filter(~priming))
    announced = _is_positive("entered_u", "carbs_g")
    nothing = table.filter((pl.col("insulin_u") == 0) & pl.col("event").str.contains("bolus|smb") & ~announced)
    not_delivered = pl.concat([given.filter(priming).select("time"), nothing.select("time")])
    nothing_given = findings_in(
        not_delivered, FindingCode.NOT_DELIVERED, severity=Severity.INFO, action=Action.DROPPED, stream="bolus"
    )
    bolus = frame.select("time", "source", "insulin_u", "extended_u", "extended_min", "purpose")
    return TimedBoluses(bolus, steps, (*assumed, *nothing_given))


def _is_positive(*columns: str) -> pl.Expr:
    """Whether one of the columns has a number above zero."""
    return pl.any_horizontal((pl.col(name) > 0).fill_null(False) for name in columns)


def _purpose() -> pl.Expr:
    """What a bolus was for; Loop calls all of its boluses corrections."""
    from_loop = pl.col("source").str.ends_with("Loop")
    return (
        pl.when("automatic")
        .then(pl.lit(str(DosePurpose.AUTOMATED)))
        .when(_is_positive("carbs_g") | pl.col("event").is_in(["meal bolus", "snack bolus"]))
        .then(pl.lit(str(DosePurpose.MEAL)))
        .when((pl.col("event") == "correction bolus") & ~from_loop)
        .then(pl.lit(str(DosePurpose.CORRECTION)))
        .otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    )


def _injections(table: pl.DataFrame, documents: Documents) -> pl.DataFrame:
    """Doses of pens: xDrip's lists of injections, and insulin that an app knows not to be the pump's."""
    rows: list[tuple[datetime, str, float, str, str]] = []
    chosen = table.filter(pl.col("injected") | (pl.col("external") & (pl.col("insulin_u") > 0)))
    for row, moment, source, insulin in chosen.select("row", "time", "source", "insulin_u").iter_rows():
        listed = _listed(documents[row].get("insulinInjections"))
        kind = text_of(documents[row].get("insulinType")) or "rapid"
        for name, units in listed or [(kind, insulin)]:
            product = product_of(name)
            if units is not None and units > 0:
                rows.append((moment, source, units, product, str(purpose_of(product))))
    schema = {"time": table.schema["time"], "source": pl.String, "insulin_u": pl.Float64}
    return pl.DataFrame(rows, schema=schema | {"product": pl.String, "purpose": pl.String}, orient="row")


def _listed(value: object) -> list[tuple[str, float | None]]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    entries = value if isinstance(value, list) else []
    return [
        (text_of(one.get("insulin")) or "", number_of(one.get("units"))) for one in entries if isinstance(one, Mapping)
    ]


def _meals(table: pl.DataFrame) -> pl.DataFrame:
    """Food, at the time at which it was eaten."""
    eaten = table.filter(_is_positive("carbs_g", "protein_g", "fat_g") & ~pl.col("equivalent"))
    absorption = pl.col("absorption_min")
    over = (pl.col("event") == "carb correction") & pl.col("duration_min").is_between(1.0, 600.0)
    return eaten.select(
        "time",
        "source",
        pl.col("carbs_g").fill_null(0.0),
        "protein_g",
        "fat_g",
        duration_min=pl.when(over).then("duration_min"),
        absorption=pl.when(absorption <= 0)
        .then(pl.lit(str(Absorption.UNKNOWN)))
        .when(absorption <= FAST_ABSORPTION_MIN)
        .then(pl.lit(str(Absorption.FAST)))
        .when(absorption <= MEDIUM_ABSORPTION_MIN)
        .then(pl.lit(str(Absorption.MEDIUM)))
        .when(absorption > MEDIUM_ABSORPTION_MIN)
        .then(pl.lit(str(Absorption.SLOW)))
        .otherwise(pl.lit(str(Absorption.UNKNOWN))),
        note=pl.coalesce("food", "notes").fill_null(""),
    )


def _commands(table: pl.DataFrame) -> pl.DataFrame:
    """What changes the basal rate: temporary rates, their ends, suspensions."""
    temporary = pl.col("event").str.starts_with("temp basal")
    ends = pl.col("event").is_in(["temp basal end", "resume pump"])
    suspend = pl.col("event") == "suspend pump"
    stopped = suspend | pl.col("type").str.contains(_SUSPENSIONS) | pl.col("reason").str.contains(_SUSPENSIONS)
    automated = pl.col("automatic") | pl.col("source").str.contains(f" ({'|'.join(LOOPING)})$")
    whole = pl.when(pl.col("duration_min") > 0).then("duration_min").otherwise(LONGEST_SUSPENSION_MIN)
    return table.filter(temporary | ends | suspend).select(
        "time",
        duration_min=pl.when(ends).then(0.0).when(suspend).then(whole).otherwise("duration_min"),
        rate_u_per_h=pl.when(suspend).then(0.0).otherwise("rate_u_per_h"),
        percent="percent",
        kind=pl.when(stopped)
        .then(pl.lit(str(BasalKind.SUSPENDED)))
        .when(automated)
        .then(pl.lit(str(BasalKind.AUTOMATED)))
        .otherwise(pl.lit(str(BasalKind.TEMPORARY))),
    )


def _glucose(table: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Finger-sticks in the unit that their document names; those without a unit are left out."""
    sticks = table.filter(
        (pl.col("glucose") > 0).fill_null(False)
        & (
            (pl.col("glucose_type") == "finger")
            | ((pl.col("event") == "bg check") & (pl.col("glucose_type") != "sensor"))
        )
    )
    mmoll = pl.col("unit").str.starts_with("mmol")
    mgdl = pl.col("unit").str.replace_all(" ", "").is_in(["mg/dl", "mgdl", "mg"])
    in_mgdl = pl.when(mmoll).then((pl.col("glucose") * MGDL_PER_MMOLL).round(2)).otherwise("glucose")
    frame = sticks.filter(mmoll | mgdl).select(
        "time", "source", glucose_mgdl=in_mgdl, kind=pl.lit(str(GlucoseKind.FINGERSTICK))
    )
    return frame, (
        *findings_in(
            sticks.filter(mmoll),
            FindingCode.UNITS_CONVERTED,
            severity=Severity.INFO,
            action=Action.CORRECTED,
            stream="glucose",
            unit="mmol/L",
        ),
        *omissions(
            {
                "finger-sticks without a unit": len(sticks) - len(frame),
                "sensor readings in treatments": int(
                    ((table["event"] == "bg check") & (table["glucose_type"] == "sensor")).sum()
                ),
            },
            stream="glucose",
        ),
    )


def _activities(exercise: pl.DataFrame) -> pl.DataFrame:
    kinds = pl.Series([str(activity_type_of(note or "")) for note in exercise["notes"]], dtype=pl.String)
    return exercise.select("time", "source", "duration_min", activity_type=kinds, note=pl.col("notes").fill_null(""))


def _notes(table: pl.DataFrame) -> pl.DataFrame:
    """What people wrote, as far as it is not about something else."""
    written = table.filter(pl.col("event").is_in(_NOTES) & pl.col("notes").is_not_null() & ~pl.col("effective_switch"))
    return written.select("time", "source", kind=pl.lit(str(NoteKind.NOTE)), text="notes")


def _unused(table: pl.DataFrame) -> Counter[str]:
    """Kinds of treatments that became no record, by their names."""
    named = pl.col("event").is_in([*DEVICE_EVENTS, *_NOTES]) | pl.col("event").str.starts_with("temp basal")
    used = _is_positive("insulin_u", "entered_u", "carbs_g", "protein_g", "fat_g", "glucose")
    equivalents = table.filter("equivalent")
    exercise = (pl.col("event") == "exercise") & (pl.col("duration_min") > 0).fill_null(False)
    dose = pl.col("event").str.contains("bolus|smb")
    rest = table.filter(~(named | used | exercise | dose | pl.col("injected") | pl.col("equivalent")))
    kinds = Counter(_known_name(event) for event in rest["event"])
    if len(equivalents):
        kinds["carbohydrate equivalents of fat and protein"] = len(equivalents)
    return kinds


_OTHER_EVENTS = frozenset(
    {"exercise", "pump battery change", "bg check", "carb correction", "bolus wizard", "d.a.d. alert", "sensor alarm"}
)


def _known_name(event: str) -> str:
    """A type of Nightscout's own; what somebody else made up stays private."""
    return event if event in _OTHER_EVENTS else "other treatments"
