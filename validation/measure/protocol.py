"""Clinical protocols on virtual people: meals, clamps, stopped pumps, as the published studies ran them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState, stack_bodies
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_of, changed, find_subject
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.population import accepted_people
from glucotwin.simulate.solver import step_minutes

BODY = "padova-t1d"
MMOLL = 18.01559
SEED = 11
OUTPUTS = ("glucose_mgdl", "interstitial_mgdl", "insulin_pmoll")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Virtual people and their bodies."""

    subjects: tuple[Subject, ...]
    options: BodyOptions

    @property
    def bodies(self) -> list[Body]:
        """One body each."""
        return [body_of(BODY, one, options=self.options) for one in self.subjects]


@cache
def people(
    kind: str = "adult",
    *,
    changes: tuple[tuple[str, float], ...] = (),
    products: tuple[str, ...] = ("rapid",),
    basal_product: str = "rapid",
) -> Group:
    """The ten published people of an age group (``adult``, ``adolescent``, ``child``), all changed alike."""
    subjects = tuple(
        changed(BODY, find_subject(BODY, f"{kind}#{number:03d}"), dict(changes)) for number in range(1, 11)
    )
    return Group(subjects=subjects, options=BodyOptions(products=products, basal_product=basal_product))


@cache
def drawn(kind: str, count: int) -> Group:
    """Generated people of an age group."""
    subjects, _ = accepted_people(kind, count, seed=SEED)
    return Group(subjects=tuple(subjects), options=BodyOptions())


def run(
    group: Group,
    inputs: Sequence[Inputs],
    *,
    start_mgdl: float | None = None,
    outputs: tuple[str, ...] = OUTPUTS,
) -> dict[str, np.ndarray]:
    """Open-loop courses, ``(people, minutes + 1)`` by output; from rest, or from another glucose at once."""
    bodies = group.bodies
    states = None
    if start_mgdl is not None:
        states = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(at_glucose(body, start_mgdl) for body in bodies))
    result = simulate_cohort(stack_bodies(bodies), stack_inputs(inputs), state=states, outputs=outputs)
    return {name: np.asarray(values) for name, values in result.outputs.items()}


def at_glucose(body: Body, glucose_mgdl: float) -> BodyState:
    """The resting state with both glucose pools and the interstitium at another glucose."""
    state = body.initial_state()
    factor = glucose_mgdl / body.signals(state, minute_of(constant_inputs(1), 0)).glucose_mgdl
    glucose = jax.tree.map(lambda pool: pool * factor, state["glucose"])
    fluid = jax.tree.map(lambda level: level * factor, state["interstitium"])
    return state | {"glucose": glucose, "interstitium": fluid}


def minute_of(inputs: Inputs, minute: int) -> Inputs:
    """One minute of inputs."""
    return inputs.map(lambda values: jnp.asarray(values)[minute])


def basal_inputs(
    subject: Subject, minutes: int, *, factor: float | np.ndarray = 1.0, start_hour: int = 0, product: str = "rapid"
) -> Inputs:
    """Basal insulin alone, at a share of the subject's rate, from an hour of the day on."""
    import datetime as dt

    start = dt.datetime(2024, 1, 1, start_hour, tzinfo=dt.UTC)
    rate = subject.basal_u_per_min * (factor if isinstance(factor, np.ndarray) else np.full(minutes, float(factor)))
    return constant_inputs(minutes, start=start, insulin_u_per_min=rate, product=product)


def hourly_inputs(subject: Subject, minutes: int, *, start_hour: int, factor: np.ndarray) -> Inputs:
    """Basal insulin by the person's own rates of the day, at shares minute by minute, from an hour of the day on."""
    import datetime as dt

    rates = np.asarray(subject.basal_profile_u_per_h or (60.0 * subject.basal_u_per_min,) * 24)
    hours = (start_hour + np.arange(minutes) // 60) % 24
    start = dt.datetime(2024, 1, 1, start_hour, tzinfo=dt.UTC)
    return constant_inputs(minutes, start=start, insulin_u_per_min=rates[hours] / 60.0 * factor)


def given(inputs: Inputs, **changes: object) -> Inputs:
    """The inputs with fields replaced, e.g. ``fat_g_per_min=array``."""
    for name, value in changes.items():
        inputs = eqx.tree_at(
            lambda one, at=name: getattr(one, at), inputs, value, is_leaf=lambda node: isinstance(node, Mapping)
        )
    return inputs


def dosed(inputs: Inputs, product: str, doses: Mapping[int, float]) -> Inputs:
    """The inputs with units of a product added at minutes."""
    rate = np.array(inputs.insulin_u_per_min.get(product, np.zeros(inputs.minutes)))
    for minute, units in doses.items():
        rate[minute] += units
    return given(inputs, insulin_u_per_min={**inputs.insulin_u_per_min, product: rate})


def pulse(minutes: int, start: int, duration: int, total: float) -> np.ndarray:
    """A total given evenly over some minutes, as a rate per minute."""
    rate = np.zeros(minutes)
    rate[start : start + duration] = total / duration
    return rate


def level(minutes: int, start: int, end: int, value: float = 1.0) -> np.ndarray:
    """A value that holds from a minute to another."""
    held = np.zeros(minutes)
    held[start:end] = value
    return held


@eqx.filter_jit
def _clamped(
    body: Body, inputs: Inputs, state: BodyState, target_mgdl: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    volume = body.parameters()["glucose.volume_dl_per_kg"]

    def minute(current: BodyState, now: Inputs) -> tuple[BodyState, tuple[jax.Array, jax.Array, jax.Array]]:
        rate = body.derivative(body.advance(current, now), now)["glucose"].plasma_mg_per_kg  # pyright: ignore[reportAttributeAccessIssue]
        signals = body.signals(current, now)
        wanted = -rate / volume + 0.2 * (target_mgdl - signals.glucose_mgdl)
        flux = jnp.maximum(wanted, 0.0)
        after = step_minutes(body, current, eqx.tree_at(lambda one: one.unexplained_flux_mgdl_per_min, now, flux))
        return after, (flux * volume, signals.glucose_mgdl, signals.insulin_pmoll)

    return jax.lax.scan(minute, state, inputs.map(jnp.asarray))[1]


def clamp(group: Group, inputs: Sequence[Inputs], *, target_mgdl: float) -> dict[str, np.ndarray]:
    """A glucose clamp: infusion in mg/kg/min, glucose and insulin of each person, ``(people, minutes)``."""
    parts = [
        _clamped(body, one, at_glucose(body, target_mgdl), jnp.asarray(target_mgdl))
        for body, one in zip(group.bodies, inputs, strict=True)
    ]
    names = ("infusion_mg_per_kg_per_min", "glucose_mgdl", "insulin_pmoll")
    return {name: np.stack([np.asarray(part[index]) for part in parts]) for index, name in enumerate(names)}
