"""Organs: parts of a body that own their parameters and state and talk through signals."""

import abc
from collections.abc import Mapping
from dataclasses import Field, fields, replace
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Bool, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.signal import Signals

EVERY_PRODUCT = "*"
"""What an organ takes that does not tell insulin products apart."""


class AbstractState(eqx.Module):
    """An organ's state: named scalar arrays with their unit in the name."""

    def names(self) -> tuple[str, ...]:
        """Names of what can be looked at."""
        return tuple(field.name for field in fields(self))

    def value(self, name: str) -> Float[Array, ""]:
        """One of them."""
        return getattr(self, name)


State = TypeVar("State", bound=AbstractState)


class AbstractOrgan(eqx.Module, Generic[State]):
    """A part of a body.

    Fields are the organ's parameters (scalar arrays). ``inputs`` is one minute's record of scalars.

    Attributes:
        name: the organ's name in its body and in parameter names ``"organ.parameter"``; a class attribute, or a static
            field where a body may hold several organs of the class.

    Class attributes:
        uncertain: fields of the state whose course inputs alone do not determine: a filter tracks their uncertainty.
        substeps: how often finer than the body's step this organ is resolved when ``hurries`` says so. An organ with
            more than one is stepped before the others and hears their signals as they are at the step's start; what it
            sends is exact over the step when it is linear in its state.
        held: whether what it sends stays as it is over a step (``AbstractModulator``).
    """

    name: eqx.AbstractVar[str]
    uncertain: ClassVar[tuple[str, ...]] = ()
    substeps: ClassVar[int] = 1
    held: ClassVar[bool] = False

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """Insulin products that it takes in; most organs take none."""
        return ()

    @property
    def medications(self) -> tuple[str, ...]:
        """Names of the medicines that it answers; most organs answer none."""
        return ()

    def parameters(self) -> dict[str, Float[Array, "..."]]:
        """Its parameters by name: the fields that are not static."""
        return {field.name: getattr(self, field.name) for field in fields(self) if not is_static(field)}

    def with_parameters(self, values: Mapping[str, Float[Array, "..."]]) -> "AbstractOrgan[State]":
        """The same organ with some of them replaced."""
        return replace(self, **values)

    @abc.abstractmethod
    def initial_state(self) -> State:
        """The state at rest: fasting, with the organ's basal signals."""

    @abc.abstractmethod
    def emit(self, state: State, signals: Signals, inputs: Inputs) -> Signals:
        """Adds what this organ sends out; called once per instant, in body order."""

    @abc.abstractmethod
    def derivative(self, state: State, signals: Signals, inputs: Inputs) -> State:
        """Rates of change per minute of the state, from everybody's signals."""

    def advance(self, state: State, signals: Signals, inputs: Inputs, *, minutes: float) -> State:
        """Jumps and memories at the start of a step of ``minutes``; most organs have none."""
        del signals, inputs, minutes
        return state

    def report(self, state: State, signals: Signals, inputs: Inputs) -> Signals:
        """Adds what it can only say once everybody has spoken; observers see it, no organ hears it."""
        del state, inputs
        return signals

    def hurries(self, inputs: Inputs) -> Bool[Array, ""]:
        """Whether this minute's inputs call for the organ's ``substeps``; by default always."""
        del inputs
        return jnp.asarray(True)


class AbstractModulator(AbstractOrgan[State]):
    """An organ that acts over tens of minutes or more: it steps exactly, and what it sends holds over the step.

    It costs a quarter of an organ that the Runge-Kutta step asks four times. Modulators come first in a body: they
    send without listening, and listen (in ``advance``) to the signals as they are at the step's start.
    """

    held: ClassVar[bool] = True

    @abc.abstractmethod
    def advance(self, state: State, signals: Signals, inputs: Inputs, *, minutes: float) -> State:
        """The state after a step of ``minutes`` with the inputs held."""

    def derivative(self, state: State, signals: Signals, inputs: Inputs) -> State:
        """Nothing changes between steps."""
        del signals, inputs
        return jax.tree.map(jnp.zeros_like, state)


def is_static(field: "Field[Any]") -> bool:
    """Whether a field of a module is a name or the like, and no array."""
    return bool(field.metadata.get("static", False))


AnyOrgan: TypeAlias = AbstractOrgan[Any]
"""An organ of whatever state; a body pairs each with its own."""


def approached(level: Array, target: Array, rate_per_min: Array, minutes: float) -> Array:
    """Where a first-order lag stands after ``minutes`` on its way from ``level`` to a held ``target``."""
    return target + (level - target) * jnp.exp(-rate_per_min * minutes)
