"""Loop's issue report: what the phone held of the last day, and the settings by which Loop doses.

The phone writes Markdown (see ``loop_markdown``); the shape here is that of Tidepool's PyLoopKit, which makes JSON of
it: names and texts keep spaces and numbers are sometimes texts. Times carry an offset. Schedules are in the phone's
local time, of which the report knows only the offset. Of the lists of doses, which tell the same in several ways, the
first that is not empty is read; forecasts and effects that Loop worked out are no records and are passed over.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit, mgdl_from, parse_glucose_unit
from glucotwin.domain.frame import frame_from_records, stream_of
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.record import Record, as_utc
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.loop_markdown import is_markdown_report, report_of_markdown
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity
from glucotwin.ingest.source import FileHead, read_text

DOSE_LISTS = ("get_normalized_dose_entries", "cached_dose_entries", "get_normalized_pump_event_dose")
"""Lists of doses, the most complete first."""
COMPUTED = (
    "predicted_glucose",
    "carb_effect",
    "insulin_effect",
    "glucose_momentum_effect",
    "insulin_counteraction_effects",
    "retrospective_glucose_effect",
)
"""Lists of what Loop worked out."""
LEAST_MARKS = 2
PLAUSIBLE_MGDL = 36.0
"""A glucose target from this on is in mg/dL, one below in mmol/L."""

_MARKS = re.compile(
    r'"(basal_rate_timeZone|cached_carb_entries|cached_dose_entries|cached_glucose_samples|carb_ratio_schedule|'
    r'insulin_sensitivity_factor_schedule|get_normalized_dose_entries|retrospective_correction_enabled)"\s*:'
)
_NUMBER = re.compile(r"^(?:Optional\()?\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*\)?$", re.IGNORECASE)
_SECONDS_PER_HOUR = 3600
_LARGEST_OFFSET_H = 14
_BASAL_KINDS = {
    "basal": BasalKind.SCHEDULED,
    "tempbasal": BasalKind.AUTOMATED,
    "suspend": BasalKind.SUSPENDED,
}

Fields = Mapping[str, object]


class LoopReportFormat(DataFormat):
    """Reads a Loop issue report, JSON or Markdown."""

    name = "loop-report"
    title = "a Loop issue report"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of an object, or of Markdown, with at least two of the report's own names."""
        text = head.text.lstrip()
        if is_markdown_report(text):
            return 1.0
        return 1.0 if text.startswith("{") and len(set(_MARKS.findall(text))) >= LEAST_MARKS else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the report's lists; entries that cannot be read are left out and counted."""
        progress("reading the report", 0.0)
        report = _report(read_text(path, limit_bytes=self.size_limit_bytes, title=self.title), path.name)
        heap = _Heap(source=self.name)
        heap.read(report)
        zone = _zone(report)
        return Imported(
            streams=heap.streams(),
            settings=_settings(report, heap.first_time, heap.counts),
            person=PersonHints(zone=options.zone or zone, therapy=TherapyKind.CLOSED_LOOP),
            findings=heap.findings(None if options.zone else zone or "UTC"),
        )


def _report(text: str, name: str) -> Fields:
    if is_markdown_report(text):
        return report_of_markdown(text)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        value = error
    if not isinstance(value, Mapping):
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"{name!r} is no complete JSON object.",
            hint="Make the report again; the file may have been cut short.",
        )
    return value


