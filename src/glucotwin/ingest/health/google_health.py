"""Tables of Google Health, formerly Fitbit, and of Google Fit in Google Takeout.

Sources: the notes that Takeout puts beside the files and public descriptions of them; no real file was at hand. Times
carry ``Z`` or an offset, except in tables of heart-rate variability, which are local, and of Google Fit's days, whose
date is only the file's name. Several devices may count the same steps. Zero means that nothing was measured.
"""

import re
from collections import Counter
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import SleepStage
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.health.step_count import steps_per_minute
from glucotwin.ingest.left_out import left_out
from glucotwin.ingest.merge import counted_once, joined
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.table import read_table
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.quality import Finding

HEART_RATE, STEPS, TIME, SOURCE = "beats per minute", "steps", "timestamp", "data source"
STAGE = "sleep_stage_type"
SLEEP = "sleep_type"
EXERCISE = "exercise_start"
MOVE_MINUTES = "move minutes count"
RMSSD = "rmssd"
DAILY_HOURS = 12.0
"""Heart rates this far apart are daily summaries."""
_STAGES = {
    "DEEP": SleepStage.DEEP,
    "LIGHT": SleepStage.LIGHT,
    "REM": SleepStage.REM,
    "AWAKE": SleepStage.AWAKE,
    "WAKE": SleepStage.AWAKE,
    "RESTLESS": SleepStage.AWAKE,
    "ASLEEP": SleepStage.ASLEEP,
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_table(header: str) -> bool:
    """Whether a table's first line is one of Google Health or Google Fit."""
    cells = _cells(header)
    if cells[0] == TIME:
        return cells[-1] == SOURCE or cells[1:] in ([HEART_RATE], [STEPS]) or cells[1:3] == [RMSSD, "coverage"]
    return (
        (cells[0] == "sleep_id" and (STAGE in cells or SLEEP in cells))
        or (cells[0] == "exercise_id" and EXERCISE in cells)
        or (cells[0] in {"date", "start time"} and MOVE_MINUTES in cells)
    )


def _cells(header: str) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in header.lstrip("\ufeff").split(",")]


def read_google_table(path: Path, *, limit_bytes: int, title: str, options: ImportOptions) -> Imported:
    """One table; what it measures follows from its columns.

    Args:
        path: a file that ``is_table`` accepts.
        limit_bytes: larger files are refused.
        title: what is being read, for messages.
        options: the zone of local times.

    Raises:
        DataError: it is no table, lacks a zone, or a day of Google Fit has no date in its name.
    """
    table = read_table(path, limit_bytes=limit_bytes, title=title)
    names = [column.lower() for column in table.columns]
    if len(set(names)) < len(names):
        raise DataError(
            ErrorCode.UNREADABLE_FILE, f"{path.name!r} has two columns of one name.", hint="Export the data again."
        )
    table.columns = names
    return _Table(path.name, table, options).imported()


