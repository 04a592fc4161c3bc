"""Outlooks with what was learned, in batch: the same paths as the issued forecast's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from glucotwin.domain.timeline import Window
from glucotwin.forecast.alarm.learned_ahead import learned_outlooks
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.stream import moments
from glucotwin.forecast.hybrid import forecast_with
from glucotwin.forecast.learned import Learned, learn
from glucotwin.forecast.tree import TreeSettings
from synthetic_case import synthetic_case
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin

pytestmark = pytest.mark.slow

FEW = TreeSettings(rounds=20, leaves=8, leaf_rows=20, every_steps=1)
WINDOW = Window(start=ORIGIN, end=ORIGIN + timedelta(minutes=20))


@pytest.fixture(scope="module")
def learned() -> Learned:
    """Two horizons, learned quickly."""
    case = synthetic_case()
    return learn([replace(case, cut=case.record.steps)], (30, 60), settings=FEW, inputs={"synthetic": "0"})


def test_batch_has_the_issued_forecast_s_paths(learned: Learned) -> None:
    twin, timeline = synthetic_twin(), synthetic_timeline()
    outlooks = list(learned_outlooks(learned, twin, timeline, window=WINDOW, points=24))
    issued = forecast_with(learned, twin, timeline, origin=ORIGIN, horizon_min=120)
    assert len(outlooks) == 4
    assert outlooks[0] is not None
    assert outlooks[0].t_min.tolist() == issued.t_min.tolist()
    # The filter has seen another stretch before the origin; beyond the learned horizons the difference is widened too.
    assert outlooks[0].paths_mgdl == pytest.approx(issued.trajectories_mgdl, abs=1.0)


def test_moments_look_ahead_with_what_was_learned(learned: Learned) -> None:
    twin, timeline = synthetic_twin(), synthetic_timeline()
    told = list(moments(twin, timeline, window=WINDOW, settings=AlarmSettings(), learned=learned))
    outlooks = list(learned_outlooks(learned, twin, timeline, window=WINDOW, points=24))
    assert [one.outlook is not None for one in told] == [True] * 4
    for now, outlook in zip(told, outlooks, strict=True):
        assert now.outlook is not None
        assert outlook is not None
        assert now.outlook.paths_mgdl == pytest.approx(outlook.paths_mgdl)
