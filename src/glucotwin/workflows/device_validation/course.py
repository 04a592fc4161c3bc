"""Days of virtual people, known minute by minute, on which devices are measured."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from glucotwin.core.random import stream_keys
from glucotwin.devices.device import AnySensor, WearCondition
from glucotwin.simulate.wear import for_everyone, wear_condition, worn_readings
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.simulate import SimulationRequest, simulate_variants

PROFILE = "careless"
"""A life with highs and lows, as studies of accuracy make them on purpose."""

LOOKS_EVERY_MIN = 15
"""How often people look at their glucose, and the laboratory measures it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedCourses:
    """What became of people, each of whom wears several devices of a kind, one row a wearer.

    Attributes:
        names: of the wearers; a person's devices are told apart by a number.
        plasma_mgdl, interstitial_mgdl: ``(wearers, minutes)``.
        minute_utc: minutes since 1970 UTC.
        condition: of the wearers, each array ``(wearers, minutes)``.
    """

    names: tuple[str, ...]
    plasma_mgdl: np.ndarray
    interstitial_mgdl: np.ndarray
    minute_utc: np.ndarray
    condition: WearCondition


def lived_courses(*, subject: str, days: int, devices_each: int, seed: int) -> LivedCourses:
    """Simulates careless days of the full type 1 body.

    Args:
        subject: a subject's name, a group's, or ``all``.
        days: how many.
        devices_each: devices of a kind that each person wears, one beside the other.
        seed: of behaviour.

    Raises:
        NotFoundError: there is no such subject.
    """
    life = LivedDays(profile=PROFILE, days=days, seed=seed)
    (lived,) = simulate_variants(SimulationRequest(subject=subject, life=life))
    minute_utc = np.asarray(lived.inputs[0].minute_utc)
    looks = np.where(np.arange(minute_utc.size) % LOOKS_EVERY_MIN == 0, 1.0, 0.0)
    own = [wear_condition(one) for one in lived.inputs]

    def column(name: str) -> np.ndarray:
        rows = [np.broadcast_to(np.asarray(getattr(one, name)), minute_utc.shape) for one in own]
        return np.repeat(np.stack(rows), devices_each, axis=0)

    names = tuple(f"{one.name}/{number}" for one in lived.subjects for number in range(devices_each))
    return LivedCourses(
        names=names,
        plasma_mgdl=np.repeat(lived.glucose_mgdl[:, :-1], devices_each, axis=0),
        interstitial_mgdl=np.repeat(lived.interstitial_mgdl[:, :-1], devices_each, axis=0),
        minute_utc=minute_utc,
        condition=WearCondition(
            asleep=jnp.asarray(column("asleep")),
            looks=jnp.asarray(np.broadcast_to(looks, (len(names), looks.size))),
            activity_fraction=jnp.asarray(column("activity_fraction")),
            acetaminophen_mg_per_min=jnp.asarray(column("acetaminophen_mg_per_min")),
        ),
    )


def shown_mgdl(courses: LivedCourses, sensor: AnySensor, name: str, *, in_blood: bool, seed: int) -> np.ndarray:
    """What a sensor shows everybody, ``(wearers, minutes)``; not a number where nothing, LOW or HIGH.

    Args:
        courses: of the wearers.
        sensor: which.
        name: its name, of the random streams.
        in_blood: whether it measures blood instead of the tissue.
        seed: of the random streams.
    """
    glucose = courses.plasma_mgdl if in_blood else courses.interstitial_mgdl
    everyone = for_everyone(sensor, len(courses.names))
    keys = stream_keys(seed, courses.names, stream=name)
    seen = worn_readings(everyone, keys, glucose, courses.minute_utc, courses.condition)
    return np.where(np.asarray(seen.status) == 0, np.asarray(seen.value_mgdl), np.nan)
