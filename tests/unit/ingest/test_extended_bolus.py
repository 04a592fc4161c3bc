"""Extended boluses whose duration a file does not give."""

from datetime import UTC, datetime, timedelta

import polars as pl

from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.pump.extended_bolus import ASSUMED_EXTENDED_MIN, with_durations
from glucotwin.ingest.quality import FindingCode

START = datetime(2024, 3, 1, tzinfo=UTC)


def boluses(extended_u: list[float | None], extended_min: list[float | None]) -> pl.DataFrame:
    times = [START + timedelta(hours=hour) for hour in range(len(extended_u))]
    return pl.DataFrame(
        {"time": times, "insulin_u": [1.0] * len(times), "extended_u": extended_u, "extended_min": extended_min},
        schema={"time": TIME_TYPE, "insulin_u": pl.Float64, "extended_u": pl.Float64, "extended_min": pl.Float64},
    )


def test_an_unknown_duration_is_assumed_as_a_step_that_can_be_taken_back() -> None:
    timed = with_durations(boluses([2.0, 2.0, None], [None, 60.0, None]))
    assert timed.bolus["extended_min"].to_list() == [ASSUMED_EXTENDED_MIN, 60.0, 0.0]
    assert timed.bolus["extended_u"].to_list() == [2.0, 2.0, 0.0]
    (step,) = timed.steps.to_dicts()
    assert (step["time"], step["stream"], step["quantity"]) == (START, "bolus", "extended_min")
    assert (step["original"], step["corrected"]) == (None, ASSUMED_EXTENDED_MIN)
    assert [one.code for one in timed.findings] == [FindingCode.EXTENDED_PART_INFERRED]


def test_known_durations_need_no_step() -> None:
    timed = with_durations(boluses([2.0, None], [45.0, None]))
    assert timed.steps.is_empty()
    assert timed.findings == ()
