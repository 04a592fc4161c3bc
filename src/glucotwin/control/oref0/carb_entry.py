"""Carbs that were entered, from an app's treatments and a pump's history, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.pump_event import NIGHTSCOUT_BOLUSES, PumpEvent

Source = Literal["app", "pump wizard", "pump journal"]

_SAME_ENTRY_MS = 2000
_NIGHTSCOUT_CARBS = NIGHTSCOUT_BOLUSES | {"Carb Correction"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbEntry:
    """Carbs, in g, entered at a time in ms since 1970."""

    moment_ms: float
    carbs_g: float
    source: Source
    time_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BolusEntry:
    """A bolus, in U, in the record of meals."""

    moment_ms: float
    insulin_u: float
    time_text: str


def find_meal_entries(
    carbs: Sequence[PumpEvent], history: Sequence[PumpEvent], clock: LocalClock
) -> list[CarbEntry | BolusEntry]:
    """Carbs and boluses that make up meals, in the order in which they are found.

    Carbs of a pump's bolus wizard count only where the pump also gave a bolus at that time, and where nobody entered
    carbs for it in the app.
    """
    entries: list[CarbEntry | BolusEntry] = []
    for event in carbs:
        if event.created_at is not None and event.carbs_g:
            _add(entries, _carbs(event, event.carbs_g, "app", clock))
    for event in history:
        found = _entry_of_pump(event, clock)
        if found is not None:
            _add(entries, found)
    for event in history:
        if event.kind == "BolusWizard" and event.wizard_carbs_g:
            entry = _carbs(event, event.wizard_carbs_g, "pump wizard", clock)
            if _has(entries, entry.moment_ms, BolusEntry):
                _add(entries, entry)
    return entries


def _entry_of_pump(event: PumpEvent, clock: LocalClock) -> CarbEntry | BolusEntry | None:
    if event.kind == "Bolus" and event.timestamp is not None:
        moment_ms = clock.moment_ms(event.timestamp)
        return BolusEntry(moment_ms=moment_ms, insulin_u=event.bolus_u or 0.0, time_text=event.timestamp)
    if event.treatment in _NIGHTSCOUT_CARBS and event.carbs_g:
        return _carbs(event, event.carbs_g, "app", clock)
    if event.kind == "JournalEntryMealMarker" and event.wizard_carbs_g:
        return _carbs(event, event.wizard_carbs_g, "pump journal", clock)
    return None


def _carbs(event: PumpEvent, carbs_g: float, source: Source, clock: LocalClock) -> CarbEntry:
    return CarbEntry(
        moment_ms=event.moment_ms(clock) or 0, carbs_g=carbs_g, source=source, time_text=event.time_text or ""
    )


def _add(entries: list[CarbEntry | BolusEntry], entry: CarbEntry | BolusEntry) -> None:
    if not _has(entries, entry.moment_ms, type(entry)):
        entries.append(entry)


def _has(entries: Sequence[CarbEntry | BolusEntry], moment_ms: float, kind: type[CarbEntry | BolusEntry]) -> bool:
    return any(isinstance(entry, kind) and abs(entry.moment_ms - moment_ms) <= _SAME_ENTRY_MS for entry in entries)
