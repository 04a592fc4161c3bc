"""A twin of a person's months: draws of the slow body that agree with what visits have shown.

Adaptive importance sampling (population Monte Carlo; Cappé 2004) in the space of the prior's standard normal numbers:
bodies are drawn, weighted by how well they foresee what was measured, and drawn again around the good ones. All rounds
count together by the deterministic mixture of their proposals (Owen and Zhou 2000).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtri
from scipy.stats import qmc

from glucotwin.advise.regimen.body import Draws, follow_draws, follow_plans
from glucotwin.advise.regimen.prior import Prior, usual_prior
from glucotwin.advise.regimen.spell import Spell, Visit, with_plan
from glucotwin.advise.regimen.table import numbers
from glucotwin.core.error import ErrorCode, FitError
from glucotwin.core.message import message
from glucotwin.months.course import Months
from glucotwin.months.person import MonthsPerson

DRAWS, ROUNDS, KEPT = 512, 3, 128
WIDENED, NARROWEST = 1.3, 0.25
"""A next round is drawn a little wider than the weighted bodies, never narrower than a quarter of the prior."""

FEW = 12.0
"""Effective draws below which a twin says that it does not explain what was measured."""

SEEN = {"hba1c_pct": "", "weight_kg": "", "fasting_mmoll": "fasting_fraction", "mean_mmoll": "mean_fraction"}
"""What visits may tell, and the name of its noise where that is a share of the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenTwin:
    """A person, what they took, what was seen, and the bodies that agree with it.

    Attributes:
        person: at the first visit.
        spells: what was taken, from before the first visit on.
        visits: what was measured, in order.
        today: day of advice, since the first visit.
        prior: what was taken as known before.
        draws: bodies of equal weight.
        normals: the standard normal numbers behind them, ``(draws, names)``.
        effective: how many independent draws the weighted ones are worth.
    """

    person: MonthsPerson
    spells: tuple[Spell, ...]
    visits: tuple[Visit, ...]
    today: int
    prior: Prior
    draws: Draws
    normals: np.ndarray
    effective: float

    @property
    def explains(self) -> bool:
        """Whether enough bodies agree with what was measured."""
        return self.effective >= FEW

    def foresee(self, plan: Sequence[Spell], *, days: float) -> Months:
        """What becomes of every body when a plan is taken from today on.

        Args:
            plan: everything that is taken from today on.
            days: beyond today.
        """
        return self.foresee_all([plan], days=days)[0]

    def foresee_all(self, plans: Sequence[Sequence[Spell]], *, days: float) -> tuple[Months, ...]:
        """The same for several plans at once."""
        spells = [with_plan(self.spells, one, day=self.today) for one in plans]
        return follow_plans(self.person, self.draws, spells, days=self.today + days)

    def learned(self) -> dict[str, tuple[float, float, float]]:
        """Each quantity's median, and 10th and 90th percentile."""
        values = self.prior.values(self.normals)
        return {name: _spread_of(one) for name, one in values.items()}


