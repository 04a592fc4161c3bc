"""What a simple body and a log leave out of an intervention: how far true effects lie from its own, per occasion.

A posterior says how sure the parameters are if the model is right. It is not: meals are miscounted and absorbed in
their own ways, sensitivity changes from day to day, and the body has fewer compartments than a person. Without this
spread the 90 % bands of what-ifs held less than half of the true changes (Kennedy and O'Hagan 2001, J R Stat Soc B
63:425-64, on why a model's discrepancy must be part of its predictions).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A factor that differs from occasion to occasion, log-normal.

    Attributes:
        log_median, log_sd: of the factor's logarithm.
        description: in plain words.
    """

    log_median: float
    log_sd: float
    description: str


@cache
def discrepancies(file_name: str = "discrepancy.csv") -> Mapping[str, Discrepancy]:
    """Every factor by name, from a file in ``data`` (``FitBody.discrepancy``)."""
    text = (resources.files("glucotwin.twin") / "data" / file_name).read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {
            row["name"]: Discrepancy(
                log_median=float(row["log_median"]), log_sd=float(row["log_sd"]), description=row["description"]
            )
            for row in rows
        }
    )
