"""Doses as they were given, and what of them is beyond the scheduled basal."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from glucotwin.control.loop.insulin_model import InsulinModel
from glucotwin.control.loop.series import HOUR_S, STEP_S
from glucotwin.control.loop.timeline import Timeline

_MOMENTARY_STEPS = 1.05
"""A dose of at most this many steps of five minutes counts as given at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """Insulin that a pump or pen gave.

    Attributes:
        start_s: when it began, s since 1970.
        end_s: when it ended.
        insulin_u: what was delivered, U.
        model: how long it acts.
        is_basal: whether it stands in place of the scheduled basal.
    """

    start_s: float
    end_s: float
    insulin_u: float
    model: InsulinModel
    is_basal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetDose:
    """A dose, or a piece of one, beside the schedule.

    Attributes:
        start_s: when it began, s since 1970.
        end_s: when it ended.
        insulin_u: what was delivered, U.
        net_u: what of it is beyond the schedule, U; negative where basal was withheld.
        scheduled_u_per_h: the schedule's rate; None for a bolus.
        model: how long it acts.
    """

    start_s: float
    end_s: float
    insulin_u: float
    net_u: float
    scheduled_u_per_h: float | None
    model: InsulinModel

    @property
    def duration_s(self) -> float:
        """How long it was given, s."""
        return self.end_s - self.start_s

    @property
    def is_momentary(self) -> bool:
        """Whether it counts as given at once."""
        return self.duration_s <= _MOMENTARY_STEPS * STEP_S

    def pieces(self) -> tuple[Float[np.ndarray, " piece"], Float[np.ndarray, " piece"]]:
        """Starts and ends of its five-minute pieces, s since its own start; one of no length for a momentary dose."""
        if self.is_momentary:
            return np.zeros(1), np.zeros(1)
        starts = np.arange(0.0, self.duration_s, STEP_S)
        return starts, np.minimum(starts + STEP_S, self.duration_s)


def net_doses(doses: tuple[Dose, ...], basal_u_per_h: Timeline) -> tuple[NetDose, ...]:
    """Cut basal doses where the schedule changes and take the schedule off.

    Args:
        doses: in the order of their starts.
        basal_u_per_h: the schedule, from the first dose on.
    """
    return tuple(piece for dose in doses for piece in _pieces(dose, basal_u_per_h))


def _pieces(dose: Dose, basal_u_per_h: Timeline) -> list[NetDose]:
    if not dose.is_basal:
        return [
            NetDose(
                start_s=dose.start_s,
                end_s=dose.end_s,
                insulin_u=dose.insulin_u,
                net_u=dose.insulin_u,
                scheduled_u_per_h=None,
                model=dose.model,
            )
        ]
    within: Bool[np.ndarray, " piece"] = (basal_u_per_h.start_s > dose.start_s) & (basal_u_per_h.start_s < dose.end_s)
    cuts = np.concatenate([[dose.start_s], basal_u_per_h.start_s[within], [dose.end_s]])
    return [_piece(dose, float(one), float(other), basal_u_per_h) for one, other in pairwise(cuts)]


def _piece(dose: Dose, start_s: float, end_s: float, basal_u_per_h: Timeline) -> NetDose:
    duration_s, length_s = dose.end_s - dose.start_s, end_s - start_s
    rate = basal_u_per_h.at_moment(start_s)
    insulin_u = dose.insulin_u * (length_s / duration_s) if duration_s > 0 else dose.insulin_u
    return NetDose(
        start_s=start_s,
        end_s=end_s,
        insulin_u=insulin_u,
        net_u=insulin_u - rate * length_s / HOUR_S if duration_s > 0 else 0.0,
        scheduled_u_per_h=rate,
        model=dose.model,
    )
