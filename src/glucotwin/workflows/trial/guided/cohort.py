"""Whom the trial looks at: true people by number, and what is known of them at screening and at the start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from glucotwin.months.person import MonthsPerson
from glucotwin.trial.chance import person_normals, person_uniforms
from glucotwin.workflows.trial.guided.table import numbers, read_rows

SCREENED_PCT = (7.5, 10.0)
"""HbA1c at screening of those who may take part."""

SCREENING_D = 91
"""Days from screening to the lot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """True people at screening; every array is ``(people,)``.

    Attributes:
        numbers: of the people.
        hba1c_pct, fasting_mmoll: true values, on metformin.
        age_y, female, weight_kg, height_m, duration_y, egfr, acr_mg_g: as named.
        facts: what cautions and guidelines ask for.
        reserve: beta cell reserve, a standard normal number that falls with duration; seen by nobody.
    """

    numbers: tuple[int, ...]
    hba1c_pct: np.ndarray
    fasting_mmoll: np.ndarray
    age_y: np.ndarray
    female: np.ndarray
    weight_kg: np.ndarray
    height_m: np.ndarray
    duration_y: np.ndarray
    egfr: np.ndarray
    acr_mg_g: np.ndarray
    facts: tuple[frozenset[str], ...]
    reserve: np.ndarray

    def known(self, place: int, *, hba1c_pct: float, fasting_mmoll: float) -> MonthsPerson:
        """What is known of one of them at screening.

        Args:
            place: in the arrays.
            hba1c_pct: as measured.
            fasting_mmoll: as measured.
        """
        return MonthsPerson(
            age_y=float(self.age_y[place]),
            female=bool(self.female[place]),
            weight_kg=float(self.weight_kg[place]),
            height_m=float(self.height_m[place]),
            hba1c_pct=hba1c_pct,
            egfr=float(self.egfr[place]),
            fasting_mmoll=fasting_mmoll,
            duration_y=float(self.duration_y[place]),
            acr_mg_g=float(self.acr_mg_g[place]),
            facts=self.facts[place],
        )


def true_people(seed: int, numbers_of: Sequence[int]) -> People:
    """People by number; the same number is the same person in any company.

    Args:
        seed: of the trial.
        numbers_of: from 0.
    """
    normal = person_normals(seed, numbers_of, stream="guided-person", count=8)
    chance = person_uniforms(seed, numbers_of, stream="guided-fact", count=4)
    centre, spread = numbers("cohort.csv"), numbers("cohort.csv", "spread")
    above = centre["hba1c_above_pct"] * np.exp(spread["hba1c_above_pct"] * normal[:, 0])
    hba1c = np.minimum(15.0, centre["hba1c_shift_pct"] + above)
    female = chance[:, 0] < centre["female_fraction"]
    height = np.where(female, _near("height_m_female", normal[:, 2]), _near("height_m_male", normal[:, 2]))
    fasting = centre["fasting_mmoll"] + (hba1c - 8.28) / 0.466 + spread["fasting_mmoll"] * normal[:, 1]
    low, high = _limits("fasting_mmoll")
    bmi, duration = _near("bmi", normal[:, 3]), _near("duration_y", normal[:, 5], log=True)
    facts = [_facts(one, centre) for one in chance]
    return People(
        numbers=tuple(numbers_of),
        hba1c_pct=hba1c,
        fasting_mmoll=np.clip(fasting, low, high),
        age_y=_near("age_y", normal[:, 4]),
        female=female,
        weight_kg=bmi * height**2,
        height_m=height,
        duration_y=duration,
        egfr=_near("egfr", normal[:, 6]),
        acr_mg_g=_near("acr_mg_g", normal[:, 7], log=True),
        facts=tuple(facts),
        reserve=_reserve(seed, numbers_of, normal[:, 5]),
    )


def people_frame(
    people: People, screened: Mapping[str, np.ndarray], baseline: Mapping[str, np.ndarray]
) -> pl.DataFrame:
    """The recruited people as the engine asks for them.

    Args:
        people: at screening.
        screened: what was measured at screening, by name.
        baseline: the same when the lot is drawn.
    """
    low, high = SCREENED_PCT
    hba1c = screened["hba1c_pct"]
    eligible = (hba1c >= low) & (hba1c <= high)
    reason = np.where(eligible, "", np.where(hba1c < low, f"HbA1c below {low:g} %", f"HbA1c above {high:g} %"))
    return pl.DataFrame(
        {
            "person": np.asarray(people.numbers, dtype=np.int64),
            "eligible": eligible,
            "reason": reason,
            "hba1c_pct": baseline["hba1c_pct"],
            "screening_hba1c_pct": hba1c,
            "fasting_mmoll": baseline["fasting_mmoll"],
            "screening_fasting_mmoll": screened["fasting_mmoll"],
            "weight_kg": baseline["weight_kg"],
            "bmi": people.weight_kg / people.height_m**2,
            "age_y": people.age_y,
            "duration_y": people.duration_y,
            "egfr": people.egfr,
            "sex": np.where(people.female, "female", "male"),
            "hba1c_group": np.where(baseline["hba1c_pct"] < 8.5, "below 8.5 %", "8.5 % and above"),
        }
    )


def _near(name: str, normal: np.ndarray, *, log: bool = False) -> np.ndarray:
    centre, spread = numbers("cohort.csv")[name], numbers("cohort.csv", "spread")[name]
    low, high = _limits(name)
    return np.clip(centre * np.exp(spread * normal) if log else centre + spread * normal, low, high)


def _limits(name: str) -> tuple[float, float]:
    row = next(one for one in read_rows("cohort.csv") if one["name"] == name)
    return float(row["low"]), float(row["high"])


def _facts(chance: np.ndarray, centre: Mapping[str, float]) -> frozenset[str]:
    names = ("atherosclerosis", "heart_failure", "pancreatitis")
    found = {name for name, one in zip(names, chance[1:], strict=True) if one < centre[f"{name}_fraction"]}
    return frozenset(found | {"no_insulin"})


def _reserve(seed: int, numbers_of: Sequence[int], duration: np.ndarray) -> np.ndarray:
    own = person_normals(seed, numbers_of, stream="guided-reserve")[:, 0]
    return -0.4 * duration + np.sqrt(1.0 - 0.4**2) * own
