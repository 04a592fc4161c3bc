"""Open mHealth data points of blood glucose, schemas 1.0 to 4.0: with or without header, one or many.

Source: openmhealth/schemas, ``blood-glucose-3.0`` and ``blood-glucose-4.0`` with ``specimen-source-2.0``. A point must
have a value in mg/dL or mmol/L, an effective time frame, and a known specimen if it names one; otherwise it is refused.
Points of a descriptive statistic, such as the minimum over some months, are no readings and are passed over.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit, mgdl_from, parse_glucose_unit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import left_out
from glucotwin.ingest.parse.glucose_kind import kind_of_device, with_kinds
from glucotwin.ingest.parse.glucose_wording import converted
from glucotwin.ingest.parse.json_stream import Fields, JsonStream, mapping_at, mappings_at, number_at, text_at
from glucotwin.ingest.parse.written_instant import instants
from glucotwin.ingest.source import FileHead, read_text

LONGEST_READING_MIN = 15.0
"""A value over a longer interval is no reading."""
SPECIMENS: Mapping[str, GlucoseKind | None] = MappingProxyType(
    {
        "interstitial fluid": GlucoseKind.CGM,
        "capillary blood": GlucoseKind.FINGERSTICK,
        "whole blood": GlucoseKind.LAB,
        "venous blood": GlucoseKind.LAB,
        "arterial blood": GlucoseKind.LAB,
        "plasma": GlucoseKind.LAB,
        "serum": GlucoseKind.LAB,
        **dict.fromkeys(("breath", "lacrimal fluid", "saliva", "sweat", "tears", "urine")),
    }
)
"""Specimens of the schemas as kinds of glucose; None for those in which glucose is not blood glucose."""
LONG = "value over an interval"
"""Kind of a point that is passed over."""
_MINUTES = MappingProxyType({"ms": 1.0 / 60000.0, "sec": 1.0 / 60.0, "min": 1.0, "h": 60.0})
_GLUCOSE = re.compile(r'"blood_glucose"\s*:\s*\{')
_SCHEMA_ID = re.compile(r'"namespace"\s*:\s*"(?:omh|granola)"')


class OpenMHealthFormat(DataFormat):
    """Reads Open mHealth JSON."""

    name = "open-mhealth"
    title = "Open mHealth JSON"
    size_limit_bytes = 512 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of JSON with a blood glucose or the header of an Open mHealth schema."""
        text = head.text.lstrip()
        known = _GLUCOSE.search(text) or _SCHEMA_ID.search(text)
        return 1.0 if text[:1] in ("{", "[") and known else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads point by point; those that break their schema are left out, and refused when there are no others."""
        progress("reading data points", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        stream = JsonStream(text, name=path.name)
        points: list[_Point] = []
        passed_over: Counter[str] = Counter()
        faults: list[str] = []
        for document in stream:
            for body, source in _bodies(document):
                read = _point(body, source)
                if isinstance(read, _Point):
                    points.append(read)
                elif isinstance(read, _Fault):
                    faults.append(read.reason)
                else:
                    passed_over[read] += 1
        if faults and not points and not passed_over:
            raise _refused(path.name, faults)
        progress("sorting out points", 0.7)
        return self._imported(points, len(faults) + stream.unreadable, passed_over, options)

    def _imported(
        self, points: Sequence["_Point"], unreadable: int, passed_over: Counter[str], options: ImportOptions
    ) -> Imported:
        table = pl.DataFrame(points, schema=_SCHEMA, orient="row")
        begun = instants(table["time"], zone=options.zone, title=self.title)
        ended = instants(table["end"], zone=options.zone, title=self.title)
        minutes = (ended.time - begun.time).dt.total_microseconds() / 60e6
        timed = table.with_columns(begun.time, minutes=minutes).filter(begun.time.is_not_null() & ~begun.is_date)
        long = (pl.col("minutes") > LONGEST_READING_MIN).fill_null(False)
        passed_over[LONG] += len(timed.filter(long))
        readings = with_kinds(timed.filter(~long))
        glucose = readings.select("time", "kind", "glucose_mgdl", source=pl.lit(self.name))
        return Imported(
            streams={"glucose": glucose} if len(glucose) else {},
            person=PersonHints(zone=options.zone),
            findings=(
                *begun.findings,
                *converted(readings.filter("molar"), GlucoseUnit.MMOLL),
                *left_out(unreadable + len(table) - len(timed), passed_over),
            ),
        )


class _Point(NamedTuple):
    """One reading as it came, its value in mg/dL."""

    time: str
    end: str | None
    glucose_mgdl: float
    molar: bool
    kind: str | None


class _Fault(NamedTuple):
    """Why a point breaks its schema."""

    reason: str


_SCHEMA = {
    "time": pl.String,
    "end": pl.String,
    "glucose_mgdl": pl.Float64,
    "molar": pl.Boolean,
    "kind": pl.String,
}


def _bodies(document: Fields) -> Iterator[tuple[Fields, str]]:
    """Bodies with the name of their source: of a data point, of a list of them as servers wrap it, or a body itself."""
    listed = mappings_at(document, "body") if isinstance(document.get("body"), list) else []
    if listed:
        for point in listed:
            yield from _bodies(point)
        return
    provenance = mapping_at(mapping_at(document, "header"), "acquisition_provenance")
    yield mapping_at(document, "body") or document, text_at(provenance, "source_name")


def _point(body: Fields, source: str) -> "_Point | _Fault | str":
    """A reading, the fault that a point has, or the kind of a point that is passed over."""
    if "blood_glucose" not in body:
        return next((name.replace("_", " ") for name in body if name.replace("_", "").isalpha()), "unknown measure")
    quantity = mapping_at(body, "blood_glucose")
    value, unit = number_at(quantity, "value"), text_at(quantity, "unit")
    if value is None:
        return _Fault("its blood glucose has no number")
    specimen = body.get("specimen_source", body.get("blood_specimen_type"))
    if specimen is not None and (not isinstance(specimen, str) or specimen not in SPECIMENS):
        return _Fault("its specimen source is not one that the schema knows")
    time, end = _time_frame(mapping_at(body, "effective_time_frame"))
    if time is None:
        return _Fault("it has no effective time frame")
    if not unit:
        raise UnitError(
            ErrorCode.MISSING_UNIT, "A blood glucose has no unit.", hint='Its "unit" must be "mg/dL" or "mmol/L".'
        )
    glucose_unit = parse_glucose_unit(unit)
    if body.get("descriptive_statistic") is not None:
        return "descriptive statistic"
    if _is_long(mapping_at(mapping_at(mapping_at(body, "effective_time_frame"), "time_interval"), "duration")):
        return LONG
    kind = kind_of_device(source) if specimen is None else SPECIMENS[specimen]
    if specimen is not None and kind is None:
        return f"glucose of {specimen}"
    return _Point(
        time=time,
        end=end,
        glucose_mgdl=float(mgdl_from(value, glucose_unit)),
        molar=glucose_unit is GlucoseUnit.MMOLL,
        kind=None if kind is None else str(kind),
    )


def _is_long(duration: Fields) -> bool:
    """Whether the duration of an interval, if it is given as such, is too long for a reading."""
    value = number_at(duration, "value")
    minutes = _MINUTES.get(text_at(duration, "unit"), LONGEST_READING_MIN + 1.0)
    return value is not None and value * minutes > LONGEST_READING_MIN


def _time_frame(frame: Fields) -> tuple[str | None, str | None]:
    """The start of a time frame, and its end if it has one."""
    moment = text_at(frame, "date_time")
    if moment:
        return moment, None
    interval = mapping_at(frame, "time_interval")
    start, end = text_at(interval, "start_date_time"), text_at(interval, "end_date_time")
    return start or end or None, end or None


def _refused(name: str, faults: Sequence[str]) -> DataError:
    reason = "; ".join(dict.fromkeys(faults))
    return DataError(
        ErrorCode.INVALID_VALUE,
        f"{name!r} has no data point that keeps to its Open mHealth schema: {reason}.",
        hint="Export the data again; a reading needs a value with its unit and the time at which it was taken.",
    )
