"""Glucose-ML: sensor readings of many open data sets, one CSV per person, in one layout.

Source: Augmented-Health-Lab/Glucose-ML-Project on GitHub; each data set keeps its own licence. Times are local and the
file does not say where, nor which data set it belongs to. Traps, all handled here: ``Low`` and ``High`` words; repeated
times in the hour that an autumn change of clocks repeats; the files of Colas 2019 have times of day without a date and
are refused.
"""

from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.table import LINE, read_table, require_columns
from glucotwin.ingest.parse.timed_table import header_cells, one_per_time, timed_rows
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.source import FileHead

COLUMNS = ("timestamp", "glucose_value_mg_dl")
SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=400.0)
"""What the words mean. Numbers are values: which sensor they come from is not in the file."""
_CLOCK = r"^\d{1,2}:\d{2}(:\d{2})?$"


class GlucoseMlFormat(DataFormat):
    """Reads one person's file of Glucose-ML."""

    name = "glucose-ml"
    title = "a Glucose-ML file"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header is the two columns."""
        return 1.0 if header_cells(head.header) == COLUMNS else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one person's file.

        Raises:
            DataError: the zone is not known, or the times have no date.
        """
        progress("reading the file", 0.0)
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, ragged=True)
        require_columns(table, COLUMNS, title="A Glucose-ML file")
        _check_dates(table)
        zone = require_zone(options, title=self.title)
        progress("sorting out rows", 0.5)
        rows, findings = timed_rows(table, "timestamp", zone=zone, orders=(DateOrder.YEAR_FIRST,))
        read, unread = glucose_readings(
            rows.select("time", "glucose_value_mg_dl"),
            "glucose_value_mg_dl",
            unit=GlucoseUnit.MGDL,
            kind=GlucoseKind.CGM,
            measuring=SENSOR_RANGE,
        )
        glucose, repeated = one_per_time(read)
        return Imported(
            streams={"glucose": glucose.with_columns(source=pl.lit(self.name))},
            person=PersonHints(zone=zone),
            findings=(*findings, *unreadable_rows(unread, stream="glucose"), *repeated),
        )


def _check_dates(table: pl.DataFrame) -> None:
    """Passes when the times have dates.

    Raises:
        DataError: they are times of day; the days cannot be told.
    """
    texts = table["timestamp"]
    undated = texts.str.contains(_CLOCK).fill_null(False)
    if texts.len() and undated.sum() > texts.len() / 2:
        row = int(undated.arg_true()[0])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{texts[row]!r} in line {table[LINE][row]} is a time of day without a date ({undated.sum()} such lines).",
            hint="Add the dates; this copy of the data set does not have them.",
        )
