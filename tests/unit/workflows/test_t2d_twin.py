"""The twin of a person with type 2 diabetes, from the fit to the report."""

import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import ScaleMeal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.archive import load_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.fit import FitPeriod, fit_person
from glucotwin.workflows.forecast import evaluate_person, forecast_person
from glucotwin.workflows.report import ReportRequest, compose_report
from glucotwin.workflows.what_if import replay_person
from t2d_person import DAYS, START, t2d_timeline, true_body


@pytest.mark.slow
def test_fit_forecast_what_if_and_report_of_a_person_without_insulin(tmp_path: Path) -> None:
    timeline, path = t2d_timeline(), tmp_path / "type2.twin.json"
    answer = fit_person(timeline, period=FitPeriod(holdout_days=2), out=path)
    twin = load_twin(path)
    assert (twin.body, twin.daily_insulin_u, twin.basal_u_per_min) == ("minimal-t2d", 0.0, 0.0)
    assert answer.validity.valid
    assert twin.content_hash() == answer.twin.content_hash()
    assert twin.context["glucose.reference_fasting"] < -0.1, "metformin is in the fitted days"
    found = {one.name: one for one in twin.diagnostics.parameters}
    true_level = float(true_body().parameters()["glucose.basal_mgdl"]) * math.exp(
        twin.context["glucose.reference_fasting"]
    )
    assert found["glucose.basal_mgdl"].median == pytest.approx(true_level, rel=0.1)
    for score in evaluate_person(twin, timeline, horizons=(60, 120)).payload.horizons:
        assert score.rmse_mgdl < score.rmse_persistence_mgdl
        assert score.coverage_90 > 0.75
    ahead = forecast_person(twin, timeline).payload
    assert ahead is not None
    _asked(twin, timeline)
    report = compose_report(timeline, ReportRequest(twin=twin))
    assert report.payload is not None


def _asked(twin: Twin, timeline: Timeline) -> None:
    lunch = START + timedelta(days=4, hours=12.5)
    window = Window(start=lunch - timedelta(hours=1), end=lunch + timedelta(hours=4))
    half = replay_person(twin, timeline, window=window, changes=[ScaleMeal(at=lunch, factor=0.5)]).payload
    assert half.difference.median_mgdl.min() < -10.0
    walk = AddExercise(at=lunch + timedelta(minutes=45), duration_min=40.0)
    walked = replay_person(twin, timeline, window=window, changes=[walk]).payload
    assert walked.difference.median_mgdl.min() < -3.0


@pytest.mark.slow
def test_a_finger_stick_a_day_and_laboratory_values_make_a_wide_twin() -> None:
    timeline = t2d_timeline()
    sticks = timeline.streams["glucose"].filter((pl.col("time").dt.hour() == 6) & (pl.col("time").dt.minute() == 0))
    sparse = replace(timeline, streams={**timeline.streams, "glucose": sticks.with_columns(kind=pl.lit("fingerstick"))})
    twin = fit_person(sparse, period=FitPeriod(days=DAYS, all_days=True)).twin
    level = next(one for one in twin.diagnostics.parameters if one.name == "glucose.basal_mgdl")
    assert 110.0 < level.median < 175.0
    assert level.informed_fraction > 0.3
