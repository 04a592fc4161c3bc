"""Missed bolus: a meal was logged, and the insulin that usually goes with it was not given."""

import numpy as np

from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind, AlarmRule, Assessment
from glucotwin.forecast.alarm.moment import STEP_MIN, Moment
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.ingest.detect.missed_bolus import BEFORE, TREATED_BELOW_MGDL, USUAL_SHARE

LOOKED_BACK_MIN = 120.0
"""Later than two hours, a bolus for the meal would come too late."""

BEFORE_MIN = BEFORE.total_seconds() / 60.0
AROUND_STEPS = 3


def assess_missed_bolus(settings: AlarmSettings, moment: Moment) -> Assessment | None:
    """How often this person's meals have a bolus, when the last one has none; what was eaten against a low has none.

    In people who dose less than half of their meals nothing is said: they dose in another way.
    """
    usual = moment.dosed_fraction
    if usual is None or usual < USUAL_SHARE:
        return None
    carbs = moment.last(moment.carbs_g, LOOKED_BACK_MIN)
    eaten = np.flatnonzero(carbs > 0.0)
    if not eaten.size or carbs.sum() < settings.meal_g:
        return Assessment(probability=0.0)
    since_min = STEP_MIN * (carbs.size - 1 - int(eaten[0]))
    values = {"carbs_g": float(carbs.sum()), "since_min": since_min, "dosed_pct": 100.0 * usual}
    dosed = float(moment.last(moment.bolus_u, since_min + BEFORE_MIN).sum()) > 0.0
    if dosed or since_min < settings.bolus_wait_min or _treated_low(moment, since_min):
        return Assessment(probability=0.0, values=values)
    return Assessment(probability=usual, values=values)


def _treated_low(moment: Moment, since_min: float) -> bool:
    """Whether glucose was low when the meal began."""
    began = moment.glucose_mgdl.size - 1 - int(since_min / STEP_MIN)
    around = moment.glucose_mgdl[max(0, began - AROUND_STEPS) : began + AROUND_STEPS]
    return bool(np.any(around[np.isfinite(around)] < TREATED_BELOW_MGDL))


MISSED_BOLUS = AlarmRule(
    kind=AlarmKind.MISSED_BOLUS,
    behaviour=Behaviour(raise_at=0.6, clear_at=0.4, clear_after_min=0.0, repeat_min=None),
    assess=assess_missed_bolus,
)
