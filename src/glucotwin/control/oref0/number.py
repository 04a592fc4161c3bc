"""Numbers as oref0 writes them."""

import math
from typing import overload

from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.rounding import round_away_from_zero, round_half_up

_MGDL_PER_MMOLL = 18.0
"""The original's factor for what it shows, a little less than the 18.01559 used elsewhere."""


@overload
def plain(value: float) -> float | int | None: ...
@overload
def plain(value: None) -> None: ...
def plain(value: float | None) -> float | int | None:
    """A number as JSON holds it: whole ones without a fraction, and null for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def shown(value: float | None) -> str:
    """A number within a sentence."""
    if value is not None and not math.isfinite(value):
        return "NaN"
    return str(plain(value))


def glucose_in_unit(value_mgdl: float, profile: Profile) -> float | int | str | None:
    """Glucose in the unit of a profile: whole mg/dL as a number, mmol/L with one decimal as text."""
    if profile.shown_unit == "mmol/L":
        value = round_away_from_zero(round_half_up(value_mgdl / _MGDL_PER_MMOLL, 1), 1)
        return f"{value:.1f}"
    return plain(round_half_up(value_mgdl))
