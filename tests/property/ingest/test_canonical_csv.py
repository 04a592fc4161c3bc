"""What is written as a canonical CSV is what is read; what is not one is refused, never half-read."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.core.error import GlucoTwinError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.meal import Meal
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import ImportResult, import_path

START = datetime(2024, 3, 30, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/Phoenix", "Asia/Kathmandu", "Australia/Lord_Howe")
minutes = st.lists(st.integers(0, 2 * 1440), min_size=1, max_size=12, unique=True)


def imported(text: bytes, zone: str = "UTC") -> ImportResult:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        file.write_bytes(text)
        return import_path(file, ImportOptions(zone=zone))


def is_read_or_refused_politely(text: str) -> bool:
    """Whether the import gives streams, or an error with a hint; any other failure passes through."""
    try:
        return bool(imported(text.encode(errors="ignore")).timeline.streams)
    except GlucoTwinError as error:
        return bool(error.hint)


@settings(max_examples=50)
@given(minutes, st.data(), st.sampled_from(ZONES), st.booleans())
def test_readings_and_meals_come_back_as_written(
    at: list[int], data: st.DataObject, zone: str, with_offset: bool
) -> None:
    rows = {
        START + timedelta(minutes=minute): (
            data.draw(st.integers(40, 400)),
            data.draw(st.none() | st.integers(1, 150)),
        )
        for minute in at
    }
    lines = ["time,glucose_mgdl,carbs_g"]
    for time, (glucose, carbs) in rows.items():
        local = time.astimezone(ZoneInfo(zone))
        stamp = local.isoformat() if with_offset else f"{local:%Y-%m-%d %H:%M}"
        lines.append(f"{stamp},{glucose},{'' if carbs is None else carbs}")
    line = imported("\n".join(lines).encode(), zone).timeline
    assert {one.time: one.glucose_mgdl for one in line.records(GlucoseReading)} == {
        time: float(glucose) for time, (glucose, _) in rows.items()
    }
    assert {one.time: one.carbs_g for one in line.records(Meal)} == {
        time: float(carbs) for time, (_, carbs) in rows.items() if carbs is not None
    }


@settings(max_examples=50)
@given(minutes, st.data())
def test_basal_rates_fill_the_time_between_the_rows(at: list[int], data: st.DataObject) -> None:
    times = [START + timedelta(minutes=minute) for minute in sorted(at)]
    rates = [data.draw(st.integers(0, 50)) / 10.0 for _ in times]
    lines = [
        "time,basal_u_per_h,carbs_g",
        *(f"{time.isoformat()},{rate}," for time, rate in zip(times, rates, strict=True)),
    ]
    end = times[-1] + timedelta(hours=1)
    line = imported("\n".join([*lines, f"{end.isoformat()},,5"]).encode()).timeline
    segments = list(line.records(BasalSegment))
    assert [one.rate_u_per_h for one in segments] == rates
    assert sum(one.duration_min for one in segments) == pytest.approx((end - times[0]).total_seconds() / 60.0)


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_politely(content: bytes) -> None:
    with pytest.raises(GlucoTwinError) as caught:
        imported(content)
    assert caught.value.hint


@settings(max_examples=200)
@given(st.text(max_size=100))
def test_any_cells_under_a_good_header_are_read_or_refused_politely(rest: str) -> None:
    assert is_read_or_refused_politely(f"time,glucose_mgdl,carbs_g\n2024-03-01T08:00Z,100,\n{rest}")


@settings(max_examples=100)
@given(st.lists(st.sampled_from(['"', "{", "}", "[", "]", ",", ":", '"type"', '"cbg"', "1", "null"]), max_size=30))
def test_broken_tidepool_json_is_refused_politely(tokens: list[str]) -> None:
    start = '[{"type":"bolus","deviceId":"x","time":"2024-03-01T08:00:00Z","normal":1},'
    assert is_read_or_refused_politely(start + "".join(tokens))
