"""Pre-specified subgroups: the same comparison among some of the people, and whether the groups differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.stats import f as fisher

from glucotwin.core.error import DataError
from glucotwin.trial.analysis import Estimate, estimate
from glucotwin.trial.contrast import Contrast
from glucotwin.trial.covariate import check_columns
from glucotwin.trial.design import Design
from glucotwin.trial.part import Comparison, Endpoint, Subgroup


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupLevel:
    """Some of the people.

    Attributes:
        subgroup: what they were divided by.
        level: which of the groups, in words.
        estimate: among them.
        p_interaction: of no difference between the groups' effects (Welch's test); the same in all of its levels.
    """

    subgroup: Subgroup
    level: str
    estimate: Estimate
    p_interaction: float


def subgroup_levels(
    design: Design, people: pl.DataFrame, outcomes: pl.DataFrame, *, endpoint: Endpoint, comparison: Comparison
) -> tuple[SubgroupLevel, ...]:
    """Every level of every subgroup that has enough people.

    Args:
        design: of the trial.
        people: the randomised, with their lots.
        outcomes: observed rows.
        endpoint: which.
        comparison: which arms.

    Raises:
        DataError: a subgroup's column does not exist.
    """
    check_columns(people, (one.column for one in design.analysis.subgroups))
    found: list[SubgroupLevel] = []
    for subgroup in design.analysis.subgroups:
        labels = _labels(people[subgroup.column], subgroup)
        levels: list[tuple[str, Estimate]] = []
        for level in dict.fromkeys(sorted(labels, key=_order(labels, people[subgroup.column]))):
            inside = people.filter(pl.Series([one == level for one in labels]))
            try:
                one = estimate(design, inside, outcomes, endpoint=endpoint, comparison=comparison, name=subgroup.column)
            except DataError:
                continue
            levels.append((level, one))
        p = _p_interaction([one for _, one in levels])
        found += [SubgroupLevel(subgroup=subgroup, level=level, estimate=one, p_interaction=p) for level, one in levels]
    return tuple(found)


def _labels(values: pl.Series, subgroup: Subgroup) -> list[str]:
    if not subgroup.cuts:
        return values.cast(pl.String).fill_null("?").to_list()
    cuts = [f"{one:g}" for one in subgroup.cuts]
    names = [f"< {cuts[0]}", *(f"{low} – {high}" for low, high in pairwise(cuts)), f"≥ {cuts[-1]}"]
    places = np.searchsorted(np.asarray(subgroup.cuts), values.cast(pl.Float64).to_numpy(), side="right")
    return [names[place] for place in places]


def _order(labels: Sequence[str], values: pl.Series):  # noqa: ANN202  # a key function
    """Numbers in their order, words by name."""
    numeric = values.dtype.is_numeric()
    smallest: dict[str, float] = {}
    for label, value in zip(labels, values.to_list(), strict=True):
        if numeric:
            smallest[label] = min(smallest.get(label, np.inf), float(value))
    return lambda label: (smallest.get(label, 0.0), label)


def _p_interaction(estimates: Sequence[Estimate]) -> float:
    contrasts = [one.compared.tested for one in estimates if one.compared.tested.se > 0.0]
    return welch_p(contrasts) if len(contrasts) > 1 else float("nan")


def welch_p(contrasts: Sequence[Contrast]) -> float:
    """P-value of no difference between two or more independent estimates whose errors are estimated too.

    Welch, Biometrika 38, 1951: Cochran's Q, which takes standard errors for known, held against an F distribution
    whose degrees of freedom follow from those of the estimates; with two, the t test of Welch and Satterthwaite.

    Args:
        contrasts: estimates with standard errors above 0.
    """
    weight = np.array([one.se**-2 for one in contrasts])
    value, df = np.array([one.estimate for one in contrasts]), np.array([one.df for one in contrasts])
    groups, share = len(contrasts), weight / weight.sum()
    spread = (weight * (value - (share * value).sum()) ** 2).sum() / (groups - 1.0)
    unsure = ((1.0 - share) ** 2 / df).sum()
    statistic = spread / (1.0 + 2.0 * (groups - 2.0) / (groups**2 - 1.0) * unsure)
    return float(fisher.sf(statistic, groups - 1.0, (groups**2 - 1.0) / (3.0 * unsure)))
