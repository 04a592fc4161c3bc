"""How much each member of a stack counts: by everybody's held-back days, by the person's own, and by their last days.

The weights of a mixture follow from the second moments of its members' errors. Everybody's moments are the prior;
those of the person are added as readings come in and fade over days, so that a member that goes wrong for somebody
soon loses its say. Weights are never negative, add up to 1, and are drawn some way towards equal ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.optimize

from glucotwin.forecast.case import Sample

EVEN_SHARE = 0.3
"""How far weights are drawn towards equal ones: those that were best so far are only estimates."""

PRIOR_ROWS = 2000.0
"""As many origins of the person's own count as much as everybody's."""

MEMORY_DAYS = 10.0
"""Over how many days a person's own errors fade."""

DAY_STEPS = 288


class Moment(NamedTuple):
    """Sum over origins of the products of members' errors, ``(member, member)``, and how many there were."""

    products: np.ndarray
    rows: float

    def faded(self, steps: int) -> "Moment":
        """The same, so many steps later."""
        kept = float(np.exp(-steps / DAY_STEPS / MEMORY_DAYS))
        return Moment(kept * self.products, kept * self.rows)

    def with_errors(self, errors: np.ndarray) -> "Moment":
        """The same with more errors, ``(row, member)``."""
        return Moment(self.products + errors.T @ errors, self.rows + len(errors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """What weights are worked out from.

    Attributes:
        everybody: mean products of errors relative to each person's mean square, ``(member, member)``.
        people: moments of the held-back days by person.
    """

    everybody: np.ndarray
    people: Mapping[str, Moment]

    def weights(self, moment: Moment | None, known: np.ndarray) -> np.ndarray:
        """Weights of all members, zero for those that do not know the person, ``(member,)``.

        Args:
            moment: of the person's own errors; None when there are none.
            known: which members know the person.
        """
        found = np.zeros(len(self.everybody))
        inside = np.ix_(known, known)
        products = self.everybody[inside]
        if moment is not None and moment.rows > 0.0:
            own = moment.products[inside]
            products = PRIOR_ROWS * products * np.trace(own) / len(own) / moment.rows + own
        found[known] = _best_weights(products)
        return found

    def mix(self, each: np.ndarray, sample: Sample, known: np.ndarray) -> np.ndarray:
        """The mixture at every origin, weighted anew each day by the errors that were known by then, ``(row,)``.

        Args:
            each: members' forecasts, ``(member, row)``.
            sample: the origins, each person's in order; unknown targets are nan.
            known: which members know which person, ``(person, member)``.
        """
        mixed = np.empty(sample.rows)
        for number, person in enumerate(sample.people):
            rows = np.flatnonzero(sample.person == number)
            if rows.size:
                mixed[rows] = self._mix_person(each[:, rows], sample.chosen(rows), person, known[number])
        return mixed

    def _mix_person(self, each: np.ndarray, sample: Sample, person: str, known: np.ndarray) -> np.ndarray:
        errors = (each - sample.target_mgdl).T
        measured = ~np.isnan(sample.target_mgdl)
        zero = np.zeros_like(self.everybody)
        moment, counted = self.people.get(person, Moment(zero, 0.0)), int(sample.step[0])
        mixed = np.empty(sample.rows)
        for begins in range(int(sample.step[0]), int(sample.step[-1]) + 1, DAY_STEPS):
            # Errors of origins before ``counted`` are in; those whose target lies before this day's start join them.
            until = max(begins - sample.ahead + 1, counted)
            new = (sample.step >= counted) & (sample.step < until) & measured
            moment, counted = moment.faded(until - counted).with_errors(errors[new]), until
            day = (sample.step >= begins) & (sample.step < begins + DAY_STEPS)
            if day.any():
                mixed[day] = self.weights(moment, known) @ each[:, day]
        return mixed


def mixture_of(each: np.ndarray, sample: Sample) -> Mixture:
    """What members' forecasts of held-back days say of how to mix them.

    Args:
        each: ``(member, row)``.
        sample: the origins, with known targets.
    """
    errors = (each - sample.target_mgdl).T
    people: dict[str, Moment] = {}
    for number, person in enumerate(sample.people):
        own = errors[sample.person == number]
        if len(own):
            people[person] = Moment(own.T @ own, float(len(own)))
    size = len(each)
    relative = [one.products / np.maximum(np.trace(one.products) / size, 1e-9) for one in people.values()]
    return Mixture(everybody=np.mean(relative, axis=0) if relative else np.eye(size), people=people)


def _best_weights(products: np.ndarray) -> np.ndarray:
    """Weights, none negative and adding up to 1, with the least mean square, some way towards equal ones."""
    size = len(products)
    scaled = products / np.maximum(np.trace(products), 1e-12) + 1e-9 * np.eye(size)
    # The weights' sum is held near 1 by one heavy extra row, and made exact afterwards.
    design = np.concatenate([np.linalg.cholesky(scaled).T, np.full((1, size), 1e3)])
    found, _ = scipy.optimize.nnls(design, np.append(np.zeros(size), 1e3))
    return EVEN_SHARE / size + (1.0 - EVEN_SHARE) * found / found.sum()
