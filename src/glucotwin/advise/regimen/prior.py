"""What is taken as known of a person's body before anything was measured, as draws from standard normal numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from glucotwin.advise.regimen.body import Draws
from glucotwin.advise.regimen.table import read_rows
from glucotwin.months.person import MGDL_PER_MMOLL

BODY = ("hba1c", "fasting", "gap", "adherence", "decline", "drift", "weight")
PERSISTENCE = "persistence"
HBA1C_AT_NONE, HBA1C_PER_MMOLL = 3.99, 0.466
"""HbA1c by fasting glucose (Baron 2016)."""

LOWEST_FASTING_MMOLL, LOWEST_HBA1C_PCT = 4.6, 4.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """A prior of a person: centre and spread of each quantity on the scale of its draws.

    Attributes:
        names: quantities, in the order of the columns of standard normal numbers.
        centre, spread: by name; of the logarithm where the quantity is log-normal.
        is_log: which ones are.
    """

    names: tuple[str, ...]
    centre: Mapping[str, float]
    spread: Mapping[str, float]
    is_log: frozenset[str]

    def values(self, normals: np.ndarray) -> dict[str, np.ndarray]:
        """Quantities by name from standard normal numbers ``(draws, names)``."""
        answer: dict[str, np.ndarray] = {}
        for column, name in enumerate(self.names):
            value = self.centre[name] + self.spread[name] * normals[:, column]
            answer[name] = np.exp(value) if name in self.is_log else value
        return answer

    def draws(self, normals: np.ndarray) -> Draws:
        """Bodies from standard normal numbers ``(draws, names)``."""
        value = self.values(normals)
        hba1c = np.maximum(LOWEST_HBA1C_PCT, value["hba1c"])
        usual = (hba1c - HBA1C_AT_NONE) / HBA1C_PER_MMOLL
        fasting = np.maximum(LOWEST_FASTING_MMOLL, usual + value["fasting"])
        mean = (28.7 * (hba1c - value["gap"]) - 46.7) / MGDL_PER_MMOLL
        kinds = [name for name in self.names if name not in (*BODY, PERSISTENCE)]
        return Draws(
            hba1c_pct=hba1c,
            fasting_mmoll=fasting,
            mean_mmoll=np.maximum(fasting, mean),
            decline=value["decline"],
            drift_pct=value["drift"],
            weight=value["weight"],
            persistence=ndtr(value[PERSISTENCE]),
            response={kind: value[kind] * value["adherence"] for kind in kinds},
        )


def usual_prior(*, c_peptide_nmoll: float | None = None, response: Mapping[str, float] | None = None) -> Prior:
    """The prior of ``data/prior.csv``.

    Args:
        c_peptide_nmoll: fasting C-peptide; low ones weaken medicines that need beta cells.
        response: factors on the centre of the answer by class, for a twin that believes something else.
    """
    rows = {row["name"]: row for row in read_rows("prior.csv")}
    is_log = frozenset(name for name, row in rows.items() if row["form"] == "lognormal")
    centre = {
        name: math.log(float(row["centre"])) if name in is_log else float(row["centre"]) for name, row in rows.items()
    }
    for kind, factor in (response or {}).items():
        centre[kind] += math.log(factor)
    for row in read_rows("c_peptide.csv") if c_peptide_nmoll is not None else ():
        centre[row["kind"]] += math.log(_by_c_peptide(row, c_peptide_nmoll or 0.0))
    spread = {name: float(row["spread"]) for name, row in rows.items()}
    return Prior(names=tuple(rows), centre=centre, spread=spread, is_log=is_log)


def _by_c_peptide(row: Mapping[str, str], c_peptide_nmoll: float) -> float:
    low, full, factor = float(row["below_nmoll"]), float(row["full_nmoll"]), float(row["factor"])
    share = min(1.0, max(0.0, (c_peptide_nmoll - low) / (full - low)))
    return factor + (1.0 - factor) * share
