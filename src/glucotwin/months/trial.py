"""Published trials: who took part, and what came out, from ``data/trials.csv`` and ``data/trial_targets.csv``.

The people of a trial are spread by quantiles on a lattice, so that nothing is random.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import read_rows
from glucotwin.months.treatment import RESPONSE_SPREAD

PEOPLE = 23
DECLINE_SD = 1.0
"""Standard deviation of the speed at which beta cells tire, whose mean is 1: 0.21 beside 0.209 a year (WHIG)."""

WEIGHT_SPREAD, EGFR_SPREAD = 0.18, 0.15
STRIDES = (1, 5, 7, 9, 10, 4)
"""Of the lattice, prime to the number of people: HbA1c, weight, response, beta cells, sex, kidney."""

HBA1C_LIMITS_PCT = (6.2, 11.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One of a trial's people.

    Attributes:
        person: at the start.
        response: to medicines, 1 for the average.
        decline: speed at which beta cells tire, 1 for the average.
        prior: whether the trial took away what this person took before.
    """

    person: MonthsPerson
    response: float
    decline: float
    prior: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A published figure.

    Attributes:
        row: of the table it is from.
        study: name.
        arm, comparator: candidates; an empty comparator is no change, ``none`` the start itself.
        endpoint: what is counted.
        value, low, high: published; the interval is None where there is none.
        counts: whether it may count as a hit: not where a parameter was chosen for it.
        note: what to know.
    """

    row: str
    study: str
    arm: str
    comparator: str
    endpoint: str
    value: float
    low: float | None
    high: float | None
    counts: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A study: how long, whom, what they took before, and whether it is scored apart."""

    study: str
    held_out: bool
    weeks: int
    prior: str
    people: tuple[Participant, ...]


@cache
def trials() -> Mapping[str, Trial]:
    """Every study by name."""
    return {row["study"]: _trial(row) for row in read_rows("trials.csv")}


@cache
def trial_targets() -> tuple[Target, ...]:
    """Every published figure."""
    return tuple(
        Target(
            row=row["row"],
            study=row["study"],
            arm=row["arm"],
            comparator=row["comparator"],
            endpoint=row["endpoint"],
            value=float(row["value"]),
            low=float(row["low"]) if row["low"] else None,
            high=float(row["high"]) if row["high"] else None,
            counts=row["counts"] == "yes",
            note=row["note"],
        )
        for row in read_rows("trial_targets.csv")
    )


def _trial(row: Mapping[str, str]) -> Trial:
    return Trial(
        study=row["study"],
        held_out=row["held_out"] == "yes",
        weeks=int(row["weeks"]),
        prior=row["prior"],
        people=tuple(_participant(row, number) for number in range(PEOPLE)),
    )


def _participant(row: Mapping[str, str], number: int) -> Participant:
    hba1c, weight, response, decline = (_quantile(number, axis) for axis in range(4))
    low, high = HBA1C_LIMITS_PCT
    usual = float(row["weight_kg"])
    person = MonthsPerson(
        age_y=float(row["age"]),
        female=_share(number, 4) < float(row["female_pct"]) / 100.0,
        weight_kg=usual * math.exp(WEIGHT_SPREAD * weight),
        height_m=float(row["height_m"]),
        hba1c_pct=min(high, max(low, float(row["hba1c"]) + float(row["hba1c_sd"]) * hba1c)),
        egfr=float(row["egfr"]) * math.exp(EGFR_SPREAD * _quantile(number, 5)),
        duration_y=float(row["duration_y"]),
        insulin_u_per_d=float(row["insulin_u_per_d"]),
    )
    return Participant(
        person=person,
        # Log-normal with a mean of 1.
        response=math.exp(RESPONSE_SPREAD * response - RESPONSE_SPREAD**2 / 2.0),
        decline=max(0.0, 1.0 + DECLINE_SD * decline),
        prior=_share(number, 3) < float(row["prior_share"]),
    )


def _share(number: int, axis: int) -> float:
    return ((number * STRIDES[axis]) % PEOPLE + 0.5) / PEOPLE


def _quantile(number: int, axis: int) -> float:
    return NormalDist().inv_cdf(_share(number, axis))
