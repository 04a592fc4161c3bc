"""A body: organs in order, exchanging signals; data flow is one way and compiles into one program."""

from collections.abc import Mapping

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractState, AnyOrgan
from glucotwin.physiology.signal import Signals

BodyState = dict[str, AbstractState]
"""The state of every organ by its name."""


class Body(eqx.Module):
    """A composition of organs.

    Attributes:
        name: of the composition, e.g. ``padova-t1d-2008``.
        organs: in signal order: modulators first, and who sends before who listens within an instant.
    """

    name: str = eqx.field(static=True)
    organs: tuple[AnyOrgan, ...]

    def __check_init__(self) -> None:
        names = [organ.name for organ in self.organs]
        if len(set(names)) != len(names):
            raise ModelError(ErrorCode.INVALID_VALUE, f"The body {self.name} has two organs of one name: {names}.")
        held = [organ.held for organ in self.organs]
        if held != sorted(held, reverse=True):
            raise ModelError(ErrorCode.INVALID_VALUE, f"In the body {self.name} a modulator follows another organ.")

    def initial_state(self) -> BodyState:
        """Every organ at rest."""
        return {organ.name: organ.initial_state() for organ in self.organs}

    @property
    def insulin_products(self) -> frozenset[str]:
        """Insulin products that the body has depots for; ``EVERY_PRODUCT`` when it does not tell them apart."""
        return frozenset(product for organ in self.organs for product in organ.insulin_products)

    @property
    def medications(self) -> frozenset[str]:
        """Names of the medicines that the body answers."""
        return frozenset(name for organ in self.organs for name in organ.medications)

    def signals(self, state: BodyState, inputs: Inputs) -> Signals:
        """What the organs tell each other at this instant, and what they report to observers."""
        organs = self.organs_under(inputs)
        signals = _emissions(organs, state, inputs, Signals.neutral())
        for organ in organs:
            signals = organ.report(state[organ.name], signals, inputs)
        return signals

    def held_signals(self, state: BodyState, inputs: Inputs) -> Signals:
        """What the modulators send, which holds over a step."""
        modulators = tuple(organ for organ in self.organs_under(inputs) if organ.held)
        return _emissions(modulators, state, inputs, Signals.neutral())

    def derivative(self, state: BodyState, inputs: Inputs, *, held: Signals | None = None) -> BodyState:
        """Rates of change per minute of every organ but the modulators, whose state only ``advance`` changes.

        Args:
            state: of all organs; of the modulators' only when ``held`` is not given.
            inputs: one minute's record (scalars).
            held: what the modulators send, when that is known already.
        """
        held = self.held_signals(state, inputs) if held is None else held
        moving = tuple(organ for organ in self.organs_under(inputs) if not organ.held)
        signals = _emissions(moving, state, inputs, held)
        return {organ.name: organ.derivative(state[organ.name], signals, inputs) for organ in moving}

    def advance(self, state: BodyState, inputs: Inputs, *, minutes: float = 1.0) -> BodyState:
        """Jumps and memories at the start of a step of ``minutes``."""
        organs = self.organs_under(inputs)
        signals = _emissions(organs, state, inputs, Signals.neutral())
        return {organ.name: organ.advance(state[organ.name], signals, inputs, minutes=minutes) for organ in organs}

    def organs_under(self, inputs: Inputs) -> tuple[AnyOrgan, ...]:
        """The organs with this minute's parameter factors applied."""
        if not inputs.parameter_factor:
            return self.organs
        current = self.parameters()
        scaled = {name: current[name] * factor for name, factor in inputs.parameter_factor.items()}
        return tuple(_replaced(organ, scaled) for organ in self.organs)

    def parameters(self) -> dict[str, Float[Array, "..."]]:
        """Every parameter by its full name ``organ.parameter``."""
        return {f"{organ.name}.{name}": value for organ in self.organs for name, value in organ.parameters().items()}

    def with_parameters(self, values: Mapping[str, Float[Array, "..."] | float]) -> "Body":
        """The same body with some parameters replaced, by full name.

        Raises:
            ModelError: a name is not a parameter of this body.
        """
        unknown = sorted(set(values) - set(self.parameters()))
        if unknown:
            raise ModelError(
                ErrorCode.UNKNOWN_NAME,
                f"The body {self.name} has no parameter {unknown[0]!r}.",
                hint="See its page in docs/models.",
            )
        return Body(name=self.name, organs=tuple(_replaced(organ, values) for organ in self.organs))


def _replaced(organ: AnyOrgan, values: Mapping[str, Float[Array, "..."] | float]) -> AnyOrgan:
    prefix = f"{organ.name}."
    own = {
        name.removeprefix(prefix): jnp.asarray(value, dtype=jnp.float64)
        for name, value in values.items()
        if name.startswith(prefix)
    }
    if not own:
        return organ
    return organ.with_parameters(own)


def _emissions(organs: tuple[AnyOrgan, ...], state: BodyState, inputs: Inputs, signals: Signals) -> Signals:
    for organ in organs:
        signals = organ.emit(state[organ.name], signals, inputs)
    return signals


def stack_bodies(bodies: list[Body]) -> Body:
    """Bodies of one composition as one body with a leading subject axis on every parameter."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *bodies)
