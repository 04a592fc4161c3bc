"""Titration by rule, as clinics do it from two weeks of a sensor: a pattern moves what acts in its part of the day."""

import csv
from functools import cache
from importlib import resources

import numpy as np

from glucotwin.core.provenance import sha256_of_json
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.workflows.trial.t1d.life import Weeks
from glucotwin.workflows.trial.t1d.setting import BLOCK_OF_HOUR, BLOCKS, Step

NIGHT = 0
"""The part of the day in which basal insulin is what acts; in the others it is insulin for food."""


@cache
def titration_numbers() -> dict[str, float]:
    """The numbers of the rule's file by quantity."""
    lines = (line for line in _text().splitlines() if not line.startswith("#"))
    return {row["quantity"]: float(row["value"]) for row in csv.DictReader(lines)}


def titration_sha256() -> str:
    """Hash of the rule's file."""
    return sha256_of_json(_text())


def _text() -> str:
    return (resources.files("glucotwin.workflows.trial.t1d") / "data" / "titration.csv").read_text(encoding="utf-8")


def pattern_step(weeks: Weeks) -> Step:
    """What the rule changes: less insulin where lows are a pattern, more where highs are and lows are rare.

    Corrections become stronger when highs are a pattern of the whole day and lows are rare, weaker when lows are.

    Args:
        weeks: the last two weeks of several people.
    """
    known = titration_numbers()
    by_block = [_turn(_in_block(weeks, block), known) for block in range(BLOCKS)]
    people = weeks.sensor_mgdl.shape[0]
    step = Step.none(people)
    basal, carb = step.basal.copy(), step.carb.copy()
    basal[:, NIGHT] = by_block[NIGHT]
    for block in range(NIGHT + 1, BLOCKS):
        carb[:, block] = by_block[block]
    return Step(basal=basal, carb=carb, correction=_turn(weeks.sensor_mgdl, known))


def _turn(sensor_mgdl: np.ndarray, known: dict[str, float]) -> np.ndarray:
    """The change of insulin of a part of the day on a logarithmic scale, ``(people,)``."""
    low, very_low = share_pct(sensor_mgdl < 70.0, sensor_mgdl), share_pct(sensor_mgdl < 54.0, sensor_mgdl)
    high = share_pct(sensor_mgdl > 180.0, sensor_mgdl)
    less = (low > known["low_share_pct"]) | (very_low > known["very_low_share_pct"])
    more = (high > known["high_share_pct"]) & (low <= known["calm_share_pct"]) & ~less
    size = known["step_fraction"]
    return np.where(less, np.log1p(-size), np.where(more, np.log1p(size), 0.0))


def _in_block(weeks: Weeks, block: int) -> np.ndarray:
    """The sensor in one part of the day, not a number in the others."""
    first = weeks.start.hour * 60 + weeks.start.minute
    minute = (first + np.arange(weeks.sensor_mgdl.shape[1])) % MINUTES_PER_DAY
    return np.where(BLOCK_OF_HOUR[minute // 60] == block, weeks.sensor_mgdl, np.nan)


def share_pct(holds: np.ndarray, sensor_mgdl: np.ndarray) -> np.ndarray:
    """Percent of readings for which something holds, ``(people,)``; not a number without readings."""
    read = np.isfinite(sensor_mgdl)
    count = read.sum(axis=1)
    return np.where(count > 0, 100.0 * (holds & read).sum(axis=1) / np.maximum(count, 1), np.nan)
