"""Weights by which the evidence for a meal that is not logged adds up: log-odds of a logistic regression.

Fitted to virtual people by ``benchmarks/accuracy/detect.py --fit``, which prints these tables.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CONSTANT: Final = "constant"

LOGGED_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        CONSTANT: -7.468,
        "net rise": 0.847,
        "rise without insulin": 0.223,
        "unexplained carbs": 2.005,
        "bend": 0.433,
        "trend before": -0.909,
        "trend after": 0.02,
        "logged before": -0.167,
        "logged near": -0.869,
        "logged after": 0.239,
        "after a low": -0.908,
        "insulin at work": -0.826,
        "exercise": -3.053,
        "night": -3.245,
        "level": 0.488,
        "bolus": -0.127,
        "later bolus": -0.288,
    }
)
"""Log-odds per unit of evidence in records with logged meals."""

UNLOGGED_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        CONSTANT: -5.323,
        "net rise": -0.46,
        "rise without insulin": 1.641,
        "unexplained carbs": 1.687,
        "bend": 0.44,
        "trend before": 0.197,
        "trend after": -0.623,
        "after a low": -1.244,
        "insulin at work": 1.24,
        "exercise": -0.703,
        "night": -3.329,
        "level": 0.194,
        "bolus": 1.679,
        "later bolus": 0.04,
    }
)
"""Log-odds per unit of evidence in records without logged meals."""
