"""Builders of small series."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike

from glucotwin.metrics.series import GlucoseSeries

Builder = Callable[..., GlucoseSeries]


@pytest.fixture
def build() -> Builder:
    """``build(values, start="...", step_min=5, ...)``: a series of equally spaced readings."""

    def make(
        values: ArrayLike, start: str = "2024-01-01T00:05", step_min: int = 5, censoring: ArrayLike | None = None
    ) -> GlucoseSeries:
        glucose_mgdl = np.asarray(values, dtype=float)
        time_local = np.datetime64(start, "us") + np.arange(glucose_mgdl.size) * np.timedelta64(step_min, "m")
        return GlucoseSeries.from_local(time_local, glucose_mgdl, censoring=censoring)

    return make
