"""Tidepool files against what Tidepool's own export tool makes of the same documents."""

from pathlib import Path

import polars as pl
import pytest

from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.reader import import_path

FOLDER = Path(__file__).parent / "tidepool"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "exports" / "tidepool" / "jill-jellyfish-lite.json"


def exported(name: str) -> pl.DataFrame:
    frame = pl.read_csv(FOLDER / f"export_{name}_mgdl.csv", infer_schema_length=None)
    return frame.with_columns(pl.col("time").str.to_datetime(time_zone="UTC", time_unit="us")).sort("time")


@pytest.fixture(params=["api_data.json", "TidepoolExport_mgdL.json"])
def timeline(request: pytest.FixtureRequest) -> Timeline:
    return import_path(FOLDER / request.param).timeline


@pytest.mark.parametrize(("name", "kind"), [("cgm", GlucoseKind.CGM), ("smbg", GlucoseKind.FINGERSTICK)])
def test_glucose_agrees(timeline: Timeline, name: str, kind: GlucoseKind) -> None:
    ours = timeline.frame(GlucoseReading).filter(pl.col("kind") == str(kind))
    theirs = exported(name)
    assert ours["time"].to_list() == theirs["time"].to_list()
    plain = ours["censoring"] == "none"
    measured = theirs["value"].filter(plain).to_list()
    assert ours["glucose_mgdl"].filter(plain).to_list() == pytest.approx(measured, abs=0.01)
    assert ours["glucose_mgdl"].to_list() == pytest.approx(theirs["value"].to_list(), abs=1.02)


def test_basal_agrees(timeline: Timeline) -> None:
    ours, theirs = timeline.frame(BasalSegment), exported("basal")
    assert ours["time"].to_list() == theirs["time"].to_list()
    assert ours["duration_min"].to_list() == pytest.approx(theirs["duration"].to_list())
    assert ours["rate_u_per_h"].to_list() == pytest.approx(theirs["rate"].fill_null(0.0).to_list())


def test_boluses_agree(timeline: Timeline) -> None:
    ours, theirs = timeline.frame(Bolus), exported("bolus").fill_null(0.0)
    assert ours["time"].to_list() == theirs["time"].to_list()
    for column, name in (("insulin_u", "normal"), ("extended_u", "extended"), ("extended_min", "duration")):
        assert ours[column].to_list() == pytest.approx(theirs[name].to_list())


def test_both_shapes_give_the_same_settings() -> None:
    names = ("api_data.json", "TidepoolExport_mgdL.json")
    api, export = (import_path(FOLDER / name).timeline.settings for name in names)
    assert len(api) == len(export) == 1
    for field in ("basal_u_per_h", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u", "target_low_mgdl"):
        assert getattr(api[0], field) == getattr(export[0], field) is not None


@pytest.mark.skipif(not SHARED.is_file(), reason="../shared is absent: the demo account is not in the repository")
def test_real_download_is_read() -> None:
    timeline = import_path(SHARED).timeline
    glucose = timeline.frame(GlucoseReading)
    assert glucose["kind"].value_counts().sort("kind").rows() == [("cgm", 1282), ("fingerstick", 55)]
    assert timeline.frame(Bolus).height == 215 - 1
    assert timeline.person.zone == "US/Pacific"
    for settings in timeline.settings:
        assert settings.correction_factor_mgdl_per_u is not None
        assert all(20.0 < value < 100.0 for value in settings.correction_factor_mgdl_per_u.values)
