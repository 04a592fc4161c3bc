"""The quality page: what it shows, and that it needs nothing else."""

import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import STREAMS
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.check import coverage_of
from glucotwin.ingest.detect.days import day_reports
from glucotwin.ingest.quality import Action, Finding, FindingCode, QualityReport, Severity, Source
from glucotwin.reports.quality_page import daily_counts, render_quality
from glucotwin.reports.section.quality import stream_name

START = datetime(2024, 3, 1, 22, 30, tzinfo=UTC)
LINE = Timeline.from_records(
    Person(person_id="anna", zone="Europe/Berlin"),
    [
        *(GlucoseReading(time=START + timedelta(minutes=5 * step), glucose_mgdl=100.0) for step in range(300)),
        Meal(time=START + timedelta(days=3), carbs_g=40.0),
    ],
)
REFUSAL = DataError(ErrorCode.UNRECOGNISED_FORMAT, "'poem.txt' is none of the known formats.")
QUALITY = QualityReport(
    sources=(
        Source(name="<b>clarity.csv", sha256="0" * 64, format_name="dexcom-clarity", records=301),
        Source(name="poem.txt", refused=REFUSAL),
    ),
    coverage=coverage_of(LINE),
    findings=(
        Finding(code=FindingCode.UNREADABLE_ROWS, severity=Severity.WARNING, stream="", action=Action.DROPPED, count=2),
    ),
)


@pytest.fixture(scope="module")
def page() -> str:
    return render_quality(LINE, QUALITY, day_reports(LINE))


def test_page_shows_files_days_coverage_and_findings(page: str) -> None:
    for text in (
        "&lt;b&gt;clarity.csv",
        "dexcom-clarity",
        "none of the known formats",
        "One file could not be read",
        "2 rows could not be read and are left out.",
        "0 problems, one warning, 0 for information",
        "Sensor glucose",
        "not a medical device",
        "0 of 4 days are fit for a twin.",
        "What speaks against the others:",
        "Not fit for a twin",
        "No meal is logged.",
        "anna",
    ):
        assert text in page, text


def test_page_loads_nothing_and_runs_nothing(page: str) -> None:
    assert "<script" not in page
    assert not re.findall(r'(?:src|href|srcset)="(?!data:)', page)


def test_days_are_those_of_the_persons_clock() -> None:
    first, counts = daily_counts(LINE, ["glucose", "meal"])
    assert first == date(2024, 3, 1)
    np.testing.assert_array_equal(counts["glucose"], [6, 288, 6, 0])
    np.testing.assert_array_equal(counts["meal"], [0, 0, 0, 1])


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_has_a_name_in_plain_words(stream: str) -> None:
    assert stream_name(stream)
