"""On days of 23, 23.5, 24.5 and 25 hours the minutes below, in and above range add up to the minutes covered."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.ingest.format import ImportOptions
from glucotwin.workflows.metrics import metrics_of

CHANGES = [
    ("Europe/Berlin", date(2024, 3, 31), 23.0),
    ("Europe/Berlin", date(2024, 10, 27), 25.0),
    ("America/New_York", date(2024, 3, 10), 23.0),
    ("America/New_York", date(2024, 11, 3), 25.0),
    ("Australia/Lord_Howe", date(2024, 10, 6), 23.5),
    ("Australia/Lord_Howe", date(2024, 4, 7), 24.5),
    ("America/Santiago", date(2024, 9, 8), 23.0),
    ("America/Santiago", date(2024, 4, 6), 25.0),
    ("Pacific/Auckland", date(2024, 9, 29), 23.0),
    ("Pacific/Auckland", date(2024, 4, 7), 25.0),
]
"""Spring and autumn of five zones: at 2 and 3 o'clock, by half an hour, and at midnight itself."""
LOW, HIGH = 70, 180
GAP = 24
"""Readings that are lost at a stretch."""


def instants_of(zone: str, day: date) -> list[datetime]:
    """A sensor's times from one local midnight to the next."""
    start, end = (
        datetime.combine(one, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    return [start + timedelta(minutes=minute) for minute in range(0, int((end - start).total_seconds() / 60), 5)]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
@settings(max_examples=8)
@given(data=st.data(), with_offset=st.booleans())
def test_minutes_of_all_levels_are_the_minutes_covered(
    zone: str, day: date, hours: float, data: st.DataObject, with_offset: bool
) -> None:
    times = instants_of(zone, day)
    assert len(times) * 5 == hours * 60
    levels = data.draw(st.lists(st.sampled_from([50, 60, 100, 200, 300]), min_size=7, max_size=7))
    # Gaps are left only in files with offsets: a local clock that jumps within a gap cannot be resolved.
    gap = data.draw(st.integers(0, len(times) - GAP - 2)) if with_offset else 0
    kept = [time for number, time in enumerate(times) if not 0 < gap <= number < gap + GAP]
    values = [levels[number % len(levels)] for number in range(len(kept))]
    lines = ["time,glucose_mgdl"]
    for time, value in zip(kept, values, strict=True):
        local = time.astimezone(ZoneInfo(zone))
        lines.append(f"{local.isoformat() if with_offset else local.strftime('%Y-%m-%d %H:%M')},{value}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "day.csv"
        file.write_text("\n".join(lines) + "\n")
        panel = metrics_of(file, ImportOptions(zone=zone), first_day=day, last_day=day).panel
    covered_min = 5.0 * len(kept)
    shares = panel.time_in_range
    assert shares.reading_count == len(kept)
    minutes = {
        "below": shares.tbr_pct / 100.0 * covered_min,
        "in": shares.tir_pct / 100.0 * covered_min,
        "above": shares.tar_pct / 100.0 * covered_min,
    }
    assert sum(minutes.values()) == pytest.approx(covered_min)
    assert minutes["below"] == pytest.approx(5.0 * sum(value < LOW for value in values))
    assert minutes["in"] == pytest.approx(5.0 * sum(LOW <= value <= HIGH for value in values))
    assert minutes["above"] == pytest.approx(5.0 * sum(value > HIGH for value in values))
    assert panel.sufficiency.active_pct == pytest.approx(100.0 * len(kept) / len(times))
