"""A made-up person with type 2 diabetes whose body is known, with meals, medicines and laboratory values."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.grid import grid_data
from glucotwin.twin.personal_model import personal_model
from glucotwin.twin.state_space import STEP_MIN

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 9
WEIGHT_KG = 90.0
MEALS = ((7.0, 50.0), (12.5, 70.0), (18.5, 60.0))
TRUTH = {"glucose.basal_mgdl": -0.3, "glucose.own_response": 0.7, "gut.absorption_per_min": 0.5}
"""How the body differs from what is usual, in prior SDs."""
STEPS_PER_READING = 3


def t2d_person(name: str = "type2") -> Person:
    """A woman of 62 without insulin."""
    return Person(
        person_id=name,
        zone="UTC",
        birth_year=1964,
        adult=True,
        sex=Sex.FEMALE,
        height_cm=168.0,
        weights=(WeightEntry(day=date(2026, 2, 20), weight_kg=WEIGHT_KG),),
        diabetes_type=DiabetesType.TYPE_2,
        diagnosis_year=2017,
        therapy=TherapyKind.NO_INSULIN,
        pregnant=False,
        dialysis=False,
    )


def life(*, metformin_mg: float = 1000.0, days: int = DAYS) -> list[Record]:
    """Three meals a day and metformin twice a day."""
    records: list[Record] = []
    for day in range(days):
        at = START + timedelta(days=day)
        records += [Meal(time=at + timedelta(hours=hour), carbs_g=carbs) for hour, carbs in MEALS]
        records += [
            MedicationDose(time=at + timedelta(hours=hour), medication="metformin", dose_mg=metformin_mg)
            for hour in (8.0, 20.0)
            if metformin_mg
        ]
    return records


def labs() -> list[Record]:
    """Fasting glucose, HbA1c, C-peptide and eGFR of the first morning."""
    at = START + timedelta(hours=6)
    values = (("Fasting glucose", 142.0, "mg/dL"), ("HbA1c", 7.4, "%"), ("C-peptide", 0.8, "nmol/L"))
    return [
        *(LabResult(time=at, analyte=name, value=value, unit=unit) for name, value, unit in values),
        LabResult(time=at, analyte="eGFR", value=84.0, unit="mL/min/{1.73_m2}"),
    ]


@cache
def true_body() -> Body:
    """The body that made the readings."""
    model = personal_model(weight_kg=WEIGHT_KG, daily_insulin_u=0.0, basal_u_per_min=0.0, body="minimal-t2d")
    names = list(model.values(jnp.zeros(model.typical.size)))
    point = np.array([TRUTH.get(name, 0.0) for name in names])
    return model.build(jnp.asarray(point))[0]


@cache
def t2d_timeline() -> Timeline:
    """Nine days of readings every quarter of an hour, with what was eaten, taken and measured."""
    return lived(true_body(), [*life(), *labs()])


def lived(body: Body, records: Iterable[Record], *, name: str = "type2") -> Timeline:
    """The records with what a sensor reads of a body that lives them."""
    line = Timeline.from_records(t2d_person(name), records)
    window = Window(start=START, end=START + timedelta(days=DAYS))
    inputs = grid_data(line, window, usual_basal_u_per_min=0.0).inputs

    def step(state: BodyState, now: Inputs) -> tuple[BodyState, jax.Array]:
        return step_minutes(body, state, now, minutes=STEP_MIN), body.signals(state, now).interstitial_mgdl

    seen = np.asarray(jax.lax.scan(step, body.initial_state(), inputs.map(jnp.asarray))[1])[::STEPS_PER_READING]
    key = stream_key(root_key(3), subject=name, stream="sensor")
    noisy = seen + 4.0 * np.asarray(jax.random.normal(key, seen.shape))
    times = [START + timedelta(minutes=5.0 * STEPS_PER_READING * index) for index in range(len(noisy))]
    glucose = pl.DataFrame({"time": times, "glucose_mgdl": noisy}).with_columns(
        source=pl.lit(""), kind=pl.lit("cgm"), censoring=pl.lit("none")
    )
    return replace(line, streams={**line.streams, "glucose": glucose})
