"""Fitbit: the JSON and CSV files of Google Takeout, one kind of measurement and one stretch of time each.

Sources: Takeout's own notes beside the files and public descriptions of them; no real file was at hand. The JSON files
of "Global Export Data" are read here, tables in ``google_health``. Known traps, all handled: times are
``MM/DD/YY HH:MM:SS`` in UTC, but those of sleep are local and keep the offset of the night's beginning; counts are
texts; a heart rate of confidence 0 is a placeholder; steps, distance and energy look alike, so that only the file's
name tells them apart; resting heart rates look like measured ones.

Limits: public descriptions disagree whether exercises begin in UTC or in local time; UTC is used, as by most. The steps
of an exercise stand in the file of steps and are not read twice. Weights have no place in an import.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import cast

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.activity import SleepStage
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.health.google_health import is_table, read_google_table
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.left_out import left_out
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead, read_text

NAME = "fitbit"
_PAIRS = re.compile(
    r'^\s*\[\s*\{\s*"dateTime"\s*:\s*"\d\d/\d\d/\d\d \d\d:\d\d:\d\d"\s*,\s*"value"\s*:\s*(?P<value>"-?[\d.]+"|\{)'
)
_SLEEP = re.compile(r'^\s*\[\s*\{.{0,400}"dateOfSleep"\s*:', re.DOTALL)
_EXERCISE = re.compile(r'^\s*\[\s*\{.{0,400}"activityName"\s*:.{0,200}"activityTypeId"\s*:', re.DOTALL)
_WEIGHT = re.compile(r'^\s*\[\s*\{\s*"logId"\s*:\s*\d+\s*,\s*"weight"\s*:')
_UTC = "%m/%d/%y %H:%M:%S"
_STEPS_NAME = re.compile(r"(?:^|[^a-z])steps(?:[^a-z]|$)", re.IGNORECASE)
_OTHER_NAME = re.compile(
    r"distance|altitude|calories|sedentary|lightly|moderately|very|active|floors|elevation|swim", re.IGNORECASE
)
_STAGES = MappingProxyType(
    {
        "deep": SleepStage.DEEP,
        "light": SleepStage.LIGHT,
        "rem": SleepStage.REM,
        "wake": SleepStage.AWAKE,
        "awake": SleepStage.AWAKE,
        "restless": SleepStage.AWAKE,
        "asleep": SleepStage.ASLEEP,
    }
)
Row = Mapping[str, object]


class FitbitFormat(DataFormat):
    """Reads one file of a Fitbit or Google Health export."""

    name = NAME
    title = "a Fitbit or Google Takeout file"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain of a table or an array of objects with Fitbit's fields."""
        text = head.text
        known = (_PAIRS, _SLEEP, _EXERCISE, _WEIGHT)
        return 1.0 if is_table(head.header) or any(pattern.search(text) for pattern in known) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one file; what it measures follows from its fields, and where these say nothing from its name."""
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        progress("reading the file", 0.3)
        header = next((line.strip() for line in text.splitlines() if line.strip()), "")
        if is_table(header):
            imported = read_google_table(path, limit_bytes=self.size_limit_bytes, title=self.title, options=options)
        else:
            imported = _read_json(path.name, text, options)
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(NAME)) for name, frame in imported.streams.items()},
            findings=imported.findings,
        )


def _read_json(name: str, text: str, options: ImportOptions) -> Imported:
    rows = _rows_of(name, text)
    account = _Account()
    if _SLEEP.search(text):
        streams = account.sleep(rows, require_zone(options, title="a Fitbit sleep log"))
    elif _EXERCISE.search(text):
        streams = account.exercises(rows)
    elif (pair := _PAIRS.search(text)) is None:
        streams = account.nothing("weights", len(rows))
    elif pair["value"] != "{":
        streams = account.counts(rows, name)
    elif _is_heart_rate(rows):
        streams = account.heart_rates(rows)
    else:
        streams = account.nothing("daily values", len(rows))
    return Imported(streams=streams, findings=account.findings())


def _rows_of(name: str, text: str) -> list[Row]:
    """The objects of an array; anything else in it becomes an empty one.

    Raises:
        DataError: it is no JSON array.
    """
    try:
        rows = cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise DataError(
            ErrorCode.UNREADABLE_FILE, f"{name!r} is damaged or cut off: {error}.", hint="Export the data again."
        ) from error
    if not isinstance(rows, list):
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{name!r} is no JSON array.", hint="Export the data again.")
    return [_object(row) for row in cast("list[object]", rows)]


def _object(value: object) -> Row:
    return cast("Row", value) if isinstance(value, dict) else {}


def _texts(rows: Sequence[Row], key: str) -> pl.Series:
    return pl.Series([one if isinstance(one := row.get(key), str) else None for row in rows], dtype=pl.String)


def _numbers(rows: Sequence[Row], key: str) -> pl.Series:
    """Numbers, written as such or as texts; null for anything else."""
    values = [str(one) if isinstance(one := row.get(key), (int, float, str)) else None for row in rows]
    numbers = pl.Series(values, dtype=pl.String).cast(pl.Float64, strict=False)
    return numbers.set(~numbers.is_finite().fill_null(False), None)


def _instants(texts: pl.Series) -> pl.Series:
    return texts.str.to_datetime(_UTC, time_unit="us", strict=False).dt.replace_time_zone("UTC").cast(TIME_TYPE)


def _local(texts: pl.Series) -> pl.Series:
    whole = texts.str.replace("T", " ").str.replace(r"\.\d+$", "")
    return whole.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)


def _is_heart_rate(rows: Sequence[Row]) -> bool:
    return any("bpm" in _object(row.get("value")) for row in rows[:100])


class _Account:
    """Makes streams of rows and notes what was left out."""

    def __init__(self) -> None:
        self._unreadable = 0
        self._passed_over: Counter[str] = Counter()
        self._findings: list[Finding] = []

    def findings(self) -> tuple[Finding, ...]:
        """What was found, with the counts of what was left out."""
        return (*self._findings, *left_out(self._unreadable, self._passed_over))

    def nothing(self, what: str, count: int) -> dict[str, pl.DataFrame]:
        """No stream: a kind of file that is not used."""
        self._passed_over[what] += count
        return {}

    def counts(self, rows: Sequence[Row], name: str) -> dict[str, pl.DataFrame]:
        """Steps per minute, if the name says that these are steps."""
        if not _STEPS_NAME.search(name):
            if _OTHER_NAME.search(name):
                return self.nothing("distance, energy and the like", len(rows))
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"{name!r} holds counts per minute, but neither the file nor its name says of what.",
                hint="Keep the names of the exported files: steps-2024-03-01.json.",
            )
        frame = pl.DataFrame({"time": _instants(_texts(rows, "dateTime")), "steps": _numbers(rows, "value")})
        counted = self._readable(frame)
        return {"activity": counted.filter(pl.col("steps") > 0).with_columns(duration_min=pl.lit(1.0))}

    def heart_rates(self, rows: Sequence[Row]) -> dict[str, pl.DataFrame]:
        """Heart rates of which the tracker has some confidence."""
        values = [_object(row.get("value")) for row in rows]
        frame = self._readable(
            pl.DataFrame(
                {
                    "time": _instants(_texts(rows, "dateTime")),
                    "heart_rate_bpm": _numbers(values, "bpm"),
                    "confidence": _numbers(values, "confidence").fill_null(1.0),
                }
            )
        )
        sure = frame.filter(pl.col("confidence") > 0)
        if len(sure) < len(frame):
            self._passed_over["heart rates without confidence"] += len(frame) - len(sure)
        return {"heart_rate": sure.drop("confidence")}

    def exercises(self, rows: Sequence[Row]) -> dict[str, pl.DataFrame]:
        """Exercises with their mean heart rate."""
        active = _numbers(rows, "activeDuration").fill_null(_numbers(rows, "duration")) / 60e3
        names = _texts(rows, "activityName").fill_null("").str.slice(0, 60)
        heart_rate = _numbers(rows, "averageHeartRate")
        frame = pl.DataFrame(
            {
                "time": _instants(_texts(rows, "startTime")),
                "duration_min": active,
                "activity_type": [str(activity_type_of(name)) for name in names],
                "note": names,
            }
        ).with_columns(heart_rate_bpm=heart_rate.set((heart_rate <= 0).fill_null(False), None))
        readable = self._readable(frame, ("time", "duration_min"))
        return {"activity": readable}

    def sleep(self, rows: Sequence[Row], zone: str) -> dict[str, pl.DataFrame]:
        """Nights by their stages, or as a whole where there are none."""
        resolved = utc_from_local(_local(_texts(rows, "startTime")), zone)
        self._findings += resolved.findings
        nights = pl.DataFrame({"start": resolved.time, "local": _local(_texts(rows, "startTime"))})
        stretches = [self._stretches(row) for row in rows]
        table = pl.DataFrame(
            {
                "night": [night for night, parts in enumerate(stretches) for _ in parts],
                "at": [part[0] for parts in stretches for part in parts],
                "stage": [part[1] for parts in stretches for part in parts],
                "seconds": [part[2] for parts in stretches for part in parts],
            },
            schema={"night": pl.UInt32, "at": pl.String, "stage": pl.String, "seconds": pl.Float64},
        )
        joined = table.join(nights.with_row_index("night"), on="night", how="left", maintain_order="left")
        # The clock of a night is not changed: all of it has the offset of its beginning.
        since = _local(joined["at"]) - joined["local"]
        frame = joined.select((pl.col("start") + since).alias("time"), "stage", duration_min=pl.col("seconds") / 60.0)
        return {"sleep": self._readable(frame)}

    def _stretches(self, row: Row) -> list[tuple[str | None, str | None, float | None]]:
        """Local time, stage and seconds of the parts of a night."""
        levels = _object(row.get("levels"))
        parts = levels.get("data")
        if not isinstance(parts, list) or not parts:
            seconds = _numbers([row], "duration")[0]
            whole = None if seconds is None else float(seconds) / 1000.0
            return [(_texts([row], "startTime")[0], str(SleepStage.ASLEEP), whole)]
        if isinstance(short := levels.get("shortData"), list) and short:
            self._passed_over["short wakings within other stages"] += len(cast("list[object]", short))
        data = [_object(part) for part in cast("list[object]", parts)]
        stages = [str(_STAGES[one]) if (one := str(part.get("level"))) in _STAGES else None for part in data]
        return list(zip(_texts(data, "dateTime"), stages, _numbers(data, "seconds"), strict=True))

    def _readable(self, frame: pl.DataFrame, needed: Sequence[str] | None = None) -> pl.DataFrame:
        readable = frame.drop_nulls(needed)
        self._unreadable += len(frame) - len(readable)
        return readable
