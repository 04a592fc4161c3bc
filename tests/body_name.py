"""Names of all bodies for tests of each; the largest take long to compile and wait for the slow run."""

from typing import Final

import pytest

from glucotwin.physiology.registry import BODIES
from glucotwin.twin.body.registry import FIT_BODIES

LARGE: Final = ("padova-t1d", "padova-t1d-2008", "padova-t1d-reduced", "padova-t2d", "igi-meal")

EVERY_BODY: Final = tuple(
    pytest.param(name, marks=pytest.mark.slow) if name in LARGE else pytest.param(name) for name in BODIES
)

LARGE_FIT: Final = ("minimal-t2d", "padova-t1d-reduced")

EVERY_FIT_BODY: Final = tuple(
    pytest.param(name, marks=pytest.mark.slow) if name in LARGE_FIT else pytest.param(name) for name in FIT_BODIES
)
