"""Organs: parts of a body that own their parameters and state and talk through signals."""

import abc
from typing import ClassVar, Self

import equinox as eqx

from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.signal import Signals


class AbstractState(eqx.Module):
    """An organ's state: named scalar arrays with their unit in the name."""


class AbstractOrgan(eqx.Module):
    """A part of a body.

    Fields are the organ's parameters (scalar arrays). ``inputs`` is one minute's record of scalars.

    Class attributes:
        name: the organ's name in its body and in parameter names ``"organ.parameter"``.
        uncertain: fields of the state whose course inputs alone do not determine: a filter tracks their uncertainty.
    """

    name: ClassVar[str]
    uncertain: ClassVar[tuple[str, ...]] = ()

    @abc.abstractmethod
    def initial_state(self) -> AbstractState:
        """The state at rest: fasting, with the organ's basal signals."""

    @abc.abstractmethod
    def emit(self, state: AbstractState, signals: Signals, inputs: Inputs) -> Signals:
        """Adds what this organ sends out; called once per instant, in body order."""

    @abc.abstractmethod
    def derivative(self, state: AbstractState, signals: Signals, inputs: Inputs) -> AbstractState:
        """Rates of change per minute of the state, from everybody's signals."""

    def advance(self, state: AbstractState, signals: Signals, inputs: Inputs) -> AbstractState:
        """Jumps and memories at a minute's start; most organs have none."""
        del signals, inputs
        return state

    def with_parameters(self, **values: object) -> Self:
        """The same organ with some parameters replaced."""
        names = self.__dataclass_fields__
        return type(self)(**{name: values.get(name, getattr(self, name)) for name in names})