class _Table:
    """One table, and what was left out of it."""

    def __init__(self, name: str, table: pl.DataFrame, options: ImportOptions) -> None:
        self._name, self._table, self._options = name, table, options
        self._unreadable = 0
        self._passed_over: Counter[str] = Counter()
        self._findings: list[Finding] = []

    def imported(self) -> Imported:
        readers = {
            STAGE: self._stages,
            SLEEP: self._nights,
            EXERCISE: self._exercises,
            MOVE_MINUTES: self._day,
            RMSSD: self._variability,
            HEART_RATE: self._heart_rates,
            STEPS: self._steps,
        }
        reader = next((reader for column, reader in readers.items() if column in self._table.columns), None)
        streams: dict[str, pl.DataFrame] = {}
        if reader is None:
            self._passed_over[", ".join(self._table.columns[2:-1]) or "values"] += len(self._table)
        else:
            streams = reader()
        findings = (*self._findings, *left_out(self._unreadable, self._passed_over))
        return Imported(streams=streams, findings=findings)

    def _texts(self, column: str) -> pl.Series:
        if column in self._table.columns:
            return self._table[column]
        return pl.Series(column, [None] * len(self._table), dtype=pl.String)

    def _numbers(self, column: str) -> pl.Series:
        numbers = self._texts(column).cast(pl.Float64, strict=False)
        return numbers.set(~numbers.is_finite().fill_null(False), None)

    def _positive(self, column: str) -> pl.Series:
        numbers = self._numbers(column)
        return numbers.set((numbers <= 0).fill_null(False), None)

    def _readable(self, frame: pl.DataFrame, *needed: str) -> pl.DataFrame:
        readable = frame.drop_nulls(needed or None)
        self._unreadable += len(frame) - len(readable)
        return readable

    def _source(self) -> pl.Series:
        return self._texts(SOURCE).fill_null("")

    def _stretch(self, start: str, end: str) -> dict[str, pl.Series]:
        begin, finish = instants(self._texts(start)), instants(self._texts(end))
        return {"time": begin, "duration_min": (finish - begin).dt.total_microseconds() / 60e6}

    def _heart_rates(self) -> dict[str, pl.DataFrame]:
        frame = self._readable(
            pl.DataFrame(
                {
                    "time": instants(self._texts(TIME)),
                    "heart_rate_bpm": self._numbers(HEART_RATE),
                    "source": self._source(),
                }
            )
        )
        hours = frame["time"].sort().diff().drop_nulls().dt.total_seconds().median()
        if "resting" in self._name.lower() or (isinstance(hours, float) and hours >= DAILY_HOURS * 3600.0):
            self._passed_over["resting heart rates"] += len(frame)
            return {}
        streams, findings = counted_once(joined([{"heart_rate": frame}]))
        self._findings += findings
        return streams

    def _steps(self) -> dict[str, pl.DataFrame]:
        time = instants(self._texts(TIME))
        frame = self._readable(
            pl.DataFrame({"time": time, "end": time, "steps": self._numbers(STEPS), "device": self._source()})
        )
        steps, findings = steps_per_minute(frame.unique(maintain_order=True))
        self._findings += findings
        return {"activity": steps}

    def _variability(self) -> dict[str, pl.DataFrame]:
        zone = require_zone(self._options, title="a table of heart-rate variability")
        texts = self._texts(TIME).str.replace("T", " ")
        resolved = utc_from_local(texts.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False), zone)
        self._findings += resolved.findings
        frame = pl.DataFrame({"time": resolved.time, "rmssd_ms": self._positive(RMSSD)})
        return {"heart_rate_variability": self._readable(frame)}

    def _stages(self) -> dict[str, pl.DataFrame]:
        stage = self._texts(STAGE).replace_strict(_STAGES, default=None, return_dtype=pl.String)
        frame = pl.DataFrame(self._stretch("sleep_stage_start", "sleep_stage_end") | {"stage": stage})
        return {"sleep": self._readable(frame)}

    def _nights(self) -> dict[str, pl.DataFrame]:
        """Nights without stages; the others' stand in a table of their own."""
        staged = (self._texts(SLEEP) == "STAGES").fill_null(False)
        if staged.any():
            self._passed_over["nights whose stages stand in another file"] += int(staged.sum())
        frame = pl.DataFrame(self._stretch("sleep_start", "sleep_end")).filter(~staged)
        return {"sleep": self._readable(frame).with_columns(stage=pl.lit(str(SleepStage.ASLEEP)))}

    def _exercises(self) -> dict[str, pl.DataFrame]:
        names = self._texts("activity_name").fill_null("").str.slice(0, 60)
        frame = pl.DataFrame(
            self._stretch(EXERCISE, "exercise_end")
            | {
                "activity_type": pl.Series([str(activity_type_of(name)) for name in names], dtype=pl.String),
                "heart_rate_bpm": self._positive("tracker_avg_heart_rate"),
                "note": names,
            }
        )
        return {"activity": self._readable(frame, "time", "duration_min")}

    def _day(self) -> dict[str, pl.DataFrame]:
        """A day of Google Fit in quarters of an hour; its table of daily totals says nothing about times of day."""
        if "date" in self._table.columns:
            self._passed_over["daily totals"] += len(self._table)
            return {}
        found = _DATE.search(self._name)
        if found is None:
            raise DataError(
                ErrorCode.NAIVE_TIME,
                f"{self._name!r} is a day of Google Fit whose date is only in the file's name, which was changed.",
                hint="Keep the names of the exported files: 2024-03-01.csv.",
            )
        time, end = (instants(f"{found.group()}T" + self._texts(f"{edge} time")) for edge in ("start", "end"))
        minutes = (end - time).dt.total_microseconds() / 60e6
        frame = self._readable(
            pl.DataFrame(
                {
                    "time": time,
                    # The last quarter ends at 0:00 of the next day.
                    "duration_min": (minutes + 1440.0).zip_with((minutes <= 0).fill_null(False), minutes),
                    "steps": self._positive("step count"),
                    "heart_rate_bpm": self._positive("average heart rate (bpm)"),
                }
            ),
            "time",
            "duration_min",
        )
        return {
            "activity": frame.drop_nulls("steps").drop("heart_rate_bpm"),
            "heart_rate": frame.drop_nulls("heart_rate_bpm").select("time", "heart_rate_bpm"),
        }


def instants(texts: pl.Series) -> pl.Series:
    """Instants of ISO 8601 texts that carry ``Z`` or an offset, with or without a colon; null for others."""
    plain = texts.str.replace(" ", "T").str.replace("(?i)Z$", "+0000").str.replace(r"([+-]\d\d):(\d\d)$", "${1}${2}")
    return plain.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", strict=False).cast(TIME_TYPE)
