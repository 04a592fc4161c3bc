"""Basal rates that a file gives in thousandths of a unit."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.insulin import BasalSegment
from glucotwin.ingest.check import cleaned
from glucotwin.ingest.quality import FindingCode

START = datetime(2024, 3, 1, tzinfo=UTC)


def basal(rates: list[float], source: str = "pump") -> pl.DataFrame:
    # In steps of an hour; rates above what a record may hold come from files.
    records = [
        BasalSegment(time=START + timedelta(hours=hour), source=source, duration_min=60.0, rate_u_per_h=1.0)
        for hour in range(len(rates))
    ]
    return frame_from_records(BasalSegment, records).with_columns(rate_u_per_h=pl.Series(rates))


def test_rates_in_thousandths_become_units_step_by_step() -> None:
    streams, findings = cleaned({"basal": basal([800.0, 0.0, 1200.0, 50.0])})
    assert streams["basal"]["rate_u_per_h"].to_list() == pytest.approx([0.8, 0.0, 1.2, 0.05])
    steps = streams["correction"]
    assert steps["original"].to_list() == [800.0, 1200.0, 50.0]
    assert steps["corrected"].to_list() == pytest.approx([0.8, 1.2, 0.05])
    assert [one.code for one in findings] == [FindingCode.BASAL_MILLIUNITS]


def test_usual_rates_stay_even_if_one_is_high() -> None:
    streams, findings = cleaned({"basal": basal([0.8, 1.0, 30.0])})
    assert streams["basal"]["rate_u_per_h"].to_list() == [0.8, 1.0, 30.0]
    assert findings == ()


def test_each_source_is_judged_by_itself() -> None:
    both = pl.concat([basal([0.9, 1.1], "one"), basal([900.0, 1100.0], "two")])
    streams, _ = cleaned({"basal": both})
    assert streams["basal"]["rate_u_per_h"].to_list() == pytest.approx([0.9, 1.1, 0.9, 1.1])
    assert set(streams["correction"]["source"]) == {"two"}


def test_what_was_taken_back_stays_as_it_came() -> None:
    step = Correction(
        time=START,
        source="pump",
        stream="basal",
        quantity="rate_u_per_h",
        original=40.0,
        corrected=0.04,
        reason=str(FindingCode.BASAL_MILLIUNITS),
        reversed=True,
    )
    streams, _ = cleaned({"basal": basal([40.0, 45.0]), "correction": frame_from_records(Correction, [step])})
    assert streams["basal"]["rate_u_per_h"].to_list() == pytest.approx([40.0, 0.045])
