"""Limits that a clinician may have signed, and a situation in which nothing speaks against a dose."""

from datetime import UTC, datetime
from typing import Final

from glucotwin.advise.envelope import EnvelopeLimits
from glucotwin.advise.situation import Situation

LIMITS: Final = EnvelopeLimits(
    basal_u_per_h=(0.5, 1.2),
    carb_ratio_g_per_u=(7.0, 14.0),
    correction_factor_mgdl_per_u=(30.0, 60.0),
    target_mgdl=(100.0, 130.0),
    max_bolus_u=8.0,
)
FINE: Final = Situation(
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    glucose_mgdl=180.0,
    age_min=3.0,
    trend_mgdl_per_min=0.2,
    sensor_age_min=5000.0,
    artefacts=(),
    on_board_u=0.0,
)
