"""The UCI data set "Diabetes" (AIM-94): one tab-separated file without a header per person, of 70 people, 1988 to 1991.

Source: M. Kahn, Washington University, St. Louis; UCI Machine Learning Repository (CC BY 4.0). Date, time, code, value;
glucose in mg/dL by finger-stick, injections in U. Traps, all handled here: people who kept their diary on paper have
the times 8:00, 12:00, 18:00 and 22:00, whenever it was; ``0Hi`` and ``0Lo`` are out of the meter's range, ``3A`` and
``0''`` are nothing; rows lack their date and time; codes 0, 4, 36 and 56 are documented nowhere; meals and exercise are
only more or less than usual, so that they become notes.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.observation import NoteKind
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.glucose_column import MeasuringRange, glucose_readings
from glucotwin.ingest.parse.table import table_of
from glucotwin.ingest.parse.timed_table import timed_rows
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_text

ZONE = "America/Chicago"
"""Of the university that collected the records; the files name none."""
INSULINS: Mapping[str, tuple[str, DosePurpose]] = MappingProxyType(
    {
        "33": ("regular", DosePurpose.UNKNOWN),
        "34": ("nph", DosePurpose.BASAL),
        "35": ("ultralente", DosePurpose.BASAL),
    }
)
GLUCOSE_CODES = ("48", "57", "58", "59", "60", "61", "62", "63", "64")
NOTES: Mapping[str, str] = MappingProxyType(
    {
        "65": "Symptoms of low glucose",
        "66": "Usual meal",
        "67": "Larger meal than usual",
        "68": "Smaller meal than usual",
        "69": "Usual exercise",
        "70": "More exercise than usual",
        "71": "Less exercise than usual",
        "72": "Special event",
    }
)
METER_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=400.0)
"""What low and high words are at most and at least; the highest number in the file that has them is 393."""
PAPER_TIMES = ("08:00", "8:00", "12:00", "18:00", "22:00")
PAPER_FRACTION = 0.9
"""A file of which so many rows have these times was kept on paper."""
ROW = re.compile(r"^(\d{1,2}-\d{1,2}-\d{4}\t\d{1,2}:\d{1,2}|\t\d+)\t\d{1,3}\t\S*\s*$")
RECOGNISED_LINES = 50
RECOGNISED_FRACTION = 0.8


class Aim94Format(DataFormat):
    """Reads one person's file of AIM-94."""

    name = "aim94"
    title = "an AIM-94 file"
    size_limit_bytes = 16 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when nearly all of the first lines are date, time, code and value."""
        lines = [line for line in head.lines[:RECOGNISED_LINES] if line.strip()]
        if not head.complete and len(lines) == len(head.lines):
            lines = lines[:-1]
        fitting = sum(ROW.match(line) is not None for line in lines)
        return 1.0 if lines and fitting >= RECOGNISED_FRACTION * len(lines) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one person's file (see the module for what is handled)."""
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        table = table_of(
            f"date\tclock\tcode\tvalue\n{text.replace(chr(34), '')}",
            name=path.name,
            separator="\t",
            first_line=0,
            ragged=True,
        )
        progress("sorting out rows", 0.5)
        clock = pl.col("clock").str.replace(r":(\d)$", ":0${1}")
        dated = table.with_columns(written=pl.concat_str("date", clock, separator=" "))
        rows, findings = timed_rows(
            dated, "written", zone=options.zone or ZONE, orders=(DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)
        )
        streams, unread, unknown = _streams(rows)
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(zone=ZONE, diabetes_type=DiabetesType.TYPE_1, therapy=TherapyKind.INJECTIONS),
            findings=(
                *findings,
                *_on_paper(rows),
                *unreadable_rows(unread),
                *_unknown(unknown),
                *passed_over(len(streams["note"]), kinds="meals, exercise and symptoms without amounts, kept as notes"),
            ),
        )


def _streams(rows: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], int, pl.Series]:
    """The streams, how many values cannot be read, and the codes that nobody documented."""
    measured = rows.filter(pl.col("code").is_in(GLUCOSE_CODES))
    plain = measured.select("time", value=pl.col("value").str.replace(r"^0(Hi|Lo)$", "${1}"))
    glucose, unread = glucose_readings(
        plain, "value", unit=GlucoseUnit.MGDL, kind=GlucoseKind.FINGERSTICK, measuring=METER_RANGE
    )
    dosed = rows.filter(pl.col("code").is_in(list(INSULINS)))
    products = {code: product for code, (product, _) in INSULINS.items()}
    purposes = {code: str(purpose) for code, (_, purpose) in INSULINS.items()}
    pen = dosed.select(
        "time",
        insulin_u=written_numbers(dosed["value"]),
        product=pl.col("code").replace_strict(products, return_dtype=pl.String),
        purpose=pl.col("code").replace_strict(purposes, return_dtype=pl.String),
    )
    given = pen.filter(pl.col("insulin_u") > 0)
    noted = rows.filter(pl.col("code").is_in(list(NOTES)))
    note = noted.select(
        "time",
        text=pl.col("code").replace_strict(dict(NOTES), return_dtype=pl.String),
        kind=pl.lit(str(NoteKind.NOTE)),
    )
    known = pl.col("code").is_in([*GLUCOSE_CODES, *INSULINS, *NOTES]).fill_null(False)
    unread += measured["value"].null_count() + pen["insulin_u"].null_count() + rows["code"].null_count()
    other = rows.filter(~known & pl.col("code").is_not_null())["code"]
    return {"glucose": glucose, "pen": given, "note": note}, unread, other


def _on_paper(rows: pl.DataFrame) -> tuple[Finding, ...]:
    paper = rows.filter(pl.col("clock").is_in(PAPER_TIMES))
    if len(paper) < PAPER_FRACTION * len(rows):
        return ()
    code, severity, action = FindingCode.UNCERTAIN_TIMES, Severity.WARNING, Action.KEPT
    return findings_in(paper, code, severity=severity, action=action)


def _unknown(codes: pl.Series) -> tuple[Finding, ...]:
    names = sorted(set(codes), key=lambda code: (len(code), code))
    return passed_over(len(codes), kinds=f"undocumented codes {', '.join(names[:12])}")
