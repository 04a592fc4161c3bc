"""Steps of several devices by the minute, whatever the size of the slices in which they are counted."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.ingest.health import step_count
from glucotwin.ingest.health.step_count import steps_per_minute

START = datetime(2024, 3, 1, tzinfo=UTC)
samples = st.lists(
    st.tuples(st.integers(0, 1800), st.integers(0, 900), st.integers(1, 500), st.sampled_from(["phone", "watch"])),
    min_size=1,
    max_size=40,
)


def table(rows: list[tuple[int, int, int, str]]) -> pl.DataFrame:
    times = [START + timedelta(seconds=start) for start, *_ in rows]
    return pl.DataFrame(
        {
            "time": times,
            "end": [at + timedelta(seconds=lasting) for at, (_, lasting, *_) in zip(times, rows, strict=True)],
            "steps": [float(steps) for _, _, steps, _ in rows],
            "device": [device for *_, device in rows],
        }
    )


@settings(max_examples=60)
@given(rows=samples, at_once=st.integers(1, 8))
def test_small_slices_count_the_same_steps(rows: list[tuple[int, int, int, str]], at_once: int) -> None:
    whole, found = steps_per_minute(table(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step_count, "ROWS_AT_ONCE", at_once)
        sliced, found_again = steps_per_minute(table(rows))
    assert sliced["time"].to_list() == whole["time"].to_list()
    assert sliced["steps"].to_list() == pytest.approx(whole["steps"].to_list())
    assert found_again == found


@settings(max_examples=60)
@given(rows=samples)
def test_steps_of_one_device_add_up(rows: list[tuple[int, int, int, str]]) -> None:
    alone = [(start, lasting, steps, "watch") for start, lasting, steps, _ in rows]
    counted, found = steps_per_minute(table(alone))
    assert counted["steps"].sum() == pytest.approx(sum(steps for _, _, steps, _ in rows))
    assert not found
    assert counted["time"].is_sorted()


def test_nothing_gives_nothing() -> None:
    assert steps_per_minute(table([(0, 60, 1, "watch")]).clear())[0].is_empty()
