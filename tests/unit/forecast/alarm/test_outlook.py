"""Crossings of a limit, read off joint paths."""

from datetime import timedelta

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.forecast.alarm.outlook import Outlook, outlook_of
from glucotwin.forecast.forecast import forecast_of
from made_up_moment import NOON, outlook


def test_probability_is_the_share_of_paths_that_cross() -> None:
    crossing = outlook([90, 69, 69, 69], [90, 80, 69, 69], [90, 90, 90, 90], [90, 90, 90, 60]).below(
        70.0, within_min=15.0, lasting_min=10.0
    )
    assert crossing.probability == pytest.approx(0.5)
    assert crossing.lead_min == pytest.approx(12.5)


def test_a_short_dip_is_no_crossing() -> None:
    paths = outlook([90, 69, 90, 90])
    assert paths.below(70.0, within_min=20.0, lasting_min=10.0).probability == 0.0
    assert paths.below(70.0, within_min=20.0, lasting_min=5.0).probability == 1.0


def test_crossing_must_begin_within_the_horizon() -> None:
    assert outlook([90, 90, 90, 260, 260]).above(250.0, within_min=15.0, lasting_min=5.0).probability == 0.0
    assert outlook([90, 90, 90, 260, 260]).above(250.0, within_min=20.0, lasting_min=10.0).probability == 1.0


def test_nothing_crosses_after_the_known_points() -> None:
    crossing = outlook([60, 60]).below(70.0, within_min=60.0, lasting_min=15.0)
    assert (crossing.probability, crossing.lead_min) == (0.0, 60.0)


def test_paths_of_another_length_are_refused() -> None:
    with pytest.raises(DataError, match="one value per coming point"):
        Outlook(t_min=np.array([5.0, 10.0]), paths_mgdl=np.ones((3, 3)))


def test_issued_forecast_is_seen_later_without_what_has_passed() -> None:
    forecast = forecast_of(
        np.array([[100.0, 90.0, 80.0]] * 4),
        origin=NOON,
        t_min=np.array([5.0, 10.0, 15.0]),
        levels=(0.5, 0.9),
        future_inputs="",
        last_reading_age_min=0.0,
        method="twin",
    )
    now = outlook_of(forecast, at=NOON)
    later = outlook_of(forecast, at=NOON + timedelta(minutes=5))
    assert now is not None
    assert now.t_min.tolist() == [5.0, 10.0, 15.0]
    assert later is not None
    assert later.t_min.tolist() == [5.0, 10.0]
    assert later.paths_mgdl[0].tolist() == [90.0, 80.0]
    assert outlook_of(forecast, at=NOON + timedelta(minutes=15)) is None
    assert outlook_of(forecast, at=NOON - timedelta(minutes=1)) is None
