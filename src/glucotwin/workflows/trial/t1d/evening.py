"""The evening's look at the night: what the twin foresees, and what would be eaten against it."""

import csv
from datetime import datetime
from functools import cache, partial
from importlib import resources

import numpy as np

from glucotwin.advise.pre_emptive import carbs_step
from glucotwin.core.error import GlucoTwinError
from glucotwin.core.parallel import call_side_by_side, usual_workers
from glucotwin.core.provenance import sha256_of_json
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.alarm.outlook import outlook_of
from glucotwin.forecast.predict import forecast_glucose
from glucotwin.twin.twin import Twin


@cache
def night_numbers() -> dict[str, float]:
    """The numbers of the nights' file by quantity."""
    lines = (line for line in _text().splitlines() if not line.startswith("#"))
    return {row["quantity"]: float(row["value"]) for row in csv.DictReader(lines)}


def night_sha256() -> str:
    """Hash of the nights' file."""
    return sha256_of_json(_text())


def _text() -> str:
    return (resources.files("glucotwin.workflows.trial.t1d") / "data" / "night.csv").read_text(encoding="utf-8")


def foreseen_carbs_g(twins: list[Twin | None], timelines: list[Timeline], *, at: datetime) -> np.ndarray:
    """Carbohydrate that each twin advises before the night, ``(people,)``; nothing where it is not known.

    Args:
        twins: of the people; None who has none.
        timelines: what is on record until now.
        at: aware time of the evening.
    """
    calls = [partial(_foreseen_g, twin, timeline, at) for twin, timeline in zip(twins, timelines, strict=True)]
    found = call_side_by_side(calls, workers=usual_workers(), stage="Looking at the night")
    return np.array([0.0 if isinstance(one, GlucoTwinError) else one for one in found])


def _foreseen_g(twin: Twin | None, timeline: Timeline, at: datetime) -> float:
    known = night_numbers()
    if twin is None:
        return 0.0
    horizon, lasting = known["morning_min"], known["low_lasting_min"]
    outlook = outlook_of(forecast_glucose(twin, timeline, origin=at, horizon_min=int(horizon)), at=at)
    limit = known["low_alarm_mgdl"]
    if outlook is None:
        return 0.0
    low = outlook.below(limit, within_min=horizon - lasting, lasting_min=lasting)
    if low.probability < known["foreseen_probability"]:
        return 0.0
    step = carbs_step(twin, timeline, outlook, at=at, limit_mgdl=limit, lasting_min=lasting)
    return 0.0 if step is None or not step.helps else step.amount
