"""Support within the hour: whose model says where a person's glucose goes, and how it is told."""

from dataclasses import dataclass
from enum import StrEnum

import jax
import numpy as np

from glucotwin.control.zone_mpc.setting_model import UNEXPLAINED_MIN, UNEXPLAINED_SD_MGDL, unexplained_sd
from glucotwin.core.error import GlucoTwinError
from glucotwin.core.predictive_model import RESPONSE_LAGS, Responses
from glucotwin.twin.dose_response import PARTS, WAYS, DoseResponse, dose_response
from glucotwin.twin.twin import Twin

FAST_G = (5.0, 10.0, 15.0)
RULE_OF_15_G = (15.0,)
"""What is eaten against a low: American Diabetes Association, Standards of Care 2024, 6.11."""

TOLD_FROM = 0.5
"""Chance of a low from which it is told; the same for every model."""

TOO_LATE_STEPS = 144
"""Advice of sham comes twelve hours late: as often as the twin's, about another time."""


class Support(StrEnum):
    """Who says every five minutes that a low is coming and what a correction should not exceed.

    ``none``: nobody. ``twin``: the person's twin. ``trend``: readings alone, by their trend, 15 g, no word on
    corrections. ``wrong-twin``: somebody else's twin. ``late``: the person's twin, its warnings twelve hours late.
    """

    NONE = "none"
    TWIN = "twin"
    TREND = "trend"
    WRONG_TWIN = "wrong-twin"
    LATE = "late"


TWINS_ASKED = frozenset({Support.TWIN, Support.WRONG_TWIN, Support.LATE})
"""Support that needs twins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported:
    """How several people are supported.

    Attributes:
        model: of each, with a leading axis of people.
        told_from: chance from which a low is told, ``(people,)``; infinite for who has no model.
        heeds: share of advice that each follows, ``(people,)``.
        amounts_g, corrects, delay_steps: see ``LookAheadCare``.
    """

    model: DoseResponse
    told_from: np.ndarray
    heeds: np.ndarray
    amounts_g: tuple[float, ...] = FAST_G
    corrects: bool = True
    delay_steps: int = 0


def supported(kind: Support, twins: list[Twin | None], heeds: np.ndarray) -> Supported | None:
    """The support of several people; None where there is none.

    Args:
        kind: whose model.
        twins: of the people where their twins or those of others are asked; None who has none.
        heeds: share of advice that each follows.
    """
    told = np.full(len(heeds), TOLD_FROM)
    if kind is Support.NONE:
        return None
    if kind is Support.TREND:
        model = _stacked([_nothing_known()] * len(heeds))
        return Supported(model=model, told_from=told, heeds=heeds, amounts_g=RULE_OF_15_G, corrects=False)
    found = [_of_twin(one) for one in twins]
    if kind is Support.WRONG_TWIN:
        found = found[1:] + found[:1]
    told = np.where([one is None for one in found], np.inf, told)
    model = _stacked([_nothing_known(ways=WAYS) if one is None else one for one in found])
    if kind is Support.LATE:
        return Supported(model=model, told_from=told, heeds=heeds, corrects=False, delay_steps=TOO_LATE_STEPS)
    return Supported(model=model, told_from=told, heeds=heeds)


def _of_twin(twin: Twin | None) -> DoseResponse | None:
    if twin is None:
        return None
    try:
        return dose_response(twin)
    except GlucoTwinError:
        return None


def _nothing_known(ways: int = 0) -> DoseResponse:
    """A model by which glucose goes on as it goes."""
    silent = np.zeros((PARTS, 1 + ways, RESPONSE_LAGS))
    unexplained = np.asarray(unexplained_sd(UNEXPLAINED_SD_MGDL, UNEXPLAINED_MIN))
    return DoseResponse(
        Responses(
            insulin_mgdl_per_u=silent,
            carbs_mgdl_per_g=silent,
            unexplained_sd_mgdl=np.broadcast_to(unexplained, (PARTS, RESPONSE_LAGS)),
        )
    )


def _stacked(models: list[DoseResponse]) -> DoseResponse:
    return jax.tree.map(lambda *leaves: np.stack(leaves), *models)