def fit_regimen_twin(
    person: MonthsPerson,
    spells: Sequence[Spell],
    visits: Sequence[Visit],
    *,
    seed: int = 1,
    today: int | None = None,
    c_peptide_nmoll: float | None = None,
    believed: Mapping[str, float] | None = None,
) -> RegimenTwin:
    """Learns a person's body from visits.

    Args:
        person: at the first visit.
        spells: what was taken, from before the first visit on.
        visits: what was measured, in order; the first one on day 0.
        seed: of the draws.
        today: day of advice; the last visit's when None.
        c_peptide_nmoll: fasting C-peptide, where it was measured.
        believed: factors on the answer by class, for a twin that believes something else.

    Raises:
        FitError: no visit has an HbA1c, or the first one is not on day 0.
    """
    if not any(one.hba1c_pct is not None for one in visits) or visits[0].day != 0:
        raise FitError(ErrorCode.TOO_LITTLE_DATA, message("regimen-twin-needs"), hint=message("regimen-twin-hint"))
    prior = usual_prior(c_peptide_nmoll=c_peptide_nmoll, response=believed)
    sampled = _Sampled(person=person, spells=tuple(spells), visits=tuple(visits), prior=prior)
    normals, weight = sampled.run(seed)
    index = _systematic(weight, KEPT)
    return RegimenTwin(
        person=person,
        spells=tuple(spells),
        visits=tuple(visits),
        today=visits[-1].day if today is None else today,
        prior=prior,
        draws=prior.draws(normals[index]),
        normals=normals[index],
        effective=float(1.0 / np.sum(weight**2)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sampled:
    person: MonthsPerson
    spells: tuple[Spell, ...]
    visits: tuple[Visit, ...]
    prior: Prior

    def run(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Standard normal numbers of all rounds, and their weights."""
        size = len(self.prior.names)
        centre, spread = self._first()
        proposals: list[tuple[np.ndarray, np.ndarray]] = []
        every, fits, weight = np.empty((0, size)), np.empty(0), np.empty(0)
        for number in range(ROUNDS):
            uniforms = qmc.Sobol(size, rng=seed + number).random(DRAWS)
            normals = centre + spread * ndtri(np.clip(uniforms, 1e-9, 1.0 - 1e-9))
            proposals.append((centre, spread))
            every = np.concatenate([every, normals])
            fits = np.concatenate([fits, self._log_likelihood(normals)])
            log_weight = fits - 0.5 * np.sum(every**2, axis=1) - _mixture(every, proposals)
            weight = np.exp(log_weight - logsumexp(log_weight))
            centre = weight @ every
            spread = np.clip(WIDENED * np.sqrt(weight @ (every - centre) ** 2), NARROWEST, 1.2)
        return every, weight

    def _first(self) -> tuple[np.ndarray, np.ndarray]:
        """A first proposal: the prior, with HbA1c near what was measured first."""
        centre, spread = np.zeros(len(self.prior.names)), np.ones(len(self.prior.names))
        measured = next(one.hba1c_pct for one in self.visits if one.hba1c_pct is not None)
        wide, noise = self.prior.spread["hba1c"], numbers("noise.csv")["hba1c_pct"]
        place = self.prior.names.index("hba1c")
        share = wide**2 / (wide**2 + noise**2)
        centre[place] = share * (measured - self.prior.centre["hba1c"]) / wide
        spread[place] = 1.5 * noise / wide
        return centre, spread

    def _log_likelihood(self, normals: np.ndarray) -> np.ndarray:
        draws, noise = self.prior.draws(normals), numbers("noise.csv")
        days = max(1.0, self.visits[-1].day)
        months = follow_draws(self.person, draws, self.spells, days=days)
        total = np.zeros(len(normals))
        for visit in self.visits:
            for name, relative in SEEN.items():
                measured = getattr(visit, name)
                if measured is not None:
                    foreseen = months.at(name, visit.day)
                    spread = np.maximum(1.0, foreseen) * noise[relative] if relative else np.full(1, noise[name])
                    total -= 0.5 * ((measured - foreseen) / spread) ** 2 + np.log(spread)
        return np.where(np.isfinite(total), total, -1e9)


def _mixture(normals: np.ndarray, proposals: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    parts = [
        -0.5 * np.sum(((normals - centre) / spread) ** 2, axis=1) - np.sum(np.log(spread))
        for centre, spread in proposals
    ]
    return np.asarray(logsumexp(np.stack(parts), axis=0))


def _systematic(weight: np.ndarray, count: int) -> np.ndarray:
    """Systematic resampling, without chance: the offset is a half."""
    return np.minimum(np.searchsorted(np.cumsum(weight), (np.arange(count) + 0.5) / count), len(weight) - 1)


def _spread_of(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return float(middle), float(low), float(high)
