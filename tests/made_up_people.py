"""Made-up people for the tests of behaviour: by formula, the first of them the same however many there are."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from glucotwin.scenario.people import People

ZONE = "Europe/Berlin"
START = datetime(2024, 3, 4, tzinfo=ZoneInfo(ZONE))


def made_up_people(count: int, *, age_years: float | None = None, weight_kg: float | None = None) -> People:
    """Men and women in turn; adults of 20 to 70 years and 60 to 100 kg unless given."""
    number = np.arange(count)
    age = 20.0 + number * 7.0 % 50.0 if age_years is None else np.full(count, age_years)
    weight = 60.0 + number * 11.0 % 40.0 if weight_kg is None else np.full(count, weight_kg)
    hours = 1.0 + 0.3 * np.sin(np.arange(24) / 24.0 * 2.0 * np.pi)
    return People(
        names=tuple(f"person-{one:03d}" for one in number),
        weight_kg=weight,
        age_years=age,
        female=number % 2 == 1,
        basal_u_per_h=(0.6 + 0.02 * (number % 20))[:, None] * hours,
        carb_ratio_g_per_u=8.0 + number % 7,
        correction_factor_mgdl_per_u=np.full(count, 40.0),
    )
