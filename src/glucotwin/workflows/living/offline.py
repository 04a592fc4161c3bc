"""Use case: the compact twin, with which a phone goes on forecasting while it cannot reach the service."""

from glucotwin.advise.effect_curve import HALF_MGDL, effect_curves
from glucotwin.core.message import message
from glucotwin.core.profile import Authority, Capability
from glucotwin.forecast.forecast import rounded
from glucotwin.store.desk import Desk
from glucotwin.workflows.answer import require_valid
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.now import HORIZON_MIN
from glucotwin.workflows.living.shape.twin import OfflineTwin


def offline_of(desk: Desk, memory: Memory, person_id: str, *, authority: Authority) -> OfflineTwin:
    """The hours after the newest reading draw by draw, and what food and insulin do to them, as JSON values.

    The forecast itself is the one that is shown (``now_of``): the phone keeps it and moves it by what was logged since.

    Args:
        desk: of an account that may ask the twin.
        memory: what is remembered.
        person_id: whose.
        authority: on whose behalf.

    Raises:
        NotFoundError: there is no twin.
        NotAllowedError: the authority may not be given forecasts.
        SafetyError: the model was not validated for this person, or the readings are too old.
        DataError, SolverError: see ``open_prospect`` and ``effect_curves``.
    """
    authority.require(Capability.FORECAST)
    prospect = memory.prospect(desk, person_id, origin=None, horizon_min=HORIZON_MIN).prospect
    require_valid(prospect.timeline.person, prospect.coming.start.date())
    return {
        "format": "glucotwin-offline",
        "version": 2,
        "person_id": person_id,
        "origin": prospect.coming.start.isoformat(),
        "t_min": [int(minute) for minute in prospect.t_min],
        "mean_mgdl": [rounded(draw, 1) for draw in prospect.mean_mgdl],
        "spread_mgdl": [rounded(draw, 1) for draw in prospect.spread_mgdl],
        "half_mgdl": HALF_MGDL,
        "effects": [one.to_json() for one in effect_curves(prospect)],
        "twin_version": prospect.twin.version,
        "limits": message("forecast-limits"),
    }
