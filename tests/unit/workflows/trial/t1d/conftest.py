"""Weeks that were not simulated but written down, for what only reads them."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from glucotwin.workflows.trial.t1d.life import START, Weeks
from glucotwin.workflows.trial.t1d.setting import Settings


def written_weeks(sensor_mgdl: np.ndarray, *, true_mgdl: np.ndarray | None = None) -> Weeks:
    """Weeks in which the sensor showed this, ``(people, minutes)``, and little else happened."""
    people, _ = sensor_mgdl.shape
    zeros = np.zeros(sensor_mgdl.shape)
    return Weeks(
        start=START,
        sensor_mgdl=sensor_mgdl,
        true_mgdl=sensor_mgdl if true_mgdl is None else true_mgdl,
        planned_u_per_min=np.full(sensor_mgdl.shape, 1.0 / 60.0),
        rescue_g=zeros,
        correction_u=zeros,
        warned=zeros,
        events=pl.DataFrame(),
        settings=Settings(
            basal_u_per_h=np.full((people, 24), 1.0),
            carb_ratio_g_per_u=np.full((people, 24), 10.0),
            correction_factor_mgdl_per_u=np.full(people, 40.0),
        ),
    )


@pytest.fixture
def weeks_with() -> Callable[..., Weeks]:
    """Makes such weeks."""
    return written_weeks
