"""A model in SBML as an organ: fed by signals, moved implicitly, and heard through neutral modifiers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState
from glucotwin.physiology.sbml.expression import TIME_NAME, Value, evaluate
from glucotwin.physiology.sbml.mapping import Dose, Effect, OrganMapping
from glucotwin.physiology.sbml.model import SbmlModel
from glucotwin.physiology.sbml.rosenbrock import rosenbrock_steps
from glucotwin.physiology.signal import Signals

Numbers = dict[str, Float[Array, ""]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HungModel:
    """A model with how it hangs in bodies; compared by identity, so that compiled programs are found again quickly."""

    model: SbmlModel
    mapping: OrganMapping


class SbmlState(AbstractState):
    """States of the model by identifier, what it heard last, its time, and whether events' conditions hold (1 or 0)."""

    levels: Numbers
    heard: Numbers
    time: Float[Array, ""]
    conditions: Numbers

    def names(self) -> tuple[str, ...]:
        """The model's states; its time and conditions are not shown."""
        return tuple(self.levels)

    def value(self, name: str) -> Float[Array, ""]:
        """One of them."""
        return self.levels[name]


class SbmlOrgan(AbstractModulator[SbmlState]):
    """A model hung into a body by a mapping.

    It hears the signals as they are at a minute's start and holds its own over the minute, as all modulators do. Within
    the minute it is moved by a linearly implicit method, so that rates of thousands per minute are no trouble. Events
    are looked for at each minute's start.

    Attributes:
        name: of the organ.
        hung: what moves, and how it hangs in the body.
        constants: its constants and held species, by identifier: the organ's parameters.
        start: states at the start, by identifier.
        rest: values at rest of the quantities that have effects, by identifier.
    """

    name: str = eqx.field(static=True)
    hung: HungModel = eqx.field(static=True)
    constants: Numbers
    start: Numbers
    rest: Numbers

    @property
    def medications(self) -> tuple[str, ...]:
        """Those that the mapping leads into the model."""
        return tuple(one.medicine for one in self.hung.mapping.doses.values() if one.medicine)

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """Those that the mapping leads into the model."""
        return tuple(one.insulin for one in self.hung.mapping.doses.values() if one.insulin)

    def parameters(self) -> dict[str, Float[Array, "..."]]:
        """The constants that no signal sets."""
        fed = self.hung.mapping.feeds
        return {name: value for name, value in self.constants.items() if name not in fed}

    def with_parameters(self, values: Mapping[str, Float[Array, "..."]]) -> "SbmlOrgan":
        """The same organ with some constants replaced."""
        return replace(self, constants={**self.constants, **values})

    def initial_state(self) -> SbmlState:
        """At the start of the mapping."""
        return SbmlState(
            levels=dict(self.start),
            heard={name: self.constants[name] for name in self.hung.mapping.feeds},
            time=jnp.zeros(()),
            conditions={one.identifier: jnp.asarray(float(one.starts_true)) for one in self.hung.model.events},
        )

    def emit(self, state: SbmlState, signals: Signals, inputs: Inputs) -> Signals:
        """What the model does to the body."""
        known = self.hung.model.complete(self._values(state), jnp)
        for effect in self.hung.mapping.effects:
            signals = self._with_effect(effect, jnp.asarray(known[effect.quantity]), signals)
        return signals

    def advance(self, state: SbmlState, signals: Signals, inputs: Inputs, *, minutes: float) -> SbmlState:
        """Events, then the model's course over the step with what it hears held."""
        state = self._after_events(replace(state, heard=self._heard(signals)))
        constants = {**self.constants, **state.heard}
        names = self.hung.model.states
        inflow = self._inflow(inputs)

        def rate(vector: Float[Array, " states"]) -> Float[Array, " states"]:
            levels = {name: vector[place] for place, name in enumerate(names)}
            values = {**constants, **levels, TIME_NAME: vector[-1]}
            rates = self.hung.model.rates_of(values, jnp)
            moved = {name: jnp.asarray(one, dtype=jnp.float64) for name, one in zip(names, rates, strict=True)}
            return jnp.stack([*(one + inflow.get(name, 0.0) for name, one in moved.items()), jnp.ones(())])

        length = minutes / self.hung.mapping.minutes_per_time
        start = jnp.stack([*(state.levels[name] for name in names), state.time])
        end = rosenbrock_steps(rate, start, length, self.hung.mapping.steps_per_min)
        return replace(state, levels={name: end[place] for place, name in enumerate(names)}, time=end[-1])

    def _values(self, state: SbmlState) -> dict[str, Value]:
        return {**self.constants, **state.heard, **state.levels, TIME_NAME: state.time}

    def _heard(self, signals: Signals) -> Numbers:
        """Constants that signals set."""
        return {
            name: one.gain * getattr(signals, one.signal) + one.offset for name, one in self.hung.mapping.feeds.items()
        }

    def _inflow(self, inputs: Inputs) -> dict[str, Float[Array, ""]]:
        """What doses add to states, per unit of the model's time."""
        mapping = self.hung.mapping
        return {name: mapping.minutes_per_time * one.gain * _dosed(one, inputs) for name, one in mapping.doses.items()}

    def _with_effect(self, effect: Effect, value: Float[Array, ""], signals: Signals) -> Signals:
        rest = self.rest[effect.quantity]
        if effect.signal.endswith("_factor"):
            change = 1.0 + effect.gain * (value / rest - 1.0)
            factor = change if effect.relative else effect.gain * value + effect.offset
            return signals.scaling(**{effect.signal: jnp.maximum(0.0, factor)})
        flow = effect.gain * (value - rest) if effect.relative else effect.gain * value + effect.offset
        return signals.adding(**{effect.signal: flow})

    def _after_events(self, state: SbmlState) -> SbmlState:
        """The state after events whose condition has come true since the last look; all see the values before."""
        known = self.hung.model.complete(self._values(state), jnp)
        levels, conditions = dict(state.levels), dict(state.conditions)
        for event in self.hung.model.events:
            holds = jnp.asarray(evaluate(event.trigger, known, jnp)).astype(jnp.float64)
            fires = (holds > 0.5) & (conditions[event.identifier] < 0.5)
            for name, formula in event.assignments:
                levels[name] = jnp.where(fires, jnp.asarray(evaluate(formula, known, jnp)), levels[name])
            conditions[event.identifier] = holds
        return replace(state, levels=levels, conditions=conditions)


def _dosed(dose: Dose, inputs: Inputs) -> Float[Array, ""]:
    """Flow of a medicine in mg/min or of an insulin in U/min."""
    flow = inputs.medication(dose.medicine) if dose.medicine else inputs.dose_u_per_min(dose.insulin)
    return jnp.asarray(flow, dtype=jnp.float64)


def float_arrays(values: Mapping[str, Value]) -> Numbers:
    """Numbers as arrays of the device."""
    return {name: jnp.asarray(value, dtype=jnp.float64) for name, value in values.items()}
