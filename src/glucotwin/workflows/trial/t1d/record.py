"""What is on record of people in a type 1 trial: a noisy sensor, pump doses, counted food, and not everything."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

import numpy as np
import polars as pl

from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, Person, TherapyKind, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.behaviour_event import EventKind
from glucotwin.workflows.trial.t1d.cohort import Volunteers
from glucotwin.workflows.trial.t1d.life import START, Weeks
from glucotwin.workflows.trial.t1d.setting import BLOCK_STARTS_H, Settings

LEAST_BOLUS_U = 0.05
TARGET_MGDL = 120.0


def timeline_of(who: Volunteers, row: int, weeks: Sequence[Weeks]) -> Timeline:
    """What the pump, the sensor and the person have on record of some weeks that follow each other.

    Carbohydrate is what the person counted, with its bolus; food whose bolus was missed and carbohydrate against lows
    are not there; exercise is, of those who log it.

    Args:
        who: the people.
        row: which of them.
        weeks: their days.
    """
    subject = who.subjects[row]
    records: list[Record] = []
    for one in weeks:
        own = one.events.filter(pl.col("name") == subject.name)
        records += [*_doses(own, one, row), *_readings(one, row)]
        if who.logs_exercise[row]:
            records += _exercise(own)
    return Timeline.from_records(_person(subject), records, [therapy_of(weeks[-1].settings, row, weeks[0].start)])


def therapy_of(settings: Settings, row: int, valid_from: datetime) -> TherapySettings:
    """One person's settings."""
    first = list(BLOCK_STARTS_H)
    return TherapySettings(
        valid_from=valid_from,
        basal_u_per_h=_schedule(settings.basal_u_per_h[row], range(24)),
        carb_ratio_g_per_u=_schedule(settings.carb_ratio_g_per_u[row], range(24)),
        correction_factor_mgdl_per_u=_schedule(np.repeat(settings.correction_factor_mgdl_per_u[row], 24), first),
        target_low_mgdl=DailySchedule.constant(TARGET_MGDL),
        target_high_mgdl=DailySchedule.constant(TARGET_MGDL),
    )


def _schedule(hourly: np.ndarray, hours: Sequence[int]) -> DailySchedule:
    return DailySchedule(
        starts=tuple(time(hour) for hour in hours), values=tuple(float(hourly[hour]) for hour in hours)
    )


def _person(subject: Subject) -> Person:
    age = round(subject.age_years or 30.0)
    return Person(
        person_id=subject.name.replace("#", "-"),
        birth_year=START.year - age,
        weights=(WeightEntry(day=START.date(), weight_kg=subject.weight_kg),),
        diabetes_type=DiabetesType.TYPE_1,
        therapy=TherapyKind.PUMP,
        cgm_device="Dexcom G6",
    )


def _doses(own: pl.DataFrame, weeks: Weeks, row: int) -> Iterator[Record]:
    """Boluses with the food that they were counted for, corrections, and basal rates as they ran."""
    boluses = own.filter(pl.col("kind") == str(EventKind.BOLUS))
    rate = np.array(weeks.planned_u_per_min[row])
    for when, units, grams in boluses.select("time", "insulin_u", "counted_carbs_g").iter_rows():
        minute = int((when - weeks.start) / timedelta(minutes=1))
        if 0 <= minute < rate.size:
            rate[minute] -= units
        if units > LEAST_BOLUS_U:
            yield Bolus(time=when, insulin_u=units)
        yield Meal(time=when, carbs_g=grams)
    corrections = weeks.correction_u[row]
    for minute in np.flatnonzero(corrections > LEAST_BOLUS_U):
        yield Bolus(time=_at(weeks, int(minute)), insulin_u=float(corrections[minute]))
    hourly = np.round(np.maximum(rate, 0.0) * 60.0, 4)
    edges = [0, *(np.flatnonzero(np.diff(hourly)) + 1).tolist(), hourly.size]
    for first, last in itertools.pairwise(edges):
        yield BasalSegment(time=_at(weeks, first), duration_min=float(last - first), rate_u_per_h=float(hourly[first]))


def _readings(weeks: Weeks, row: int) -> Iterator[Record]:
    shown = weeks.sensor_mgdl[row]
    for minute in np.flatnonzero(np.isfinite(shown)):
        yield GlucoseReading(time=_at(weeks, int(minute)), glucose_mgdl=float(np.round(shown[minute])))


def _exercise(own: pl.DataFrame) -> Iterator[Record]:
    sessions = own.filter(pl.col("kind") == str(EventKind.EXERCISE))
    for when, minutes, kind, level in sessions.select("time", "duration_min", "detail", "level_fraction").iter_rows():
        yield Activity(time=when, duration_min=minutes, activity_type=ActivityType(kind), intensity_fraction=level)


def _at(weeks: Weeks, minute: int) -> datetime:
    return weeks.start + timedelta(minutes=minute)