@dataclass(kw_only=True)
class _Heap:
    """Records read so far, and how many entries were left out."""

    source: str
    records: dict[type[Record], list[Record]] = field(default_factory=dict)
    counts: Counter[FindingCode] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)

    def read(self, report: Fields) -> None:
        """Takes in the lists of a report."""
        for entry in _entries(report, "cached_glucose_samples"):
            self._add(entry, self._glucose)
        limits = _absorption_limits(report)
        for entry in _entries(report, "cached_carb_entries"):
            self._add(entry, lambda one: self._meal(one, limits))
        doses = next((found for name in DOSE_LISTS if (found := list(_entries(report, name)))), [])
        for entry in doses:
            self._add(entry, self._dose)
        self._add_last_temporary(report)
        for name in COMPUTED:
            self.passed_over["what Loop worked out"] += len(list(_entries(report, name)))

    @property
    def first_time(self) -> datetime | None:
        """When the first record begins."""
        return min((record.time for group in self.records.values() for record in group), default=None)

    def streams(self) -> dict[str, pl.DataFrame]:
        """The records as tables."""
        return {stream_of(kind): frame_from_records(kind, group) for kind, group in self.records.items()}

    def findings(self, assumed_zone: str | None) -> tuple[Finding, ...]:
        """What was left out or assumed."""
        found = [_finding(code, count, Severity.WARNING, Action.DROPPED) for code, count in self.counts.items()]
        passed_over = +self.passed_over
        if passed_over:
            kinds = ", ".join(sorted(passed_over))
            code = FindingCode.PASSED_OVER
            found.append(_finding(code, passed_over.total(), Severity.INFO, Action.DROPPED, kinds=kinds))
        if assumed_zone is not None:
            found.append(_finding(FindingCode.ZONE_ASSUMED, 1, Severity.WARNING, Action.KEPT, zone=assumed_zone))
        return tuple(found)

    def _add(self, entry: Fields, reader: Callable[[Fields], Record | None]) -> None:
        try:
            record = reader(entry)
        except DataError:
            self.counts[FindingCode.UNREADABLE_ROWS] += 1
            return
        if record is not None:
            self.records.setdefault(type(record), []).append(record)

    def _glucose(self, entry: Fields) -> Record | None:
        if _text(entry, "isDisplayOnly") == "true":
            self.passed_over["glucose for display only"] += 1
            return None
        entered = _text(entry, "wasUserEntered") == "true"
        value = mgdl_from(_number(entry, "quantity"), parse_glucose_unit(_text(entry, "quantity_units")))
        return GlucoseReading(
            time=_time(entry, "startDate"),
            source=self.source,
            glucose_mgdl=round(value, 2),
            kind=GlucoseKind.FINGERSTICK if entered else GlucoseKind.CGM,
        )

    def _meal(self, entry: Fields, limits: tuple[float, float]) -> Record:
        if _text(entry, "quantity_units") != "g":
            raise _unreadable("carbohydrate", "g")
        return Meal(
            time=_time(entry, "startDate"),
            source=self.source,
            carbs_g=_number(entry, "quantity"),
            absorption=_absorption(entry, limits),
            note=_text(entry, "foodType"),
        )

    def _dose(self, entry: Fields) -> Record | None:
        kind = _text(entry, "type").rpartition(".")[2].lower()
        if kind == "bolus":
            return self._bolus(entry)
        if kind in _BASAL_KINDS:
            return self._basal(entry, _BASAL_KINDS[kind])
        self.passed_over[f"doses of the type {kind or 'unknown'}"] += 1
        return None

    def _bolus(self, entry: Fields) -> Record | None:
        delivered = _optional(entry, "deliveredUnits")
        insulin = _number(entry, "value") if delivered is None else delivered
        if insulin <= 0:
            self.counts[FindingCode.NOT_DELIVERED] += 1
            return None
        automatic = _text(entry, "automatic") in {"true", "Optional(true)"}
        purpose = DosePurpose.AUTOMATED if automatic else DosePurpose.UNKNOWN
        return Bolus(time=_time(entry, "startDate"), source=self.source, insulin_u=insulin, purpose=purpose)

    def _basal(self, entry: Fields, kind: BasalKind) -> Record:
        start = _time(entry, "startDate")
        minutes = (_time(entry, "endDate") - start) / timedelta(minutes=1)
        rate = 0.0 if kind is BasalKind.SUSPENDED else _number(entry, "value")
        if kind is not BasalKind.SUSPENDED and not _text(entry, "unit").endswith("unitsPerHour"):
            if minutes <= 0:
                raise _unreadable("basal insulin", "U over a time")
            rate *= 60.0 / minutes
        return BasalSegment(time=start, source=self.source, duration_min=minutes, rate_u_per_h=rate, kind=kind)

    def _add_last_temporary(self, report: Fields) -> None:
        """The temporary rate that runs at the end of the report, unless the doses hold it."""
        entry = report.get("last_temp_basal")
        if not isinstance(entry, Mapping) or not entry:
            return
        basal = self.records.get(BasalSegment, [])
        self._add(_plain(entry), lambda one: self._basal(one, BasalKind.AUTOMATED))
        found = self.records.get(BasalSegment, [])
        if len(found) > 1 and any(one.time == found[-1].time for one in basal[:-1]):
            found.pop()


def _finding(code: FindingCode, count: int, severity: Severity, action: Action, **values: str) -> Finding:
    return Finding(code=code, severity=severity, stream="", action=action, count=count, values=values)


def _entries(report: Fields, name: str) -> Iterator[Fields]:
    entries = report.get(name)
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, Mapping):
            yield _plain(entry)


def _plain(entry: Mapping[str, object]) -> Fields:
    """The entry without the spaces and quotes that the report's Markdown leaves around names and texts."""
    return {key.strip(): value.strip().strip('"') if isinstance(value, str) else value for key, value in entry.items()}


def _text(entry: Fields, name: str) -> str:
    value = entry.get(name)
    return "true" if value is True else value.strip() if isinstance(value, str) else ""


def _optional(entry: Fields, name: str) -> float | None:
    """A number, or a text such as ``3.0`` or ``Optional(3.0)``; None for ``nil``."""
    value = entry.get(name)
    if isinstance(value, str):
        found = _NUMBER.match(value.strip())
        return float(found[1]) if found else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _number(entry: Fields, name: str) -> float:
    value = _optional(entry, name)
    if value is None:
        raise _unreadable(name, "a number")
    return value


