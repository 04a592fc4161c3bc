import json
from datetime import UTC, datetime

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.forecast.forecast import Forecast, forecast_of
from glucotwin.forecast.trajectory import PATH_LEVELS, PATHS, disturbance_template, join_marginals, share_below

POINTS = 24


def quantiles() -> np.ndarray:
    widths = 10.0 * np.sqrt(np.arange(1, POINTS + 1))
    return 100.0 + widths * (2.0 * PATH_LEVELS[:, None] - 1.0)


def paths() -> np.ndarray:
    return join_marginals(quantiles(), disturbance_template(POINTS, flux_time_min=40.0))


def forecast(trajectories: np.ndarray) -> Forecast:
    return forecast_of(
        trajectories,
        origin=datetime(2024, 3, 1, tzinfo=UTC),
        t_min=5.0 * np.arange(1, trajectories.shape[1] + 1),
        levels=(0.5, 0.9),
        future_inputs="nothing",
        last_reading_age_min=0.0,
        method="twin",
    )


def test_paths_keep_the_marginals_exactly() -> None:
    assert np.array_equal(np.sort(paths(), axis=0), quantiles())


def test_paths_hang_together_between_times() -> None:
    neighbours = np.corrcoef(paths()[:, 10], paths()[:, 11])[0, 1]
    far = np.corrcoef(paths()[:, 0], paths()[:, -1])[0, 1]
    assert neighbours > 0.95
    assert 0.0 < far < neighbours


def test_template_is_the_same_each_time() -> None:
    assert np.array_equal(disturbance_template(5, flux_time_min=40.0), disturbance_template(5, flux_time_min=40.0))


def test_bands_and_probabilities_are_read_off_the_paths() -> None:
    issued = forecast(paths())
    inside = (issued.trajectories_mgdl >= issued.bands[1].low_mgdl) & (
        issued.trajectories_mgdl <= issued.bands[1].high_mgdl
    )
    assert inside.mean(axis=0) == pytest.approx(0.9, abs=0.011)
    assert np.array_equal(issued.probability_below_70, share_below(issued.trajectories_mgdl, 70.0))


def test_a_stretch_below_is_rarer_than_a_moment_and_commoner_with_time() -> None:
    issued = forecast(paths())
    moment = issued.probability_below(70.0, within_min=120.0)
    stretch = issued.probability_below(70.0, within_min=120.0, at_least_min=30.0)
    assert 0.0 < stretch <= moment
    assert issued.probability_below(70.0, within_min=60.0) <= moment
    assert moment >= issued.probability_below_70.max()


def test_stretches_are_counted_on_single_paths() -> None:
    issued = forecast(np.array([[60.0, 60.0, 100.0, 60.0], [60.0, 100.0, 60.0, 100.0]]))
    assert issued.probability_below(70.0, within_min=20.0, at_least_min=10.0) == 0.5
    assert issued.probability_above(90.0, within_min=20.0) == 1.0
    assert issued.probability_below(70.0, within_min=5.0, at_least_min=10.0) == 0.0
    assert issued.time_below_fraction(70.0).tolist() == [0.75, 0.5]


def test_a_forecast_survives_json() -> None:
    issued = forecast(paths())
    read = Forecast.from_json(json.loads(json.dumps(issued.to_json(), allow_nan=False)))
    assert read.to_json() == issued.to_json()
    assert read.trajectories_mgdl.shape == (PATHS, POINTS)


def test_what_is_no_forecast_is_refused() -> None:
    with pytest.raises(DataError, match="no stored forecast"):
        Forecast.from_json({"origin": "2024-03-01T00:00:00+00:00"})
