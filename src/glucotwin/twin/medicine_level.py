"""What the medicines on record do to a body of type 2 diabetes, day by day, as levels among its inputs.

Each medicine's full effect is that of the slow body (``months``), by the dose taken a day and the person's weight and
kidneys; what is felt follows the dose with the medicine's onset. Medicines that are on record from the first days on
had been taken before. What is not modelled there acts as part of the usual level.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from glucotwin.domain.inputs import minute_utc_from
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Sex
from glucotwin.domain.timeline import Timeline
from glucotwin.months.acute import fasting_factor
from glucotwin.months.effect import Effect, together
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson
from glucotwin.physiology.minimal_t2d import FASTING, MEAL, RESPONSE, SENSITIVITY

LEVELS = (FASTING, RESPONSE, SENSITIVITY, MEAL)
FIRST_DAYS = 2
"""A medicine that is first on record within so many days of the record's start had been taken before."""
SMOOTHED_DAYS = {"mg/day": 1, "mg/week": 7}
"""Over how many days doses are summed: as the medicine's dose is told."""
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
    doses = _daily_doses(timeline, end)
    if not doses:
        return {}
    first = timeline.window().start
    person = _person(timeline, end)
    days = next(iter(doses.values())).size
    felt = {name: _felt(MEDICINES[name], daily) for name, daily in doses.items()}
    by_day = [_levels(person, {name: values[day] for name, values in felt.items()}) for day in range(days)]
    at = (minutes + (minute_utc_from(start) - minute_utc_from(first))) / 1440.0
    # What was felt on a day is reached at its end.
    return {
        name: np.interp(at, np.arange(days) + 1.0, np.array([levels[name] for levels in by_day])) for name in LEVELS
    }


def known_medicine(written: str) -> str | None:
    """The name in ``MEDICINES`` that a written one contains; None where it is not modelled."""
    lower = written.lower()
    return next((name for name in MEDICINES if name in lower), None)


def _daily_doses(timeline: Timeline, end: datetime) -> dict[str, np.ndarray]:
    """Dose in each medicine's own unit by day of the record."""
    frame = timeline.frame(MedicationDose).filter(pl.col("time") < end)
    if frame.is_empty():
        return {}
    first = timeline.window().start
    days = max(1, int(np.ceil((end - first) / timedelta(days=1))))
    doses = dict[str, np.ndarray]()
    for time, written, dose_mg in frame.select("time", "medication", "dose_mg").iter_rows():
        name = known_medicine(written)
        if name is None or MEDICINES[name].unit not in SMOOTHED_DAYS:
            continue
        day = min(int((time - first) / timedelta(days=1)), days - 1)
        doses.setdefault(name, np.zeros(days))[day] += dose_mg
    return {name: _steady(MEDICINES[name], daily) for name, daily in doses.items()}


def _steady(medicine: Medicine, daily: np.ndarray) -> np.ndarray:
    """Doses as the medicine's unit tells them: a day's sum, or that of the last seven days; at most the largest."""
    span = SMOOTHED_DAYS[medicine.unit]
    total = np.convolve(daily, np.ones(span))[: daily.size]
    return np.minimum(total, medicine.largest_dose)


def _felt(medicine: Medicine, daily: np.ndarray) -> np.ndarray:
    """Dose that is felt at each day's end, with what was taken before the record as it began."""
    begun = np.flatnonzero(daily > 0.0)
    before = float(daily[begun[0]]) if begun.size and begun[0] < FIRST_DAYS else 0.0
    share = 1.0 - np.exp(-1.0 / medicine.onset_d)
    felt = np.empty_like(daily)
    for day, dose in enumerate(daily):
        # The record's first and last days are cut: a dose that a cut day lacks was taken outside of it.
        taken = before if dose == 0.0 and day < FIRST_DAYS else dose
        before = before + (taken - before) * share
        felt[day] = before
    return felt


def _levels(person: MonthsPerson, doses: Mapping[str, float]) -> dict[str, float]:
    effect: Effect = together([MEDICINES[name].effect(person, dose) for name, dose in doses.items() if dose > 0.0])
    return {
        FASTING: float(np.log(fasting_factor(person, effect))),
        RESPONSE: float(np.log(effect.secretion * effect.sensitivity)),
        SENSITIVITY: float(np.log(effect.sensitivity)),
        MEAL: float(np.log(effect.prandial)),
    }


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