def _time(entry: Fields, name: str) -> datetime:
    text = re.sub(r"\s+(?=[+-]\d{4}$)", "", _text(entry, name))
    try:
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise _unreadable(name, "a time") from error


def _unreadable(name: str, wanted: str) -> DataError:
    return DataError(ErrorCode.INVALID_VALUE, f"An entry's {name} is not {wanted}.", hint="Make the report again.")


def _absorption_limits(report: Fields) -> tuple[float, float]:
    """Absorption times in s up to which a meal is fast and medium: those that Loop offered the person."""
    fast = _optional(report, "carb_default_absorption_times_fast")
    medium = _optional(report, "carb_default_absorption_times_medium")
    return (0.0, 0.0) if fast is None or medium is None else (fast, medium)


def _absorption(entry: Fields, limits: tuple[float, float]) -> Absorption:
    seconds = _optional(entry, "absorptionTime")
    fast, medium = limits
    if seconds is None or not fast:
        return Absorption.UNKNOWN
    if seconds <= fast:
        return Absorption.FAST
    return Absorption.MEDIUM if seconds <= medium else Absorption.SLOW


def _zone(report: Fields) -> str | None:
    """A zone that always has the phone's offset; None when the report tells none in whole hours."""
    for name in ("basal_rate_timeZone", "carb_ratio_timeZone", "insulin_sensitivity_factor_timeZone"):
        seconds = _optional(report, name)
        if seconds is not None and seconds % _SECONDS_PER_HOUR == 0:
            hours = round(seconds / _SECONDS_PER_HOUR)
            if abs(hours) <= _LARGEST_OFFSET_H - 2 * (hours < 0):
                # In these names of the tz database the sign is that of the time west of Greenwich.
                return f"Etc/GMT{-hours:+d}" if hours else "UTC"
    return None


def _settings(report: Fields, first: datetime | None, counts: Counter[FindingCode]) -> tuple[TherapySettings, ...]:
    """The settings, from the first record on: the report does not say since when they hold.

    Raises:
        UnitError: correction factors come without a unit, or an unknown one.
    """
    try:
        factors = _schedule(report, "insulin_sensitivity_factor_schedule")
        unit = parse_glucose_unit(_text(report, "insulin_sensitivity_factor_unit")) if factors else None
        low, high = _targets(report, unit)
        duration = _optional(report, "insulin_action_duration")
        settings = TherapySettings(
            valid_from=first or datetime(1970, 1, 1, tzinfo=UTC),
            basal_u_per_h=_daily(_schedule(report, "basal_rate_schedule"), None),
            carb_ratio_g_per_u=_daily(_schedule(report, "carb_ratio_schedule"), None),
            correction_factor_mgdl_per_u=_daily(factors, unit),
            target_low_mgdl=low,
            target_high_mgdl=high,
            insulin_duration_min=None if duration is None else duration / 60.0,
        )
    except DataError:
        counts[FindingCode.IMPOSSIBLE_VALUES] += 1
        return ()
    return () if settings == TherapySettings(valid_from=settings.valid_from) else (settings,)


def _targets(report: Fields, unit: GlucoseUnit | None) -> tuple[DailySchedule | None, DailySchedule | None]:
    """Lower and upper ends of the correction range, in the unit of its overrides or else of the correction factor."""
    named = _text(report, "override_units")
    unit = parse_glucose_unit(named) if named else unit
    ranges = _schedule(report, "correction_range_schedule")
    pairs = {start: value for start, value in ranges.items() if isinstance(value, list) and len(value) == 2}
    ends = [{start: _number({"end": value[end]}, "end") for start, value in pairs.items()} for end in (0, 1)]
    if unit is None or any((value < PLAUSIBLE_MGDL) is (unit is GlucoseUnit.MGDL) for value in ends[0].values()):
        return None, None
    return _daily(ends[0], unit), _daily(ends[1], unit)


def _schedule(report: Fields, name: str) -> dict[time, object]:
    """Values by the local time at which they begin."""
    values: dict[time, object] = {}
    for entry in _entries(report, name):
        minutes = int(_number(entry, "startTime") // 60)
        if not 0 <= minutes < 1440:
            raise _unreadable("startTime", "a time of day")
        values[time(minutes // 60, minutes % 60)] = entry.get("value")
    return values


def _daily(values: Mapping[time, object], unit: GlucoseUnit | None) -> DailySchedule | None:
    if not values:
        return None
    known = sorted((start, _number({"value": value}, "value")) for start, value in values.items())
    converted = tuple(value if unit is None else round(float(mgdl_from(value, unit)), 2) for _, value in known)
    return DailySchedule(starts=tuple(start for start, _ in known), values=converted)
