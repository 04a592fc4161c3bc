"""Organs: parts of a body that own their parameters and state and talk through signals."""

import abc
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Bool
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.signal import Signals


class AbstractState(eqx.Module):
    """An organ's state: named scalar arrays with their unit in the name."""


State = TypeVar("State", bound=AbstractState)


class AbstractOrgan(eqx.Module, Generic[State]):
    """A part of a body.

    Fields are the organ's parameters (scalar arrays). ``inputs`` is one minute's record of scalars.

    Class attributes:
        name: the organ's name in its body and in parameter names ``"organ.parameter"``.
        uncertain: fields of the state whose course inputs alone do not determine: a filter tracks their uncertainty.
        substeps: how often finer than the body's step this organ is resolved when ``hurries`` says so. An organ with
            more than one is stepped before the others and hears their signals as they are at the step's start; what it
            sends is exact over the step when it is linear in its state.
    """

    name: ClassVar[str]
    uncertain: ClassVar[tuple[str, ...]] = ()
    substeps: ClassVar[int] = 1

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

    def hurries(self, inputs: Inputs) -> Bool[Array, ""]:
        """Whether this minute's inputs call for the organ's ``substeps``; by default always."""
        del inputs
        return jnp.asarray(True)


AnyOrgan: TypeAlias = AbstractOrgan[Any]
"""An organ of whatever state; a body pairs each with its own."""
