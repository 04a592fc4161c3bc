"""A synthetic person whose true body is known, their records, and the twin that is fitted to them once per test run."""

from datetime import UTC, datetime, time, timedelta
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, Person, TherapyKind, WeightEntry
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import Body
from glucotwin.simulate.trajectory import simulate
from glucotwin.twin.fit import fit_twin
from glucotwin.twin.personal_model import PersonalModel, free_parameters, personal_model
from glucotwin.twin.twin import Twin

START = datetime(2024, 3, 1, tzinfo=UTC)
WEIGHT_KG = 70.0
BASAL_U_PER_H = 1.0
CARB_RATIO_G_PER_U = 12.0
CORRECTION_FACTOR_MGDL_PER_U = 42.0
USUAL_MEALS = ((8.0, 45.0), (13.0, 60.0), (19.0, 70.0))
"""Hour of the day and grams."""

DAYS = 5
FITTED = Window(start=START, end=START + timedelta(days=3, hours=2))
"""Three scored days and the longest horizon after them."""
HELD_OUT = Window(start=START + timedelta(days=4), end=START + timedelta(days=5))
ORIGIN = START + timedelta(days=4, hours=11)
"""Three hours after the breakfast of the held-out day."""

FLUX_SD_MGDL_PER_MIN = 0.4
FLUX_TIME_MIN = 40.0
SENSOR_SD_MGDL = 2.5

TRUTH = {
    "glucose.basal_mgdl": -0.4,
    "glucose.sensitivity_night": 0.5,
    "glucose.sensitivity_morning": -0.3,
    "glucose.sensitivity_afternoon": 0.2,
    "glucose.sensitivity_evening": 0.3,
    "gut.absorption_per_min": 0.6,
    "glucose.volume_dl_per_kg": 0.5,
}
"""How the person differs from the population, in prior SDs; everything else is the population's."""


def synthetic_person(name: str = "synthetic") -> Person:
    """An adult with type 1 diabetes and a pump, of whom everything is known."""
    return Person(
        person_id=name,
        birth_year=1980,
        diabetes_type=DiabetesType.TYPE_1,
        therapy=TherapyKind.PUMP,
        weights=(WeightEntry(day=START.date(), weight_kg=WEIGHT_KG),),
        pregnant=False,
        dialysis=False,
    )


def therapy_settings() -> TherapySettings:
    """What the person doses by."""
    return TherapySettings(
        valid_from=START - timedelta(days=30),
        carb_ratio_g_per_u=DailySchedule(starts=(time(0),), values=(CARB_RATIO_G_PER_U,)),
        correction_factor_mgdl_per_u=DailySchedule(starts=(time(0),), values=(CORRECTION_FACTOR_MGDL_PER_U,)),
    )


def treatments(*, days: int = DAYS, key: jax.Array | None = None) -> list[Record]:
    """Meals that vary from day to day, boluses that fit them only roughly, and a constant basal rate."""
    records: list[Record] = []
    vary = np.asarray(jax.random.uniform(root_key(3) if key is None else key, (days, len(USUAL_MEALS), 4))) - 0.5
    for day in range(days):
        midnight = START + timedelta(days=day)
        records.append(BasalSegment(time=midnight, duration_min=1440.0, rate_u_per_h=BASAL_U_PER_H))
        for (hour, carbs_g), own in zip(USUAL_MEALS, vary[day], strict=True):
            at = midnight + timedelta(minutes=round(60.0 * hour + 40.0 * own[0]))
            eaten_g = round(float(carbs_g * (1.0 + 0.6 * own[1])))
            insulin_u = round(float(eaten_g / CARB_RATIO_G_PER_U * (1.0 + 0.8 * own[2])), 1)
            # A twin takes meals as eaten at once; so does the truth, or the difference would show in its parameters.
            records.append(Meal(time=at, carbs_g=float(eaten_g), duration_min=1.0))
            records.append(Bolus(time=at + timedelta(minutes=round(40.0 * own[3])), insulin_u=insulin_u))
    return records


@cache
def true_model() -> PersonalModel:
    """The family that the true body belongs to."""
    return personal_model(weight_kg=WEIGHT_KG, daily_insulin_u=42.0, basal_u_per_min=BASAL_U_PER_H / 60.0)


def true_point() -> np.ndarray:
    """The true unconstrained parameters; those of the noise are not what made the data exactly."""
    return np.array([TRUTH.get(name, 0.0) for name in free_parameters()])


def true_body() -> Body:
    """The body that made the person's glucose."""
    return true_model().build(jnp.asarray(true_point()))[0]


def timeline_of(
    body: Body,
    person: Person,
    records: list[Record],
    *,
    days: int = DAYS,
    seed: int = 1,
    flux_sd_mgdl_per_min: float = FLUX_SD_MGDL_PER_MIN,
    sensor_sd_mgdl: float = SENSOR_SD_MGDL,
) -> Timeline:
    """A person's records with the readings that a sensor would show every 5 min, disturbance and error included."""
    window = Window(start=START, end=START + timedelta(days=days))
    inputs = inputs_from_timeline(Timeline.from_records(person, records), window).inputs
    flux_key, sensor_key = jax.random.split(stream_key(root_key(seed), subject=person.person_id, stream="test"))
    disturbed = _with_flux(inputs, flux_key, flux_sd_mgdl_per_min)
    true = np.asarray(simulate(body, disturbed, stride=5).outputs["interstitial_mgdl"])[:-1]
    seen = true + sensor_sd_mgdl * np.asarray(jax.random.normal(sensor_key, true.shape))
    readings = [
        GlucoseReading(time=START + timedelta(minutes=5 * step), glucose_mgdl=float(np.clip(value, 40.0, 400.0)))
        for step, value in enumerate(seen)
    ]
    return Timeline.from_records(person, [*records, *readings], [therapy_settings()])


def _with_flux(inputs: Inputs, key: jax.Array, sd: float) -> Inputs:
    """The inputs with an Ornstein-Uhlenbeck disturbance, minute by minute."""
    memory = np.exp(-1.0 / FLUX_TIME_MIN)
    shocks = np.asarray(jax.random.normal(key, (inputs.minutes,))) * sd * np.sqrt(1.0 - memory**2)
    flux = np.zeros(inputs.minutes)
    for minute in range(1, inputs.minutes):
        flux[minute] = memory * flux[minute - 1] + shocks[minute]
    return eqx.tree_at(lambda one: one.unexplained_flux_mgdl_per_min, inputs, flux)


@cache
def synthetic_timeline() -> Timeline:
    """Five days of the person."""
    return timeline_of(true_body(), synthetic_person(), treatments())


@cache
def synthetic_twin() -> Twin:
    """Their twin, fitted to the first three days."""
    return fit_twin(synthetic_timeline(), window=FITTED)
