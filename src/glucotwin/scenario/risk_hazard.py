"""Kinds of hazard that the scenarios of the risk set stand for."""

import csv
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources


class Hazard(StrEnum):
    """What is wrong in a scenario; sorted from the descriptions in the set, which itself has no such kinds."""

    BASELINE = "baseline"
    CARBS = "carbs"
    BOLUS = "bolus"
    UNKNOWN_INSULIN = "unknown-insulin"
    MISSING_INSULIN = "missing-insulin"
    PUMP_ACCURACY = "pump-accuracy"
    SETTINGS = "settings"
    PRESET = "preset"
    NO_LOOP = "no-loop"
    OTHER = "other"


def hazard_of(scenario: str) -> Hazard:
    """The kind of a scenario by its identifier, ``TLR-899_01_025`` as ``TLR-899``; OTHER when it is not known."""
    found = re.match(r"[A-Z]+-\d+", scenario)
    return _hazards().get(found.group() if found else "", Hazard.OTHER)


@cache
def _hazards() -> Mapping[str, Hazard]:
    text = (resources.files("glucotwin.scenario") / "data" / "risk_hazards.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["scenario"]: Hazard(row["hazard"]) for row in rows}
