"""The equations of UKPDS Outcomes Model 2: probability of each event and of death within one year.

Hayes 2013 (Diabetologia 56:1925, UKPDS 82, supplementary tables 4 to 6). With x the terms of a year and t the years
since diagnosis, events have the cumulative hazard exp(λ + βx) t^ρ; ulcers, and death in years with an event, are
logistic; death in other years has the Gompertz hazard exp(λ + βx) (exp(φ age) − 1) / φ. The public implementations
agree in every coefficient but the λ of a first amputation after an ulcer (−0.811 here, −0.881 in one of them).
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from glucotwin.prognosis.table import Column, coefficients

LOGISTIC = frozenset({"ULCER", "DEATH1YEVENT", "DEATHYSEVENT"})
_SHAPES = frozenset({"lambda", "ro", "phi"})

Values = Mapping[str, float | np.ndarray]


@cache
def equations() -> Mapping[str, Column]:
    """Coefficients of all seventeen equations by the paper's name of the equation."""
    tables = [coefficients(f"ukpds_om2_{part}.csv") for part in ("macrovascular", "microvascular", "mortality")]
    return MappingProxyType({name: column for table in tables for name, column in table.items()})


def predictor(equation: str, terms: Values) -> np.ndarray:
    """λ + βx of an equation.

    Args:
        equation: name.
        terms: numbers, or arrays with one value per life; what an equation names and is not there counts as 0.
    """
    column = equations()[equation]
    total = np.asarray(column["lambda"])
    for term, beta in column.items():
        if beta and term not in _SHAPES:
            total = np.asarray(total + beta * np.asarray(terms.get(term, 0.0), dtype=float))
    return total


def cumulative_hazard(equation: str, terms: Values, time: float) -> np.ndarray:
    """Weibull or exponential hazard up to a time in years since diagnosis, or Gompertz hazard up to an age in years."""
    column = equations()[equation]
    if "phi" in column:
        return np.asarray(np.exp(predictor(equation, terms)) * np.expm1(column["phi"] * time) / column["phi"])
    return np.asarray(np.exp(predictor(equation, terms)) * time ** column["ro"])


def yearly_risk(equation: str, terms: Values, time: float, *, hazard_ratio: float = 1.0) -> np.ndarray:
    """Probability of an event within the year that begins at ``time``.

    Args:
        equation: name.
        terms: of that year.
        time: years since diagnosis, for Gompertz equations the age; logistic ones do not look at it.
        hazard_ratio: by which the hazard is multiplied.
    """
    if equation in LOGISTIC:
        hazard = np.log1p(np.exp(predictor(equation, terms)))
    else:
        hazard = cumulative_hazard(equation, terms, time + 1.0) - cumulative_hazard(equation, terms, time)
    return np.asarray(-np.expm1(-hazard_ratio * hazard))
