"""Pump settings of Tidepool documents, nested as in the API or one row per entry as in the export."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.ingest.tidepool.document import Document

SETTINGS_TYPE = "pumpSettings"
UNIT = "glucose unit"
"""Field that carries the document's unit into its entries."""
_MS_PER_MINUTE = 60000


def settings_of(documents: Sequence[Document]) -> TherapySettings | None:
    """Therapy settings of the documents that share one id; None when they hold none.

    Args:
        documents: one document of the API, or the export's rows of one.

    Raises:
        UnitError: glucose targets or correction factors come without a unit.
        DataError: a schedule is impossible.
    """
    first = documents[0]
    basal = _schedule(_entries(documents, "basalSchedules", "basalSchedule"), "rate")
    ratio = _schedule(_entries(documents, "carbRatios", "carbRatio"), "amount")
    factor = _schedule(_entries(documents, "insulinSensitivities", "insulinSensitivity"), "amount", glucose=True)
    low, high = _targets(_entries(documents, "bgTargets", "bgTarget"))
    duration = _insulin_duration_min(first)
    if not any((basal, ratio, factor, low, high)) and duration is None:
        return None
    return TherapySettings(
        valid_from=first.time,
        basal_u_per_h=basal,
        carb_ratio_g_per_u=ratio,
        correction_factor_mgdl_per_u=factor,
        target_low_mgdl=low,
        target_high_mgdl=high,
        insulin_duration_min=duration,
    )


def _entries(documents: Iterable[Document], many: str, one: str) -> list[Document]:
    """The entries of the active schedule: from ``many[active]``, from a list ``one``, or from rows ``one.start``."""
    found: list[Document] = []
    for document in documents:
        unit = _glucose_unit(document)
        active = document.text("activeSchedule")
        listed = list(document.items(f"{many}.{active}")) or list(document.items(one))
        if not listed and document.get(f"{one}.start") is not None and _is_active(document, active):
            prefix = f"{one}."
            flat = {key[len(prefix) :]: value for key, value in document.fields.items() if key.startswith(prefix)}
            listed = [Document(fields=flat, number=document.number)]
        found += [Document(fields={**entry.fields, UNIT: unit}, number=entry.number) for entry in listed]
    return found


def _glucose_unit(document: Document) -> object:
    """The unit of targets and factors: the API stores mmol/L whatever the pump displayed, which is what it names."""
    return document.get("units.bg") if document.exported else str(GlucoseUnit.MMOLL)


def _is_active(document: Document, active: str) -> bool:
    return document.text("scheduleName") in {"", active}


def _schedule(entries: Iterable[Document], field: str, *, glucose: bool = False) -> DailySchedule | None:
    values = {
        _start(entry): entry.glucose_mgdl(field, UNIT) if glucose else entry.number_at(field) for entry in entries
    }
    return _daily(values)


def _daily(values: dict[time, float | None]) -> DailySchedule | None:
    known = sorted((start, value) for start, value in values.items() if value is not None)
    if not known or known[0][0] != time(0):
        return None
    return DailySchedule(starts=tuple(start for start, _ in known), values=tuple(value for _, value in known))


def _targets(entries: Iterable[Document]) -> tuple[DailySchedule | None, DailySchedule | None]:
    ranges = {_start(entry): _target(entry) for entry in entries}
    return (
        _daily({start: low for start, (low, _) in ranges.items()}),
        _daily({start: high for start, (_, high) in ranges.items()}),
    )


def _target(entry: Document) -> tuple[float | None, float | None]:
    """Low and high of the four ways in which pumps state a target: low + high, target, + range, + high."""
    low, high, target, spread = (entry.glucose_mgdl(name, UNIT) for name in ("low", "high", "target", "range"))
    if target is not None:
        half = spread or 0.0
        return round(target - half, 2), high if high is not None else round(target + half, 2)
    return low, high


def _start(entry: Document) -> time:
    value = entry.get("start")
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return time(moment.hour, moment.minute)
        minutes = int(entry.number_at("start") or 0) // _MS_PER_MINUTE
        return time(minutes // 60, minutes % 60)
    except (ValueError, OverflowError) as error:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"Document {entry.number} has a schedule that begins at {value!r}, which is no time of day.",
            hint="Starts are ms from midnight, or ISO 8601 times of 1970-01-01.",
        ) from error


def _insulin_duration_min(document: Document) -> float | None:
    seconds = document.number_at("insulinModel.actionDuration")
    if seconds is not None:
        return seconds / 60.0
    value = document.number_at("bolus.calculator.insulin.duration")
    if value is None:
        return None
    return value if document.text("bolus.calculator.insulin.units") == "minutes" else value * 60.0


def grouped(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Settings documents by id, in the order of their first appearance."""
    by_id: dict[str, list[Document]] = {}
    for document in documents:
        by_id.setdefault(document.text("id") or str(document.number), []).append(document)
    yield from by_id.values()
