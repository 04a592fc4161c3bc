"""Laws of crossings: a wider limit, a longer horizon and a shorter stretch never make one less likely."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from glucotwin.forecast.alarm.outlook import Outlook

PATHS = arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 24)), elements=st.floats(20.0, 400.0))
LIMITS, HORIZONS, LASTING = st.floats(50.0, 300.0), st.floats(5.0, 120.0), st.sampled_from([5.0, 10.0, 15.0, 30.0])


def outlook_of(paths_mgdl: np.ndarray) -> Outlook:
    """Paths every five minutes."""
    return Outlook(t_min=5.0 * np.arange(1, paths_mgdl.shape[1] + 1), paths_mgdl=paths_mgdl)


@given(PATHS, LIMITS, LIMITS, HORIZONS, HORIZONS, LASTING, LASTING)
def test_weaker_demands_are_met_at_least_as_often(
    paths_mgdl: np.ndarray,
    limit: float,
    other_limit: float,
    horizon: float,
    other_horizon: float,
    lasting: float,
    other_lasting: float,
) -> None:
    outlook = outlook_of(paths_mgdl)
    strict = outlook.below(
        min(limit, other_limit), within_min=min(horizon, other_horizon), lasting_min=max(lasting, other_lasting)
    )
    weak = outlook.below(
        max(limit, other_limit), within_min=max(horizon, other_horizon), lasting_min=min(lasting, other_lasting)
    )
    assert 0.0 <= strict.probability <= weak.probability <= 1.0


@given(PATHS, LIMITS, HORIZONS, LASTING)
def test_high_is_a_low_upside_down(paths_mgdl: np.ndarray, limit: float, horizon: float, lasting: float) -> None:
    high = outlook_of(paths_mgdl).above(limit, within_min=horizon, lasting_min=lasting)
    low = outlook_of(-paths_mgdl).below(-limit, within_min=horizon, lasting_min=lasting)
    assert high == low


@given(PATHS, LIMITS, HORIZONS, LASTING)
def test_crossing_begins_within_the_horizon(
    paths_mgdl: np.ndarray, limit: float, horizon: float, lasting: float
) -> None:
    crossing = outlook_of(paths_mgdl).below(limit, within_min=horizon, lasting_min=lasting)
    assert 0.0 < crossing.lead_min <= horizon
