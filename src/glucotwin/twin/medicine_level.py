"""What the medicines on record do to a body of type 2 diabetes, hour by hour, as levels among its inputs.

Each medicine's full effect is that of the slow body (``months``), by the dose taken a day and the person's weight and
kidneys. What is felt follows the doses of the last day (or seven, for weekly ones) by the medicine's half-life and the
delay of its effect (``months/data/onsets.csv``). Medicines that are on record from the first days on had been taken
before. What is not modelled there acts as part of the usual level.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from scipy.signal import lfilter

from glucotwin.domain.inputs import minute_utc_from
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Sex
from glucotwin.domain.timeline import Timeline
from glucotwin.months.acute import fasting_factor
from glucotwin.months.effect import together
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.people import people_of
from glucotwin.months.person import MonthsPerson
from glucotwin.physiology.minimal_t2d import FASTING, MEAL, RESPONSE, SENSITIVITY

LEVELS = (FASTING, RESPONSE, SENSITIVITY, MEAL)
FIRST_DAYS = 2
"""A medicine that is first on record within so many days of the record's start had been taken before."""
DOSED_DAYS = {"mg/day": 1, "mg/week": 7}
"""How many days a dose is meant for, by the medicine's unit: doses are summed over as many."""
TYPICAL = MonthsPerson(
    age_y=60.0, female=False, weight_kg=75.0, height_m=1.70, hba1c_pct=8.0, egfr=90.0, fasting_mmoll=10.0
)
"""Whose effects are taken where the record does not say: only their dependence on weight and kidney matters here."""
EGFR_NAMES = ("egfr", "69405-9", "98979-8", "62238-1")


def medicine_levels(timeline: Timeline, start: datetime, minutes: np.ndarray) -> dict[str, np.ndarray]:
    """Levels at some minutes after a time; empty where no medicine that is modelled is on record.

    Args:
        timeline: the person's data; only doses before the last of the minutes enter.
        start: aware time.
        minutes: rising, after ``start``.
    """
    if timeline.person.diabetes_type is not DiabetesType.TYPE_2:
        return {}
    end = start + timedelta(minutes=float(minutes[-1]))
    given = _given(timeline, end)
    if not given:
        return {}
    person = _person(timeline, end)
    felt = {name: _felt(MEDICINES[name], doses) for name, doses in given.items()}
    at = (minutes + (minute_utc_from(start) - minute_utc_from(timeline.window().start))) / 60.0
    # What was felt in an hour is reached at its end.
    ends = np.arange(max(0.0, np.floor(at[0])), np.ceil(at[-1]) + 1.0)
    doses = {name: np.interp(ends, np.arange(hours.size) + 1.0, hours) for name, hours in felt.items()}
    return {name: np.interp(at, ends, values) for name, values in _levels(person, doses, ends.size).items()}


def known_medicine(written: str) -> str | None:
    """The name in ``MEDICINES`` that a written one contains; None where it is not modelled."""
    lower = written.lower()
    return next((name for name in MEDICINES if name in lower), None)


def _given(timeline: Timeline, end: datetime) -> dict[str, np.ndarray]:
    """Dose of the last day (or seven days), in each medicine's own unit, by hour of the record."""
    frame = timeline.frame(MedicationDose).filter(pl.col("time") < end)
    if frame.is_empty():
        return {}
    first = timeline.window().start
    hours = max(1, int(np.ceil((end - first) / timedelta(hours=1))))
    doses = dict[str, np.ndarray]()
    for time, written, dose_mg in frame.select("time", "medication", "dose_mg").iter_rows():
        name = known_medicine(written)
        if name is None or MEDICINES[name].unit not in DOSED_DAYS:
            continue
        hour = min(int((time - first) / timedelta(hours=1)), hours - 1)
        doses.setdefault(name, np.zeros(hours))[hour] += dose_mg
    return {name: _steady(MEDICINES[name], hourly) for name, hourly in doses.items()}


def _steady(medicine: Medicine, hourly: np.ndarray) -> np.ndarray:
    """Doses as the medicine's unit tells them, at most the largest; before the first one as it had been taken."""
    span = 24 * DOSED_DAYS[medicine.unit]
    total = np.convolve(hourly, np.ones(span))[: hourly.size]
    first = int(np.flatnonzero(hourly > 0.0)[0])
    if first < 24 * FIRST_DAYS:
        # The record's first days are cut: a dose that they lack was taken before it.
        known = min(first + span, total.size)
        total[:known] = total[known - 1]
    return np.minimum(total, medicine.largest_dose)


def _felt(medicine: Medicine, given: np.ndarray) -> np.ndarray:
    """Dose that is felt at each hour's end: exposure behind the dose, effect behind exposure."""
    onset = medicine.onset
    return _lagged(_lagged(given, onset.exposure_d), onset.delay_d)


def _lagged(values: np.ndarray, days: float) -> np.ndarray:
    """Behind by a time constant, from a steady start."""
    kept = float(np.exp(-1.0 / 24.0 / days)) if days > 0.0 else 0.0
    return np.asarray(lfilter([1.0 - kept], [1.0, -kept], values, zi=[kept * values[0]])[0])


def _levels(person: MonthsPerson, doses: Mapping[str, np.ndarray], hours: int) -> dict[str, np.ndarray]:
    people = people_of([person])
    effect = together([MEDICINES[name].effect(people, felt) for name, felt in doses.items()], bodies=hours)
    levels = {
        FASTING: np.log(fasting_factor(people, effect)),
        RESPONSE: np.log(effect.secretion * effect.sensitivity),
        SENSITIVITY: np.log(effect.sensitivity),
        MEAL: np.log(effect.prandial),
    }
    return {name: np.broadcast_to(values, (hours,)) for name, values in levels.items()}


def _person(timeline: Timeline, end: datetime) -> MonthsPerson:
    """Weight, age, sex and kidneys as far as they are on record."""
    own = timeline.person
    weight, age = own.weight_kg(end.date()), own.age_years(end.date())
    labs = timeline.frame(LabResult).filter(
        (pl.col("time") < end) & pl.col("analyte").str.to_lowercase().is_in(EGFR_NAMES)
    )
    return MonthsPerson(
        age_y=TYPICAL.age_y if age is None else float(age),
        female=own.sex is Sex.FEMALE,
        weight_kg=weight or TYPICAL.weight_kg,
        height_m=TYPICAL.height_m if own.height_cm is None else own.height_cm / 100.0,
        hba1c_pct=TYPICAL.hba1c_pct,
        egfr=float(labs["value"][-1]) if len(labs) else TYPICAL.egfr,
        fasting_mmoll=TYPICAL.fasting_mmoll,
    )
