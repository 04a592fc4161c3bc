"""What values of imported records are possible: the ranges that the domain's records enforce, as columns."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import polars as pl


class Range(NamedTuple):
    """Smallest and largest possible value; nulls pass."""

    low: float
    high: float


UNLIMITED = 1e9
"""Stands for no upper limit."""

RANGES: Mapping[str, Mapping[str, Range]] = MappingProxyType(
    {
        "glucose": MappingProxyType({"glucose_mgdl": Range(1.0, 2000.0)}),
        "bolus": MappingProxyType(
            {
                "insulin_u": Range(0.0, 300.0),
                "extended_u": Range(0.0, 300.0),
                "extended_min": Range(0.0, 1440.0),
            }
        ),
        "basal": MappingProxyType({"duration_min": Range(0.0, UNLIMITED), "rate_u_per_h": Range(0.0, 50.0)}),
        "pen": MappingProxyType({"insulin_u": Range(0.0, 500.0)}),
        "meal": MappingProxyType(
            {
                "carbs_g": Range(0.0, 1000.0),
                "protein_g": Range(0.0, 1000.0),
                "fat_g": Range(0.0, 1000.0),
                "fibre_g": Range(0.0, 500.0),
                "duration_min": Range(1.0, 600.0),
            }
        ),
        "activity": MappingProxyType(
            {
                "duration_min": Range(0.0, 2880.0),
                "intensity_fraction": Range(0.0, 1.0),
                "heart_rate_bpm": Range(20.0, 260.0),
                "steps": Range(0.0, UNLIMITED),
            }
        ),
        "heart_rate": MappingProxyType({"heart_rate_bpm": Range(20.0, 260.0)}),
        "sleep": MappingProxyType({"duration_min": Range(0.0, 2880.0)}),
        "ketone": MappingProxyType({"ketone_mmoll": Range(0.0, 30.0)}),
    }
)
"""Possible values by stream and column; a test keeps them equal to what the records accept."""


def possible(stream: str, columns: list[str]) -> pl.Expr:
    """Whether a row's values are all possible.

    Args:
        stream: name of the stream.
        columns: the columns that the table has.
    """
    ranges = RANGES.get(stream, {})
    checks = [
        pl.col(name).cast(pl.Float64).is_between(limit.low, limit.high).fill_null(True)
        for name, limit in ranges.items()
        if name in columns
    ]
    return pl.all_horizontal(checks) if checks else pl.lit(True)
